import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { chromium, type Page } from 'playwright-core';
import { openApp } from '../server/src/app.ts';
import { createLogger } from '../server/src/base/logger.ts';
import { readConfig } from '../server/src/config.ts';
import { mint, mintFirstKey } from '../server/src/keys/index.ts';

// The console, in a browser that has loaded nothing before: until its first page is there, and the size of the script of that
// page. Then the list of keys, with a hundred keys and with a million: until it is drawn, until a search has found its key, and the
// longest task of the page while it is scrolled. Bars: 1 s, 250 kB, 100 ms. `make console` first.

const COUNTS = [100, 1_000_000];
const SCROLLED_MS = 10_000;
/** In each frame: 36,000 pixels a second, a quick flick. */
const WHEEL_PX = 600;

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

/** Milliseconds of the longest task of the page since the last call. */
const LONGEST = `(() => { const longest = Math.max(0, ...globalThis.tasks); globalThis.tasks = []; return longest; })()`;
const WATCH = `globalThis.tasks = [];
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) globalThis.tasks.push(duration); })
    .observe({ type: 'longtask', buffered: true });`;

/** As they came: compressed. */
const SCRIPT_BYTES = `performance.getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('.js')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return Math.round(performance.now() - startedMs);
}

async function scroll(page: Page): Promise<number> {
  const endMs = performance.now() + SCROLLED_MS;
  while (performance.now() < endMs) {
    await page.mouse.wheel(0, WHEEL_PX);
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(drawn))');
  }
  const rows = await page.getByRole('table', { name: 'Keys' }).getAttribute('aria-rowcount');
  return Number(rows) - 1;
}

async function measure(url: string, key: string): Promise<Record<string, number>> {
  const executablePath = execFileSync('which', ['chromium']).toString().trim();
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  try {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
    await context.request.post(`${url}/v1/session`, { data: { key }, headers: { 'x-keyward-session': '1' } });
    await context.addInitScript(WATCH);
    const page = await context.newPage();
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
    await page.evaluate(LONGEST);
    const rows = await scroll(page);
    const longest = await page.evaluate<number>(LONGEST);
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
      'longest task (ms)': longest,
      'search (ms)': found,
    };
  } finally {
    await browser.close();
  }
}

async function run(count: number): Promise<Record<string, number>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyward-bench-data-'));
  const config = readConfig({
    KEYWARD_DATA_DIR: dataDir,
    KEYWARD_PORT: '0',
    KEYWARD_LOCAL_MODEL: 'off',
    KEYWARD_DRAIN_SECONDS: '0',
    KEYWARD_LOG_LEVEL: 'warn',
  });
  const app = await openApp(config, await createLogger(config.logLevel));
  try {
    const first = await mintFirstKey(app.core.keys);
    const { key } = await mint(
      app.core.keys,
      { kind: 'cli' },
      { name: 'copied', owner: 'admin', scopes: ['models:use'] },
    );
    copyKey(dataDir, key.id, count);
    await app.start();
    return await measure(app.url(), first?.secret ?? '');
  } finally {
    await app.stop();
    rmSync(dataDir, { recursive: true });
  }
}

for (const count of COUNTS) {
  const figures = Object.entries(await run(count)).map(
    ([name, value]) => `${name} ${value.toLocaleString('en')}`,
  );
  process.stdout.write(`${count.toLocaleString('en')} keys: ${figures.join('; ')}\n`);
}
