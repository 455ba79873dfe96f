import { globSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../../server/src/developer/people/identity.fixture.ts';
import { describeOnServer } from '../../server/test/server.ts';
import { NAVIGATION } from '../src/app/navigation.ts';
import { keepScreenshots, openConsole, violationsOf, type ConsolePage } from './browser.ts';
import { FullServer, PEOPLE, type Role } from './full-server.ts';
import {
  faultsEnlarged,
  foreignTimes,
  jumps,
  misplacedActions,
  scrollsSideways,
  untilDrawn,
  withoutCommand,
  WATCH_SHIFTS,
  WITHOUT_TRANSITIONS,
  withoutFocusMark,
  withoutName,
} from './page-rules.ts';
import { expectHarmless } from './payloads.ts';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
const ZONE = 'Asia/Kolkata';
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };
/** As over a slow line: what is drawn before the answers is seen. */
const ANSWER_MS = 120;
/** For a busy machine. */
const LONG_MS = 600_000;
/** Browsers that look at pages at once. */
const READERS = 3;
/** Pages for people who are not signed in. */
const OUTSIDE = new Set(['/sign-in', '/recover', '/invite/$code']);
/** A conversation scrolls to its end. Browsers count what stays in view meanwhile as a jump. */
const STICKY = /tab=chat\b/;
const COLOURS = ['color-contrast', 'link-in-text-block'];

interface Route {
  /** As the router has it, such as `/keys/$id`. */
  path: string;
  tabs: string[];
}

/** Every page of the router, with the tabs that its file names. */
function routes(): Route[] {
  return globSync('*/routes.ts', { cwd: SOURCES }).flatMap((file) => {
    const text = readFileSync(SOURCES + file, 'utf8');
    const [, list = ''] = /TABS = \[([^\]]*)\]/.exec(text) ?? [];
    const tabs = [...list.matchAll(/'([\w-]+)'/g)].map(([, tab = '']) => tab);
    return [...text.matchAll(/path: '([^']+)'/g)].map(([, path = '']) => ({
      path,
      tabs: path.includes('$') ? tabs : [],
    }));
  });
}

/** The address of a page and those of its tabs. */
function addressesOf({ path, tabs }: Route, examples: Record<string, string>): string[] {
  const address = path.includes('$') ? examples[path] : path;
  if (address === undefined)
    throw new Error(
      `console/test/every-page.test.ts has no thing for ${path}: make one in full-server.ts, and put its address into examples.`,
    );
  return tabs.length === 0 ? [address] : tabs.map((tab) => `${address}?tab=${tab}`);
}

/** Faults by address. */
type Faults = Record<string, string[]>;

/** A browser that goes from page to page and notes what it finds. */
class Reader {
  readonly #console: ConsolePage;
  readonly #secrets: readonly string[];
  readonly #asked = new Set<Request>();
  #refused: string[] = [];

