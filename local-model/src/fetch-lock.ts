import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 3_000;
/** A lock or work folder that was not touched for so long belongs to an ended process. */
export const STALE_MS = 20_000;
const POLL_MS = 300;

/** Marks files as in use, by their modification time, until stopped. */
export function keepAlive(paths: readonly string[]): () => void {
  const timer = setInterval(() => {
    const now = new Date();
    for (const path of paths) utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Whether a path exists but has not been touched for `STALE_MS`. */
export async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

async function holderIsGone(lockPath: string): Promise<boolean> {
  if (await isStale(lockPath)) return true;
  const [pid, host] = (await readFile(lockPath, 'utf8').catch(() => '')).split(' ');
  if (host !== hostname() || !Number(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/**
 * Waits for the lock and returns the function that releases it. The lock only prevents a second download: two processes
 * that both find it stale work in folders of their own, and the last rename wins, with the same bytes. Throws the
 * signal's reason, or the error of creating the file.
 */
export async function takeFetchLock(lockPath: string, signal: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await writeFile(lockPath, `${process.pid} ${hostname()}`, { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await holderIsGone(lockPath)) await rm(lockPath, { force: true });
    else await sleep(POLL_MS, undefined, { signal });
  }
  const stop = keepAlive([lockPath]);
  return async () => {
    stop();
    await rm(lockPath, { force: true });
  };
}
