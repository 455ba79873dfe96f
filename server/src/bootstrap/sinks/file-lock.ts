import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Mutex } from '../../base/mutex.ts';
import { DIRECTORY_MODE, FILE_MODE } from './private-files.ts';
import { SinkError } from './sink.ts';

const LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 20;

/** Of this process: its pieces of work queue here, so that one of them polls. */
const mutexes = new Map<string, Mutex>();

/** One piece of work at a time, of all processes, changes what lies beside `path`. */
export function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const mutex = mutexes.get(lock) ?? new Mutex();
  mutexes.set(lock, mutex);
  return mutex.run(async () => {
    await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
    const held = await untilTaken(lock);
    try {
      return await work();
    } finally {
      // While it is held: the next holder sees that the file it has opened is gone.
      rmSync(lock, { force: true });
      held.close();
    }
  });
}

async function untilTaken(lock: string): Promise<DatabaseSync> {
  const endMs = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const held = taken(lock);
    if (held !== undefined) return held;
    if (performance.now() > endMs)
      throw new SinkError(
        'unavailable',
        `Another process holds ${lock}. Run this again when it has ended; if none runs, remove the file.`,
      );
    await sleep(LOCK_POLL_MS);
  }
}

/**
 * The lock of the operating system, which ends with its process: a file with the number of a process would have to be
 * removed after a crash, and of two processes that do so one removes the new lock of the other. Node reaches such a lock
 * through SQLite alone. Guarded by file-lock.test.ts.
 */
function taken(lock: string): DatabaseSync | undefined {
  createIfAbsent(lock);
  const opened = inodeOf(lock);
  let database: DatabaseSync | undefined;
  try {
    const url = pathToFileURL(lock);
    url.searchParams.set('mode', 'rw');
    database = new DatabaseSync(url, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    if (opened !== undefined && inodeOf(lock) === opened) return database;
  } catch {
    // Another one holds it, or has just removed the file: SQLite has several codes for that.
  }
  database?.close();
  return undefined;
}

function createIfAbsent(lock: string): void {
  try {
    // Closing a file ends all locks of this process on it: this one is new.
    closeSync(openSync(lock, 'wx', FILE_MODE));
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST')
      throw new SinkError('unavailable', `${lock} cannot be written (${code}).`, { cause });
  }
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
