import { setTimeout as sleep } from 'node:timers/promises';
import { MinterError, SinkError, VariableError, type KeyReport } from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { withManifest, type Choice, type Opened } from './open.ts';
import { showKeys } from './run.ts';

const INTERVAL_SECONDS = 30;

/** Applies again and again until SIGTERM or Ctrl-C. Prints what changes only; a failure is said once, and tried again. */
export async function watchKeys(
  choice: Choice & { interval?: string | undefined },
  context: Context,
): Promise<number> {
  const seconds = Number(choice.interval ?? INTERVAL_SECONDS);
  if (!(seconds >= 1 && seconds <= 86_400))
    throw usageError('--interval must be 1 to 86,400 seconds.', { hint: 'Such as --interval 30.' });
  const ended = new AbortController();
  process.once('SIGTERM', () => ended.abort());
  await withManifest(choice, context, async (opened) => {
    for (const ids of opened.phases) await opened.waitFor(ids);
    let known = '';
    while (!ended.signal.aborted) {
      const { reports, problem } = await oneRound(opened);
      const changed = reports.filter(({ action }) => action !== 'none');
      const state = JSON.stringify([problem, changed]);
      if (problem !== undefined && state !== known) say(context.io, problem);
      if (changed.length > 0 && state !== known) await showKeys(changed, choice, context);
      if (problem === undefined && changed.length === 0 && known.startsWith('["'))
        say(context.io, 'All is in step again.');
      known = state;
      await sleep(seconds * 1000, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  });
  return EXIT.ok;
}

async function oneRound(opened: Opened): Promise<{ reports: KeyReport[]; problem?: string }> {
  const reports: KeyReport[] = [];
  const reporting = opened.reporting('apply');
  try {
    for (const ids of opened.phases)
      await opened.inPhase(ids, async (bootstrap) => {
        const done = await bootstrap.apply(ids);
        reports.push(...done);
        if (done.some(({ action }) => action !== 'none')) await reporting?.add(bootstrap, ids, done);
      });
    return { reports };
  } catch (error) {
    if (!(error instanceof SinkError || error instanceof MinterError || error instanceof VariableError))
      throw error;
    return { reports, problem: error.message };
  } finally {
    await reporting?.send();
  }
}