  private constructor(opened: ConsolePage, secrets: readonly string[]) {
    this.#console = opened;
    this.#secrets = secrets;
    const { page } = opened;
    page.on('request', (request) => {
      const isStream = request.headers()['accept'] === 'text/event-stream';
      if (!isStream && /\/v1\/|\/readyz|\/assets\//.test(request.url())) this.#asked.add(request);
    });
    const answered = (request: Request): void => void this.#asked.delete(request);
    page.on('requestfinished', answered);
    page.on('requestfailed', answered);
    page.on('response', (response) => {
      if (response.status() === 403)
        this.#refused.push(`403: ${response.request().method()} ${response.url()}`);
    });
  }

  static async open(full: FullServer, role?: Role): Promise<Reader> {
    const signIn = role === undefined ? {} : { signIn: { username: PEOPLE[role], password: PASSWORD } };
    const opened = await openConsole(full.server, { ...signIn, path: '/sign-in', timezoneId: ZONE });
    const { value = '' } = (await opened.context.cookies())[0] ?? {};
    await opened.page.addInitScript(WATCH_SHIFTS);
    return new Reader(opened, value === '' ? full.secrets : [...full.secrets, value]);
  }

  get page(): Page {
    return this.#console.page;
  }

  async visit(address: string): Promise<void> {
    this.#asked.clear();
    this.#refused = [];
    await this.page.goto(address);
    await untilDrawn(this.page, () => this.#asked.size);
    await this.page.evaluate(WITHOUT_TRANSITIONS);
  }

  async slow(): Promise<void> {
    await this.page.route('**/v1/**', async (route) => {
      await sleep(ANSWER_MS);
      // A page that was left asks no longer.
      await route.fallback().catch(() => undefined);
    });
  }

  /** What the page has complained about since the last call, and what it asked in vain. */
  complaints(): string[] {
    return [...this.#console.complaints.splice(0), ...this.#refused];
  }

  /** All rules, at both widths and in both colours. */
  async faultsOf(address: string): Promise<string[]> {
    const { page } = this;
    const found: string[] = [];
    for (const [viewport, colorScheme] of [
      [DESKTOP, 'light'],
      [PHONE, 'dark'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await this.visit(address);
      if (!STICKY.test(address)) found.push(...(await jumps(page)));
      found.push(...(await withoutCommand(page)), ...(await misplacedActions(page)));
      if (viewport === DESKTOP) found.push(...(await faultsEnlarged(page)));
      found.push(...(await scrollsSideways(page)), ...(await violationsOf(page)));
      await keepScreenshots(page, `${address.replaceAll(/\W+/g, '-').slice(1) || 'overview'}-${colorScheme}`);
      // The other colours at this width.
      const other = colorScheme === 'light' ? 'dark' : 'light';
      await page.emulateMedia({ colorScheme: other });
      await page.locator(`html[data-mantine-color-scheme=${other}]`).waitFor();
      found.push(...(await violationsOf(page, COLOURS)));
    }
    found.push(...(await withoutFocusMark(page)), ...(await withoutName(page)));
    found.push(...(await foreignTimes(page, ZONE)), ...this.complaints());
    await expectHarmless(page).catch(() => found.push('a text became a part of the page, or was run'));
    await this.#console.holdsNone(this.#secrets).catch(() => found.push('it holds a secret'));
    return found;
  }

  /** What a role sees: the page or the reason why not, and no way to where it may not go. */
  async faultsInRole(address: string): Promise<string[]> {
    const { page } = this;
    await this.visit(address);
    const { session } = (await (await page.request.get('/v1/session')).json()) as {
      session: { scopes: string[] };
    };
    const may = (to: string): boolean => {
      const scope = scopeOf(to);
      return scope === undefined || session.scopes.includes(scope);
    };
    const isRefused = await page.getByText('Your role does not include this page.').isVisible();
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href^="/"]')].map((one) => one.getAttribute('href'))`,
    );
    return [
      ...(isRefused === may(address) ? [`the page is ${isRefused ? 'not ' : ''}shown`] : []),
      ...links.filter((to) => !may(to)).map((to) => `a link leads to ${to}`),
      ...this.complaints(),
    ];
  }
}

const scopeOf = (address: string): string | undefined => {
  const { pathname } = new URL(address, 'http://x');
  return NAVIGATION.flatMap(({ pages }) => [...pages]).find(
    ({ to }) => to === pathname || (to !== '/' && pathname.startsWith(`${to}/`)),
  )?.scope;
};

/** Each address is read by one of the readers. */
async function readAll(
  addresses: readonly string[],
  open: () => Promise<Reader>,
  faultsOf: (reader: Reader, address: string) => Promise<string[]>,
): Promise<Faults> {
  const faults: Faults = {};
  const rest = addresses.toReversed();
  const read = async (): Promise<void> => {
    const reader = await open();
    for (let address = rest.pop(); address !== undefined; address = rest.pop()) {
      const found = await faultsOf(reader, address).catch((error: unknown) => [String(error)]);
      if (found.length > 0) faults[address] = found;
    }
  };
  await Promise.all(Array.from({ length: Math.min(READERS, addresses.length) }, read));
  return faults;
}

describeOnServer('sqlite', 'every page of the console', (start) => {
  let full: FullServer;
  const pages = routes();
  const inside = () => [
    ...pages.filter(({ path }) => !OUTSIDE.has(path)).flatMap((one) => addressesOf(one, full.examples)),
    ...full.states,
  ];
  beforeAll(async () => {
    full = await FullServer.make(start);
  });
  afterAll(() => full.end());

  test(
    'every page is accessible, fits a phone, does not jump, shows the focus and the own zone, runs nothing and keeps no secret',
    async () => {
      const faults = await readAll(
        inside(),
        async () => {
          const reader = await Reader.open(full, 'admin');
          await reader.slow();
          return reader;
        },
        (reader, address) => reader.faultsOf(address),
      );
      expect(faults).toEqual({});
    },
    LONG_MS,
  );

  test(
    'the pages before signing in hold the same rules',
    async () => {
      const outside = pages.filter(({ path }) => OUTSIDE.has(path));
      const faults = await readAll(
        outside.flatMap((one) => addressesOf(one, full.examples)),
        () => Reader.open(full),
        (reader, address) => reader.faultsOf(address),
      );
      expect(faults).toEqual({});
    },
    LONG_MS,
  );

  test.each(['manager', 'default'] as const)(
    'for the role %s a page shows what it may, or says that the role does not include it, and asks for nothing that it may not',
    async (role) => {
      const faults = await readAll(
        // A thread belongs to one person: nobody else gets its address from a page.
        inside().filter((address) => !address.includes('thread=')),
        () => Reader.open(full, role),
        (reader, address) => reader.faultsInRole(address),
      );
      expect(faults).toEqual({});
    },
    LONG_MS,
  );
});
