import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { openApp, type App } from '../../server/src/app.ts';
import { createLogger } from '../../server/src/base/logger.ts';
import { readConfig } from '../../server/src/config.ts';
import { mintFirstKey } from '../../server/src/keys/index.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../../server/test/processes/chromium.ts';

const SCROLLED_MS = 10_000;
/** In each frame: 36,000 pixels a second, a quick flick. */
const WHEEL_PX = 600;

export interface BenchServer {
  app: App;
  dataDir: string;
  adminKey: string;
}

/** Does the work with a server that is not started yet, on an empty database. */
export async function withServer<T>(work: (server: BenchServer) => Promise<T>): Promise<T> {
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
    return await work({ app, dataDir, adminKey: first?.secret ?? '' });
  } finally {
    await app.stop();
    rmSync(dataDir, { recursive: true });
  }
}

const WATCH = `globalThis.tasks = [];
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) globalThis.tasks.push(duration); })
    .observe({ type: 'longtask', buffered: true });
  globalThis.keys = [];
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'keydown') globalThis.keys.push(duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });`;

/** Does the work with a page of a browser that has loaded nothing before, signed in. */
export async function withPage<T>(
  { url, key }: { url: string; key: string },
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: CHROMIUM_ARGUMENTS,
  });
  try {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
    await context.request.post(`${url}/v1/session`, { data: { key }, headers: { 'x-keyward-session': '1' } });
    await context.addInitScript(WATCH);
    return await work(await context.newPage());
  } finally {
    await browser.close();
  }
}

/** Milliseconds since the last call: of the longest task, and of the slowest key from its press until it is drawn. 0: below 50, 16. */
export function slowest(page: Page): Promise<{ taskMs: number; keyMs: number }> {
  return page.evaluate(`(() => {
    const [taskMs, keyMs] = [Math.max(0, ...globalThis.tasks), Math.max(0, ...globalThis.keys)];
    globalThis.tasks = [];
    globalThis.keys = [];
    return { taskMs, keyMs };
  })()`);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return Math.round(performance.now() - startedMs);
}

/** @returns how many rows there were at the end. */
export async function scroll(page: Page, table: string): Promise<number> {
  const endMs = performance.now() + SCROLLED_MS;
  while (performance.now() < endMs) {
    await page.mouse.wheel(0, WHEEL_PX);
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(drawn))');
  }
  const rows = await page.getByRole('table', { name: table }).getAttribute('aria-rowcount');
  return Number(rows) - 1;
}
