import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../../server/test/processes/chromium.ts';
import type { TestServer } from '../../server/test/server.ts';

/** A busy machine takes long to draw. */
const DRAWN_WITHIN_MS = 30_000;
/** Phone, tablet, desktop. */
const WIDTHS_PX = [390, 820, 1440] as const;
const HEIGHT_PX = 900;
const SCREENSHOTS = fileURLToPath(new URL('../../.local/screenshots/', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let started: Promise<Browser> | undefined;
/** One browser for all files of a process: to start it takes a second. It ends with the process. */
const browser = (): Promise<Browser> =>
  (started ??= chromium.launch({
    executablePath: chromiumPath(),
    args: CHROMIUM_ARGUMENTS,
  }));

/** A page of the console in a browser of its own: other cookies, other storage. */
export interface ConsolePage {
  page: Page;
  context: BrowserContext;
  /** Goes to a path such as `/keys`. */
  open: (path: string) => Promise<void>;
  /** Fails if the page breaks a rule of accessibility. @param name of the screenshots that `make screenshots` keeps */
  inspect: (name: string) => Promise<void>;
  /** Fails if one of these texts is in the DOM, a field, the storage, the address or the history. */
  holdsNone: (secrets: readonly string[]) => Promise<void>;
  /** What the page has complained about; a test that expects complaints takes them out. */
  complaints: string[];
}

/**
 * Opens the console. At the end of the test it fails for every error and violation of the policy that the page reported, and for
 * every request to another host.
 * @param signIn the body of POST /v1/session. @default nobody is signed in
 * @param timezoneId the reader's zone. @default that of the machine
 */
export async function openConsole(
  server: Pick<TestServer, 'url'>,
  { signIn, path = '/', timezoneId }: { signIn?: object; path?: string; timezoneId?: string } = {},
): Promise<ConsolePage> {
  const context = await (
    await browser()
  ).newContext({
    baseURL: server.url,
    viewport: { width: 1440, height: HEIGHT_PX },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...(timezoneId === undefined ? {} : { timezoneId }),
  });
  context.setDefaultTimeout(DRAWN_WITHIN_MS);
  const complaints: string[] = [];
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith(`${server.url}/`) || /^(data|blob):/.test(url)) return route.continue();
    complaints.push(`a request to ${url}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') {
      await page.screenshot({ path: `${SCREENSHOTS}failed ${task.name}.png` });
      complaints.push(`shown: ${page.url()} ${await page.innerText('body')}`);
    }
    await context.close();
    assert.deepEqual(complaints, []);
  });
  if (signIn !== undefined) await signInTo(context, server.url, signIn);
  await page.goto(path);
  return {
    page,
    context,
    complaints,
    open: async (to) => void (await page.goto(to)),
    inspect: (name) => inspect(page, name),
    holdsNone: (secrets) => holdsNone(page, secrets),
  };
}

async function signInTo(context: BrowserContext, url: string, body: object): Promise<void> {
  const headers = { 'x-keyward-session': '1' };
  const answer = await context.request.post(`${url}/v1/session`, { data: body, headers });
  assert.equal(answer.status(), 200, await answer.text());
}

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Colours and places in the middle of a change are nobody's choice. What moves for ever is left out. */
const SETTLED = `Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
  .map((one) => one.finished)).then(() => undefined)`;

/** The rules of accessibility that the page breaks. @param rules by their names. @default all */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(SETTLED);
  // The policy of the page refuses a script element; the debugger may evaluate one.
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(readFileSync(AXE, 'utf8'));
  const chosen = rules === undefined ? '' : JSON.stringify({ runOnly: { type: 'rule', values: rules } });
  const violations = await page.evaluate<Violation[]>(
    `axe.run(${chosen}).then(({ violations }) => violations)`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ failureSummary, html }) => `${id}: ${help}: ${html} ${failureSummary}`),
  );
}

async function inspect(page: Page, name: string): Promise<void> {
  const violations = await violationsOf(page);
  assert.equal(violations.length, 0, `axe on ${name}: ${violations.join('\n')}`);
  await keepScreenshots(page, name);
}

/** For `make screenshots`: the page at three widths. */
export async function keepScreenshots(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  if (process.env['KEYWARD_SCREENSHOTS'] !== '1' || before === null) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const width of WIDTHS_PX) {
    await page.setViewportSize({ width, height: HEIGHT_PX });
    await page.evaluate(SETTLED);
    await page.screenshot({ path: `${SCREENSHOTS}${name}-${width}.png`, animations: 'disabled' });
  }
  await page.setViewportSize(before);
}

const EVERYTHING_HELD = `JSON.stringify([
  document.documentElement.outerHTML,
  [...document.querySelectorAll('input, textarea')].map((field) => field.value),
  { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state,
])`;

/** The DOM, the fields, the storage, the address and the history of a page. */
export const heldBy = (page: Page): Promise<string> => page.evaluate<string>(EVERYTHING_HELD);

async function holdsNone(page: Page, secrets: readonly string[]): Promise<void> {
  const held = await heldBy(page);
  for (const secret of secrets) assert.equal(held.includes(secret), false, 'the page holds a secret');
}
