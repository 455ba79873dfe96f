import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../command.ts';
import { CliError } from '../exit.ts';
import { findProcess, removePidFile, type PidFile } from './pid-file.ts';

/** Running requests may take 30 s; the rest is for writing their usage. */
const STOP_MAX_MS = 35_000;
const LOOK_EVERY_MS = 50;

/** Resolves when the server of this data directory has ended. @throws CliError after 35 s */
export async function stopServer({ config }: Context, { pid }: PidFile): Promise<void> {
  process.kill(pid, 'SIGTERM');
  for (const endMs = performance.now() + STOP_MAX_MS; performance.now() < endMs;) {
    if ((await findProcess(config.dataDir)) === undefined) return removePidFile(config.dataDir, pid);
    await sleep(LOOK_EVERY_MS);
  }
  throw new CliError(`The server (process ${pid}) has not stopped within ${STOP_MAX_MS / 1000} s.`, {
    hint: 'Killing it loses nothing that was acknowledged.',
    example: `kill -9 ${pid}`,
  });
}
