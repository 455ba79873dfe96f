import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Answer } from '../../http/index.ts';
import { json } from '../answers.ts';

/** A kind, an unguessable UUID, an extension: it cannot be a path. */
const NAME = /^[a-z]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z0-9]{1,8}$/i;

const MIME: Record<string, string> = {
  '.csv': 'text/csv',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.pdf': 'application/pdf',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.txt': 'text/plain; charset=utf-8',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** A file that an agent of AnythingLLM made, where its folder was copied at the import. Agents of Keyward make no files. */
export async function generatedFile(dataDir: string, name: string): Promise<Answer> {
  if (!NAME.test(name)) return json({ error: 'Invalid filename format' }, 400);
  try {
    const path = join(dataDir, 'generated-files', name);
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    return {
      stream: async (response) => {
        response.writeHead(200, {
          'content-type': MIME[extname(name).toLowerCase()] ?? 'application/octet-stream',
          'content-disposition': `attachment; filename="${name}"`,
          // An HTML file must not run as a page of this server.
          'x-content-type-options': 'nosniff',
        });
        await pipeline(file.createReadStream(), response);
      },
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return json({ error: 'File not found' }, 404);
    return json({ error: 'Failed to download file' }, 500);
  }
}
