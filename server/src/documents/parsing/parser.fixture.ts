import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parser, type ParseOutcome, type ParsedPart } from './parser.ts';

interface Options {
  parser?: Parser;
  signal?: AbortSignal;
  charset?: string;
}

/** Has a file with these bytes read, as an upload would be; for files of one part. */
export async function parseBytes(
  bytes: Buffer | string,
  name: string,
  options: Options = {},
): Promise<ParsedPart | { refusal: string }> {
  const outcome = await parseAll(bytes, name, options);
  if ('refusal' in outcome) return outcome;
  const [only, another] = outcome.parts;
  if (only === undefined || another !== undefined)
    throw new Error(`${name} has ${outcome.parts.length} parts`);
  return only;
}

export async function parseAll(
  bytes: Buffer | string,
  name: string,
  { parser = new Parser(), signal, charset }: Options = {},
): Promise<ParseOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-parse-'));
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  try {
    return await parser.parse({ fd, name, charset }, signal);
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}
