import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../command.ts';
import { CliError } from '../exit.ts';
import { beganOf, removePidFile, type PidFile } from './pid-file.ts';

/** A process that is busy ends a little later than it should. */
const MORE_MS = 5_000;
const LOOK_EVERY_MS = 50;

/** Resolves when the server of this data directory has ended. @throws CliError when that takes longer than it may */
export async function stopServer({ config }: Context, { pid, began }: PidFile): Promise<void> {
  const maxMs = config.stopping.limitMs + MORE_MS;
  process.kill(pid, 'SIGTERM');
  for (const endMs = performance.now() + maxMs; performance.now() < endMs;) {
    // The server removes its file shortly before it ends.
    if ((await beganOf(pid)) !== began) return removePidFile(config.dataDir, pid);
    await sleep(LOOK_EVERY_MS);
  }
  throw new CliError(`The server (process ${pid}) has not stopped within ${maxMs / 1_000} s.`, {
    hint: 'Killing it loses nothing that was acknowledged.',
    example: `kill -9 ${pid}`,
  });
}
