import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { mint } from '../../server/src/keys/index.ts';
import { scroll, slowest, timed, withPage, withServer } from './chromium.ts';

/** Copies of a key, without secrets: a list shows them all the same. */
function copyKey(dataDir: string, id: string, count: number): void {
  const database = new DatabaseSync(join(dataDir, 'keyward.db'));
  const insert = database.prepare(
    `insert into keys (id, owner_id, name, name_folded, role, grants, selectors, limits, budgets, state, created_at, created_by,
      metadata, tags, revision, number)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
    select printf('key_%012d', i), owner_id, 'copy ' || i, 'copy ' || i, role, grants, selectors, limits, budgets, state,
      created_at - i, created_by, metadata, tags, revision, -i
    from n, keys where id = ?`,
  );
  insert.run(count, id);
  database.exec('analyze');
  database.close();
}

/** As they came: compressed. */
const SCRIPT_BYTES = `performance.getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('.js')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

/** The first page, and the list of so many keys. */
export const measureKeys = (count: number): Promise<Record<string, number>> =>
  withServer(async ({ app, dataDir, adminKey }) => {
    const fields = { name: 'copied', owner: 'admin', scopes: ['models:use'] };
    const { key } = await mint(app.core.keys, { kind: 'cli' }, fields);
    copyKey(dataDir, key.id, count);
    await app.start();
    return withPage({ url: app.url(), key: adminKey }, measure);
  });

async function measure(page: Page): Promise<Record<string, number>> {
  const row = (name: string) => page.getByRole('link', { name, exact: true }).waitFor();
  const first = await timed(async () => {
    await page.goto('/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  const script = await page.evaluate<number>(SCRIPT_BYTES);
  const drawn = await timed(async () => {
    await page.goto('/keys');
    await row('copy 1');
  });
  await slowest(page);
  const rows = await scroll(page, 'Keys');
  const { taskMs } = await slowest(page);
  await page.goto('/keys');
  await row('copy 1');
  const found = await timed(async () => {
    await page.getByRole('textbox', { name: 'Search by name or id' }).fill('copy 99');
    await row('copy 99');
  });
  return {
    'first page (ms)': first,
    'its script (kB, compressed)': Math.round(script / 1_000),
    'list drawn (ms)': drawn,
    'rows scrolled through': rows,
    'longest task (ms)': taskMs,
    'search (ms)': found,
  };
}
