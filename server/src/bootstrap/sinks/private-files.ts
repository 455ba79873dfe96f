import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SinkError } from './sink.ts';

export const FILE_MODE = 0o600;
export const DIRECTORY_MODE = 0o700;
const FILE_MAX_BYTES = 1024 * 1024;

/** undefined: there is no such file. @throws SinkError where others may read it, or it is too large */
export async function readPrivate(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(absent);
  if (found === undefined) return undefined;
  if (!found.isFile())
    throw new SinkError('refused', `${path} is not a file. Remove it, or name another place.`);
  if ((found.mode & 0o077) !== 0)
    throw new SinkError(
      'refused',
      `Others may read ${path}: its mode is ${(found.mode & 0o777).toString(8)}. Run: chmod 600 ${path}`,
    );
  if (found.size > FILE_MAX_BYTES) throw new SinkError('refused', `${path} has more than 1 MiB.`);
  return readFile(path, 'utf8');
}

/**
 * Replaces a file as a whole: a reader finds the old content or the new one, also after a power cut.
 * @param isLocked whether the caller holds the lock: the new content has one name then, so that what a killed run left of it
 * is replaced by the next
 */
export async function writePrivate(path: string, content: string, isLocked = false): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
  const temporary = isLocked
    ? unfinishedOf(path)
    : join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    if (isLocked) await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', FILE_MODE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new SinkError(
      'unavailable',
      `${path} cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      { cause },
    );
  }
}

/** The new content of a file while it is written under the lock. */
export const unfinishedOf = (path: string): string => join(dirname(path), `.${basename(path)}.unfinished`);

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw new SinkError('unavailable', `A file cannot be looked at (${error.code ?? 'unknown'}).`, {
    cause: error,
  });
}
