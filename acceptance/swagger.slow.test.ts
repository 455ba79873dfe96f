import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../server/test/processes/chromium.ts';
import { afterwards, REPOSITORY, startServer, temporaryFolder, type Server } from './server.ts';

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
  context = await chromium.launchPersistentContext(temporaryFolder(), {
    executablePath: chromiumPath(),
    args: CHROMIUM_ARGUMENTS,
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
  await page.locator('.opblock-tag').first().waitFor();
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
  await unfold();
}

/** Opens all groups. */
async function unfold(): Promise<void> {
  await page.locator('.opblock-tag').first().waitFor();
  await page.evaluate(
    `for (const group of document.querySelectorAll('.opblock-tag[data-is-open="false"]')) group.click()`,
  );
  await page.locator('.opblock').first().waitFor();
}

const shownIds = async (): Promise<string[]> =>
  (await page.locator('.opblock-summary-operation-id').allInnerTexts()).map((id) =>
    id.replaceAll(/\s|\u200b/g, ''),
  );

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
  test('Authorize, groups and operations are reached and opened with the keyboard alone', async () => {
    const reached: string[] = [];
    const tabTo = async (isThere: (name: string) => boolean): Promise<void> => {
      for (let presses = 0; presses < 30; presses++) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate<string>("document.activeElement?.className ?? ''"));
        if (isThere(reached.at(-1) ?? '')) return;
      }
    };
    await tabTo((name) => name === 'expand-operation');
    expect(reached.join(' ')).toMatch(/authorize/);
    expect(reached.join(' ')).toMatch(/operation-filter-input/);
    await page.keyboard.press('Enter');
    await page.locator('.opblock').first().waitFor();
    await tabTo((name) => name.includes('opblock-summary-control'));
    await page.keyboard.press('Enter');
    await page.locator('.opblock.is-open').first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.opblock-tag[data-is-open="true"]').first().click();
  });

  test('The groups are folded, and the filter finds operations by path, name and summary, and opens their groups', async () => {
    expect(await page.locator('.opblock').count()).toBe(0);
    expect(await page.locator('.opblock-tag').count()).toBeGreaterThan(20);
    const filter = page.locator('.operation-filter-input');
    for (const [text, found] of [
      ['keys/{id}/rotate', ['keys.rotate']],
      ['keys.quarantine', ['keys.quarantine']],
      ['Exchange a one-time token', ['workers.join']],
      ['nothing has these words', []],
    ] as const) {
      await filter.fill(text);
      await expect.poll(shownIds).toEqual(found);
    }
    await filter.fill('');
    await expect.poll(() => page.locator('.opblock-tag').count()).toBeGreaterThan(20);
  });

  test('The page shows every operation of the OpenAPI document', async () => {
    await unfold();
    const { paths } = await server.ask<Document>('GET', '/openapi.json', { key: null });
    const documented = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(documented.length).toBeGreaterThan(100);
    const shown = new Set<string>();
    for await (const _ of scrolled()) for (const id of await shownIds()) shown.add(id);
    expect([...shown].sort()).toEqual(documented.sort());
    await page.evaluate('window.scrollTo(0, 0)');
    expect(await page.locator('.errors-wrapper').count()).toBe(0);
    // The page shows text that looks like a tag.
    expect(await page.locator('.info').innerText()).toContain('Authorization: Bearer <key>');
    await page.screenshot({ path: join(SCREENSHOTS, 'api-docs.png') });
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

  test('The page proposes the example body of an operation, which works unchanged', async () => {
    await authorize(server.home.adminKey);
    const panel = await openOperation('owners.create');
    const text = await panel.locator('textarea').first().inputValue();
    expect(JSON.parse(text)).toEqual({ name: 'Search team', kind: 'team' });
    const { status } = await execute('owners.create');
    expect(status).toContain('201');
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

describe('The page /docs in a browser', { timeout: DRAWN_WITHIN_MS }, () => {
  test('The page /docs loads nothing from elsewhere, is read in light and dark, and all its links work by keyboard', async () => {
    await page.goto(`${server.url}/docs`);
    expect(await page.locator('h1').innerText()).toBe('Keyward');
    const colours: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      colours.push(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
      await page.screenshot({ path: join(SCREENSHOTS, `home-${colorScheme}.png`) });
    }
    expect(new Set(colours).size).toBe(2);
    const links = await page.locator('a').count();
    expect(links).toBeGreaterThan(8);
    const reached = new Set<string>();
    for (let presses = 0; presses < links; presses++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate<string>('document.activeElement.href'));
      const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
      expect(outline).toBe('solid');
    }
    expect(reached.size).toBe(links);
    for (const link of reached) expect([link, (await fetch(link)).status]).toEqual([link, 200]);
  });
});
