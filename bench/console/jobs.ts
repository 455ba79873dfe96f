import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { createClient, unwrap, type KeywardClient } from '@keyward/sdk';
import { scroll, slowest, withPage, withServer } from './chromium.ts';

const TYPED = 'running completed failed canceled expired queued '.repeat(4).trim();
/** Between two keys: 20 a second, as fast as people type. */
const KEY_MS = 50;
/** Of a busy machine. */
const TYPING_MAX_MS = 180_000;
const CHANGES_PER_SECOND = 100;
const TYPE = 'bench';

/** Copies of a job that is over. */
function copyJob(dataDir: string, id: string, count: number): void {
  const database = new DatabaseSync(join(dataDir, 'keyward.db'));
  const columns = database
    .prepare(`select name from pragma_table_info('jobs') where name not in ('id', 'requested_at')`)
    .all()
    .map(({ name }) => String(name));
  const rest = columns.join(', ');
  const insert = database.prepare(
    `insert into jobs (id, requested_at, ${rest})
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
    select printf('job_%016d', i), requested_at - i, ${rest} from n, jobs where id = ?`,
  );
  insert.run(count, id);
  database.exec('analyze');
  database.close();
}

export interface JobFigures {
  rows: number;
  scrollTaskMs: number;
  quiet: Typing;
  busy: Typing & { changesPerSecond: number; drawnPerSecond: number };
}

interface Typing {
  keys: number;
  lost: number;
  taskMs: number;
  keyMs: number;
}

/** The list of so many jobs: scrolled, and typed beside while it changes. */
export const measureJobs = (count: number): Promise<JobFigures> =>
  withServer(async ({ app, dataDir, adminKey }) => {
    await app.start();
    const client = createClient({ url: app.url(), apiKey: adminKey });
    const id = await submit(client);
    await cancel(client, id);
    copyJob(dataDir, id, count);
    return withPage({ url: app.url(), key: adminKey }, async (page) => {
      await page.goto('/jobs');
      await page.getByText('job_0000000000000001').waitFor();
      await slowest(page);
      const rows = await scroll(page, 'Jobs');
      const { taskMs: scrollTaskMs } = await slowest(page);
      await page.goto('/jobs');
      await page.getByText('job_0000000000000001').waitFor();
      const quiet = await type(page);
      return { rows, scrollTaskMs, quiet, busy: await typeWhileChanging(page, client) };
    });
  });

const submit = async (client: KeywardClient): Promise<string> =>
  (await unwrap(client.POST('/v1/jobs', { body: { prompt: 'x', type: TYPE } }))).job_id;

const cancel = (client: KeywardClient, id: string): Promise<unknown> =>
  client.POST('/v1/jobs/{id}/cancel', { params: { path: { id } } });

async function type(page: Page): Promise<Typing> {
  const field = page.getByRole('combobox', { name: 'State' });
  await field.fill('');
  await slowest(page);
  await field.pressSequentially(TYPED, { delay: KEY_MS, timeout: TYPING_MAX_MS });
  const value = await field.inputValue();
  const figures = await slowest(page);
  return { keys: TYPED.length, lost: value === TYPED ? 0 : TYPED.length - value.length, ...figures };
}

async function typeWhileChanging(page: Page, client: KeywardClient): Promise<JobFigures['busy']> {
  const drawn = `(() => { globalThis.drawn = 0; new MutationObserver(() => globalThis.drawn++)
    .observe(document.querySelector('tbody'), { childList: true, subtree: true, characterData: true }); })()`;
  await page.evaluate(drawn);
  const changing = new AbortController();
  const startedMs = performance.now();
  const changes = change(client, changing.signal);
  try {
    const typing = await type(page);
    const seconds = (performance.now() - startedMs) / 1_000;
    changing.abort();
    const [made, seen] = [await changes, await page.evaluate<number>('globalThis.drawn')];
    return { ...typing, changesPerSecond: made / seconds, drawnPerSecond: seen / seconds };
  } finally {
    changing.abort();
    await changes;
  }
}

/** Half of the changes are new jobs, and half are their ends. Each is sent at its time, whatever the others take. */
async function change(client: KeywardClient, signal: AbortSignal): Promise<number> {
  const startedMs = performance.now();
  const sent: Promise<unknown>[] = [];
  let made = 0;
  while (!signal.aborted) {
    const due = ((performance.now() - startedMs) / 1_000) * (CHANGES_PER_SECOND / 2);
    while (sent.length < due)
      sent.push(
        submit(client)
          .then((id) => (made++, cancel(client, id)))
          .then(() => made++),
      );
    await sleep(5);
  }
  await Promise.all(sent);
  return made;
}
