import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeywardApiError, unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { writePrivate } from '../../bootstrap/index.ts';
import { say, type Io } from '../io.ts';

/*
 * Reports that could not be sent, a file of mode 0600 each in a folder beside the manifest. They have names, places and
 * states, and no value. Two runs may send the same one: the server records it once.
 */

export type Report = components['schemas']['BootstrapReport'];

const KEPT_MAX = 100;
/** Answers that stay the same however often the report is sent. */
const NEVER_ACCEPTED = [413, 422];

export const sendReport = (client: KeywardClient, body: Report): Promise<unknown> =>
  unwrap(client.POST('/v1/bootstrap/reports', { body }));

/** Keeps reports for the next run. */
export async function keep(folder: string, reports: readonly Report[], io: Io): Promise<void> {
  if (reports.length === 0) return;
  try {
    const kept = await namesIn(folder);
    if (kept.length + reports.length > KEPT_MAX) throw new Error(`there are ${kept.length} already`);
    for (const report of reports)
      await writePrivate(join(folder, `${report.finished_at}-${report.run_id}.json`), JSON.stringify(report));
    say(io, `  The report is in ${folder}. The next run sends it.`);
  } catch (error) {
    say(io, `  The report could not be kept in ${folder} either: ${(error as Error).message}. It is lost.`);
  }
}

/** Sends kept reports, the oldest first, and removes them. @throws where the server cannot take them now */
export async function sendKept(client: KeywardClient, folder: string, io: Io): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    // Another run has sent it.
    if (text === undefined) continue;
    try {
      await sendReport(client, JSON.parse(text) as Report);
    } catch (error) {
      const isRefused = error instanceof KeywardApiError && NEVER_ACCEPTED.includes(error.status);
      if (!isRefused && !(error instanceof SyntaxError)) throw error;
      say(io, `Warning: the kept report ${path} is removed, as it cannot be accepted: ${error.message}`);
    }
    await rm(path, { force: true });
  }
}

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => /^\d.*\.json$/.test(name)).sort();
