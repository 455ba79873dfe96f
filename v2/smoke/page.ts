import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright-core';
import type { SmokeReport } from './report.ts';
import type { Stack } from './stack.ts';

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
const SHOWN_WITHIN_MS = 30_000;

/** The page of the wrapper in a real browser: what it shows, stores, sends and receives. */
export async function checkPage(report: SmokeReport, { settings, key }: Stack): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'keyward-v2-browser-'));
  const executablePath = execFileSync('which', ['chromium']).toString().trim();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: BROWSER_ARGUMENTS,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(SHOWN_WITHIN_MS);
    const traffic = await recordTraffic(await context.newCDPSession(page));
    await report.check('the page of the wrapper shows an answer of the service in a browser', async () => {
      const answered = page.waitForResponse((response) => response.url().endsWith('/graphql'));
      await page.goto(settings.wrapper.url);
      assert.equal((await answered).status(), 200);
      await page.waitForLoadState('networkidle');
    });
    await report.check('its HTML, scripts, styles and all requests and answers have no key', async () => {
      const all = await traffic();
      // What is looked for can be found: the query and its answer are in it.
      assert.match(all, /workspaces/);
      assert.ok(!holds(all, key), 'A request or an answer holds the key.');
      assert.ok(!holds(await page.content(), key), 'The HTML holds the key.');
    });
    await report.check('its storage has no key: local, session, cookies, IndexedDB, caches', async () => {
      assert.ok(!holds(await storageOf(page, context), key), 'A storage holds the key.');
    });
  } finally {
    await context.close();
  }
  await report.check('the profile that the browser leaves on the disk has no key', async () => {
    const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    assert.ok(files.length > 0);
    const holding = files.filter(({ parentPath, name }) =>
      holds(readFileSync(join(parentPath, name), 'latin1'), key),
    );
    assert.deepEqual(
      holding.map(({ name }) => name),
      [],
    );
  });
  rmSync(profile, { recursive: true, force: true });
}

/** Also its middle alone, in which no prefix is. */
const holds = (text: string, key: string): boolean => text.includes(key) || text.includes(key.slice(8, -8));

/** Everything that goes over the wire, headers and bodies, from the DevTools protocol. */
async function recordTraffic(devtools: CDPSession): Promise<() => Promise<string>> {
  const seen: string[] = [];
  const bodies: Promise<void>[] = [];
  const events = [
    'Network.requestWillBeSent',
    'Network.requestWillBeSentExtraInfo',
    'Network.responseReceived',
    'Network.responseReceivedExtraInfo',
    'Network.webSocketFrameSent',
    'Network.webSocketFrameReceived',
    'Network.eventSourceMessageReceived',
  ] as const;
  for (const event of events) devtools.on(event, (parameters) => void seen.push(JSON.stringify(parameters)));
  devtools.on('Network.loadingFinished', ({ requestId }) => {
    const body = devtools
      .send('Network.getResponseBody', { requestId })
      .then(
        (answer) =>
          void seen.push(answer.base64Encoded ? Buffer.from(answer.body, 'base64').toString() : answer.body),
      );
    bodies.push(body);
  });
  await devtools.send('Network.enable');
  return async () => {
    await Promise.all(bodies);
    return seen.join('\n');
  };
}

async function storageOf(page: Page, context: BrowserContext): Promise<string> {
  const inPage = await page.evaluate<string>(`(async () => {
    const databases = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((done, fail) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => done(opening.result);
        opening.onerror = () => fail(opening.error);
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise((done, fail) => {
          const reading = database.transaction(store).objectStore(store).getAll();
          reading.onsuccess = () => done(reading.result);
          reading.onerror = () => fail(reading.error);
        });
        databases.push([name, store, all]);
      }
    }
    const cached = [];
    for (const name of await caches.keys())
      for (const request of await (await caches.open(name)).keys())
        cached.push(request.url, await (await caches.match(request)).text());
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, databases, cached]);
  })()`);
  return inPage + JSON.stringify(await context.cookies());
}
