import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { afterwards, REPOSITORY, startServer, temporaryFolder, type Server } from './server.ts';

const BROWSER_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A busy machine takes long to draw more than a hundred operations. */
const DRAWN_WITHIN_MS = 60_000;
const SCROLLED_BY_PX = 800;
const SCREENSHOTS = join(REPOSITORY, '.local');

let server: Server;
let context: BrowserContext;
let page: Page;
/** Requests to other servers; they are blocked too. */
const strangers: string[] = [];
/** Whether the page gets the document with two operations only: to draw all of them takes half a minute. */
let isShort = false;
/** Errors of the page. */
const complaints: string[] = [];

beforeAll(async () => {
  server = await startServer();
  mkdirSync(SCREENSHOTS, { recursive: true });
  const executablePath = execFileSync('which', ['chromium']).toString().trim();
  context = await chromium.launchPersistentContext(temporaryFolder(), {
    executablePath,
    args: BROWSER_ARGUMENTS,
    viewport: { width: 1280, height: 900 },
  });
  afterwards(() => context.close());
  await context.route('**/*', async (route) => {
    const url = route.request().url();
    if (isShort && url === `${server.url}/openapi.json`)
      return route.fulfill({ json: await shortDocument() });
    if (url.startsWith(`${server.url}/`) || url.startsWith('data:')) return route.continue();
    strangers.push(url);
    return route.abort();
  });
}, 60_000);

/** One page for all tests: opening it takes long. */
beforeAll(async () => {
  page = await context.newPage();
  page.setDefaultTimeout(DRAWN_WITHIN_MS);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${server.url}/api/docs`);
  await page.locator('.opblock').first().waitFor();
}, 2 * DRAWN_WITHIN_MS);

afterEach(() => {
  assert.deepEqual([strangers, complaints.splice(0)], [[], []]);
});

interface Document {
  paths: Record<string, Record<string, { operationId: string }>>;
}

async function shortDocument(): Promise<Document> {
  const all = await server.ask<Document>('GET', '/openapi.json', { key: null });
  const paths = Object.entries(all.paths).filter(([path]) => ['/v1/keys/self', '/v1/owners'].includes(path));
  return { ...all, paths: Object.fromEntries(paths) };
}

async function reload(): Promise<void> {
  await page.reload();
  await page.locator('.opblock').first().waitFor();
}

/** The page draws only the operations that are in view. */
async function* scrolled(): AsyncGenerator<number> {
  for (let y = 0; ; y += SCROLLED_BY_PX) {
    await page.evaluate(`window.scrollTo(0, ${y}); new Promise((done) => setTimeout(done, 50))`);
    yield y;
    if (y > (await page.evaluate<number>('document.documentElement.scrollHeight'))) return;
  }
}

/** The operation's panel, opened. */
async function openOperation(operationId: string): Promise<ReturnType<Page['locator']>> {
  const panel = page.locator('.opblock', { has: page.getByText(operationId, { exact: true }) });
  await panel.scrollIntoViewIfNeeded();
  if (!(await panel.getAttribute('class'))?.includes('is-open'))
    await panel.locator('.opblock-summary-control').click();
  return panel;
}

async function authorize(key: string): Promise<void> {
  await page.locator('.auth-wrapper .authorize').first().click();
  const dialog = page.locator('.dialog-ux');
  const logout = dialog.getByRole('button', { name: /^Logout|^Remove authorization/ }).first();
  if (await logout.isVisible()) await logout.click();
  await dialog.locator('input').first().fill(key);
  await dialog
    .getByRole('button', { name: /^Apply credentials|^Authorize/ })
    .first()
    .click();
  await dialog.getByRole('button', { name: 'Close' }).first().click();
}

/** Executes the operation and returns what the page shows of the answer. */
async function execute(operationId: string): Promise<{ status: string; body: string }> {
  const panel = await openOperation(operationId);
  const clear = panel.locator('button.btn-clear');
  if (await clear.isVisible()) await clear.click();
  await panel.locator('button.execute').click();
  const answer = panel.locator('.live-responses-table .response').first();
  await answer.waitFor();
  await answer.scrollIntoViewIfNeeded();
  return {
    status: (await answer.locator('.response-col_status').innerText()).trim(),
    body: await answer.locator('.response-col_description').innerText(),
  };
}

describe('/api/docs in a browser', { timeout: 2 * DRAWN_WITHIN_MS }, () => {
  test('The page shows every operation of the OpenAPI document', async () => {
    const { paths } = await server.ask<Document>('GET', '/openapi.json', { key: null });
    const documented = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(documented.length).toBeGreaterThan(100);
    const shown = new Set<string>();
    for await (const _ of scrolled()) {
      const ids = await page.locator('.opblock-summary-operation-id').allInnerTexts();
      for (const id of ids) shown.add(id.replaceAll(/\s|\u200b/g, ''));
    }
    expect([...shown].sort()).toEqual(documented.sort());
    await page.evaluate('window.scrollTo(0, 0)');
    expect(await page.locator('.errors-wrapper').count()).toBe(0);
    // The page shows text that looks like a tag.
    expect(await page.locator('.info').innerText()).toContain('Authorization: Bearer <key>');
    await page.screenshot({ path: join(SCREENSHOTS, 'api-docs.png') });
  });

  test('Operations and Authorize are reached and opened with the keyboard alone', async () => {
    const reached: string[] = [];
    for (let presses = 0; presses < 30; presses++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string>("document.activeElement?.className ?? ''"));
      if (reached.at(-1)?.includes('opblock-summary-control')) break;
    }
    expect(reached.join(' ')).toMatch(/authorize/);
    expect(reached.at(-1)).toContain('opblock-summary-control');
    await page.keyboard.press('Enter');
    await page.locator('.opblock.is-open').first().waitFor();
    await page.keyboard.press('Enter');
  });

  test('Authorize accepts a key, and "Try it out" shows that key', async () => {
    isShort = true;
    await reload();
    const { id, secret } = await server.mint({ name: 'from the browser' });
    await authorize(secret);
    const { status, body } = await execute('keys.self');
    expect(status).toContain('200');
    expect(body).toContain(id);
    await page.screenshot({ path: join(SCREENSHOTS, 'api-docs-self.png') });
  });

  test('A body can be filled in and sent', async () => {
    await authorize(server.home.adminKey);
    const panel = await openOperation('owners.create');
    await panel.locator('textarea').first().fill('{"name": "From the page", "kind": "team"}');
    await panel.locator('button.execute').click();
    const answer = panel.locator('.live-responses-table .response').first();
    await answer.waitFor();
    expect(await answer.innerText()).toContain('From the page');
    expect((await server.request('GET', '/v1/owners')).text).toContain('From the page');
  });

  test('A wrong key gets the 401 with its hint', async () => {
    await authorize('sk-wrong');
    const { status, body } = await execute('keys.self');
    expect(status).toContain('401');
    expect(body).toContain('invalid_key');
    await page.screenshot({ path: join(SCREENSHOTS, 'api-docs-401.png') });
    // The browser reports the answer's status, and no other error.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('401')]);
  });

  test('The page does not keep the key when it is opened again', async () => {
    await authorize(server.home.adminKey);
    const kept = await page.evaluate<string>('JSON.stringify([localStorage, sessionStorage])');
    expect(kept).not.toContain(server.home.adminKey);
    expect(await context.cookies()).toEqual([]);
    await reload();
    const { status } = await execute('keys.self');
    expect(status).toContain('401');
    complaints.splice(0);
  });
});
