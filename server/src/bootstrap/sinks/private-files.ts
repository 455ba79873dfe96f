import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../base/process-alive.ts';
import { SinkError } from './sink.ts';

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
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

/** Replaces a file as a whole: a reader finds the old content or the new one, also after a power cut. */
export async function writePrivate(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
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

const LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 20;

/** One process at a time changes what lies beside `path`. A lock whose process has ended counts for nothing. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
  const endMs = performance.now() + LOCK_WAIT_MS;
  while (!(await takeLock(lock))) {
    if (performance.now() > endMs)
      throw new SinkError(
        'unavailable',
        `Another process holds ${lock}. Wait for it, or remove the file if it has ended.`,
      );
    await sleep(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', FILE_MODE);
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw new SinkError('unavailable', `A file cannot be looked at (${error.code ?? 'unknown'}).`, {
    cause: error,
  });
}
