import { setTimeout as sleep } from 'node:timers/promises';
import { KeywardApiError, KeywardConnectionError } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { cell } from '../output.ts';
import type { Counts } from './report.ts';
import { STOPS_ALL } from './sending.ts';
import { stampOf } from './sync-plan.ts';

/** Looks are also cheap on file systems that report no changes, such as those of other machines. */
const LOOK_MS = 500;
/** After a sync in which something failed. */
const RETRY_MS = 60_000;

/** Syncs, and again after each change, once the folder is at rest. Ends with Ctrl-C, or with an error that stays. */
export async function watch(context: Context, folder: string, once: () => Promise<Counts>): Promise<never> {
  for (;;) {
    const before = await stampOf(folder).catch(() => '');
    const hasFailed = await attempt(context, once);
    say(context.io, `Watching ${cell(folder)}. Ctrl-C ends it.`);
    await changed(context, folder, { before, retryMs: hasFailed ? RETRY_MS : Infinity });
  }
}

/** @returns whether something was not done. */
async function attempt({ io }: Context, once: () => Promise<Counts>): Promise<boolean> {
  try {
    return (await once()).failed > 0;
  } catch (error) {
    if (!isPassing(error)) throw error;
    say(io, `${cell((error as Error).message)} The next attempt follows in ${RETRY_MS / 1000} s.`);
    return true;
  }
}

/** A folder without files, a server that restarts: no reason to end. */
function isPassing(error: unknown): boolean {
  if (error instanceof KeywardApiError) return !STOPS_ALL.has(error.code) || error.status === 429;
  return (
    error instanceof KeywardConnectionError || (error instanceof CliError && error.exitCode === EXIT.failure)
  );
}

async function changed(
  { io }: Context,
  folder: string,
  { before, retryMs }: { before: string; retryMs: number },
): Promise<void> {
  const untilMs = performance.now() + retryMs;
  let last = before;
  while (performance.now() < untilMs) {
    await sleep(LOOK_MS, undefined, { signal: io.interrupted });
    const now = await stampOf(folder).catch(() => '');
    // A file that is being written changes from look to look.
    if (now !== before && now === last) return;
    last = now;
  }
}
