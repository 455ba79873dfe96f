import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MinterError, SinkError, VariableError, type KeyReport } from '../../bootstrap/index.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { FILE, withManifest, type Choice, type Opened } from './open.ts';
import { showKeys } from './run.ts';

const INTERVAL_SECONDS = 30;

interface Round {
  reports: KeyReport[];
  problem?: string;
}

/**
 * Applies again and again until SIGTERM or Ctrl-C. Prints what changes only; a failure is said once, and tried again. After a
 * failure, or a change of the manifest, all is opened anew: a token in a file may be another one now.
 */
export async function watchKeys(
  choice: Choice & { interval?: string | undefined },
  context: Context,
): Promise<number> {
  const seconds = Number(choice.interval ?? INTERVAL_SECONDS);
  if (!(seconds >= 1 && seconds <= 86_400))
    throw usageError('--interval must be 1 to 86,400 seconds.', { hint: 'Such as --interval 30.' });
  const ended = new AbortController();
  process.once('SIGTERM', () => ended.abort());
  const pause = () => sleep(seconds * 1000, undefined, { signal: ended.signal }).catch(() => undefined);
  const news = newsOf(choice, context);
  for (let isFirst = true; !ended.signal.aborted; isFirst = false) {
    const text = await manifestText(choice);
    try {
      await withManifest(choice, context, async (opened) => {
        if (isFirst) for (const ids of opened.phases) await opened.waitFor(ids);
        while (!ended.signal.aborted) {
          const round = await oneRound(opened);
          await news(round);
          await pause();
          if (!isWell(round) || (await manifestText(choice)) !== text) return;
        }
      });
    } catch (error) {
      // A manifest that was never right needs a person at once.
      if (isFirst || !(error instanceof CliError)) throw error;
      const { hint = '' } = error;
      await news({ reports: [], problem: `${error.message} ${hint}`.trimEnd() });
      await pause();
    }
  }
  return EXIT.ok;
}

/** Prints a round that differs from the one before. */
function newsOf(choice: Choice, context: Context): (round: Round) => Promise<void> {
  let known = '';
  return async ({ reports, problem }) => {
    const changed = reports.filter(({ action }) => action !== 'none');
    const state = JSON.stringify([problem, changed]);
    if (problem !== undefined && state !== known) say(context.io, problem);
    if (changed.length > 0 && state !== known) await showKeys(changed, choice, context);
    if (problem === undefined && changed.length === 0 && known.startsWith('["'))
      say(context.io, 'All is in step again.');
    known = state;
  };
}

const isWell = ({ reports, problem }: Round): boolean =>
  problem === undefined && reports.every(({ action }) => action !== 'failed');

/** undefined: it cannot be read. */
const manifestText = ({ file = FILE }: Choice): Promise<string | undefined> =>
  readFile(resolve(file), 'utf8').catch(() => undefined);

async function oneRound(opened: Opened): Promise<Round> {
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
