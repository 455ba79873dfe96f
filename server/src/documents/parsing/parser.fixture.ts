import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parser } from './parser.ts';
import type { ParseOutcome } from './parser.ts';

/** Has a file with these bytes read, as an upload would be. */
export async function parseBytes(
  bytes: Buffer | string,
  name: string,
  { parser = new Parser(), signal }: { parser?: Parser; signal?: AbortSignal } = {},
): Promise<ParseOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-parse-'));
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  try {
    return await parser.parse({ fd, name }, signal);
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}
