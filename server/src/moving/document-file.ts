import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../base/is-object.ts';
import type { DocumentMetadata } from '../documents/index.ts';

/** Node cannot read a longer text in one piece. */
const FILE_MAX_BYTES = 256 * 1024 * 1024;
// eslint-disable-next-line no-control-regex
const UNUSABLE = /[\\\u0000-\u001f\u007f\ufffd]/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A file below the folder `documents`. */
export interface DocumentFile {
  /** `folder/name.json`. */
  location: string;
  path: string;
  /** The reason why something here is not a document. */
  misplaced?: string;
}

/** The files of documents, by folder and name, without hidden ones. */
export function* documentFiles(storageDir: string): Generator<DocumentFile> {
  const root = join(storageDir, 'documents');
  const folders = entriesOf(root);
  if (typeof folders === 'string') {
    yield { location: 'documents', path: root, misplaced: folders };
    return;
  }
  for (const folder of folders) {
    if (!folder.isDirectory()) {
      yield { location: folder.name, path: join(root, folder.name), misplaced: 'it is not in a folder' };
      continue;
    }
    const entries = entriesOf(join(root, folder.name));
    if (typeof entries === 'string') {
      yield { location: folder.name, path: join(root, folder.name), misplaced: entries };
      continue;
    }
    for (const entry of entries) {
      const file = { location: `${folder.name}/${entry.name}`, path: join(root, folder.name, entry.name) };
      if (!entry.isFile()) yield { ...file, misplaced: 'it is not a regular file' };
      else if (!entry.name.endsWith('.json'))
        yield { ...file, misplaced: 'its name does not end with .json' };
      else if (UNUSABLE.test(file.location))
        yield { ...file, misplaced: 'its name contains characters that are not allowed here' };
      else yield file;
    }
  }
}

/** Sorted by name; a string: the reason why they cannot be read. */
function entriesOf(folder: string): Dirent[] | string {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? [] : `its folder cannot be read (${code})`;
  }
}

export interface DocumentText {
  metadata: DocumentMetadata;
  text: string;
}

/** The document of a file; a string: the reason why it is not a document. */
export function readDocument({ path, location }: DocumentFile): DocumentText | string {
  const parsed = parsedFile(path);
  if (typeof parsed === 'string') return parsed;
  const text = clean(parsed['pageContent']);
  if (text === undefined || text.trim() === '') return 'it contains no text';
  const say = (field: string, otherwise: string): string => clean(parsed[field]) ?? otherwise;
  const id = say('id', '').toLowerCase();
  const title = say('title', location.split('/').at(-1) ?? location);
  return {
    metadata: {
      id: UUID.test(id) ? id : randomUUID(),
      url: say('url', `file://${title}`),
      title,
      docAuthor: say('docAuthor', 'Unknown'),
      description: say('description', 'Unknown'),
      docSource: say('docSource', 'Unknown'),
      chunkSource: say('chunkSource', ''),
      published: say('published', ''),
      wordCount: whole(parsed['wordCount']) ?? text.split(' ').length,
      token_count_estimate: whole(parsed['token_count_estimate']) ?? Math.ceil(text.length / 4),
    },
    text,
  };
}

function parsedFile(path: string): Record<string, unknown> | string {
  try {
    if (statSync(path).size > FILE_MAX_BYTES) return 'its file is larger than 256 MiB';
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isObject(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError))
      return `its file cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
  return 'its file is not the JSON of a document';
}

/** Without U+0000 and lone surrogates, which databases refuse. */
const clean = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : undefined;

const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
