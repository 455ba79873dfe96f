import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { says, startChats, type ChatServer } from '../../../server/src/chat/chats.fixture.ts';
import { describeOnServer } from '../../../server/test/server.ts';
import { allOf, resultsOf, subscribe } from '../../test/subscription.ts';
import { startWrapper } from '../../test/wrapper.ts';
import { filePlace } from '../key/file-place.ts';

const LIST = '{ workspaces { nodes { slug } } }';
const CSRF = { 'x-keyward-csrf': '1' };

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-wrapper-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

describeOnServer('sqlite', 'a wrapper that answers with its own key', (start) => {
  let chats: ChatServer;
  let own = '';
  beforeAll(async () => {
    chats = await startChats(start);
    for (const name of ['Ferries', 'Salaries'])
      await chats.post('/workspace/new', { name, chatMode: 'chat', similarityThreshold: 0 });
    await chats.add('ferries', 'Hours', 'The ferry leaves at nine.');
    const scopes = ['workspaces:read', 'workspaces:chat', 'models:use'];
    own = (await chats.server.mint({ scopes, selectors: { workspaces: { allow: ['ferries'] } } })).secret;
  });
  afterAll(() => chats.upstream.close());

  const open = (hosts: string[] = []) => {
    const file = join(folderOf(), 'key');
    writeFileSync(file, `${own}\n`);
    const options = { place: filePlace(file), isAnonymous: true, hosts: new Set(hosts) };
    return startWrapper(`${chats.server.url}/api`, options);
  };

  test('a request without a key sees what the own key covers', async () => {
    const wrapper = await open();
    const answer = await wrapper.ask(LIST, { headers: CSRF });
    expect(answer.data).toEqual({ workspaces: { nodes: [{ slug: 'ferries' }] } });
    expect(wrapper.upstream.map(({ key }) => key)).toEqual([own]);
  });

  test('a caller with a key gets what that key covers, and a wrong one never falls back to the own key', async () => {
    const wrapper = await open();
    const admin = await wrapper.ask<{ workspaces: { nodes: object[] } }>(LIST, {
      key: chats.server.adminKey,
    });
    expect(admin.data?.workspaces.nodes).toHaveLength(2);
    for (const headers of [
      { authorization: 'Bearer sk-wrong' },
      { authorization: 'Bearer' },
      { authorization: 'Basic YTpi' },
      { authorization: '' },
    ]) {
      const refused = await wrapper.ask(LIST, { headers: { ...CSRF, ...headers } });
      expect(refused).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    expect(wrapper.upstream.map(({ key }) => key)).not.toContain(own);
  });

  test.for<[Record<string, string>]>([
    [{}],
    [{ ...CSRF, origin: 'https://elsewhere.example' }],
    [{ ...CSRF, origin: 'null' }],
    [{ ...CSRF, 'sec-fetch-site': 'cross-site' }],
    [{ ...CSRF, 'sec-fetch-site': 'same-site' }],
  ])('a request that another site may have caused is refused: %o', async ([headers]) => {
    const wrapper = await open();
    const answer = await wrapper.ask(LIST, { headers });
    expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(wrapper.upstream).toEqual([]);
  });

  test('no origin is allowed to read answers or to send the header', async () => {
    const wrapper = await open();
    const preflight = await fetch(`${wrapper.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });

  const statusWithHost = (url: string, path: string, host: string) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const request = httpRequest({ hostname, port, path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject).end();
    });

  test('a name that the server is not known under is refused, against DNS rebinding', async () => {
    const wrapper = await open(['chat.example']);
    const status = (path: string, host: string) => statusWithHost(wrapper.url, path, host);
    expect(await status('/', 'elsewhere.example')).toBe(421);
    expect(await status('/graphql', 'elsewhere.example:80')).toBe(421);
    expect(await status('/', 'chat.example')).toBe(200);
    expect(await status('/', 'LOCALHOST:4010')).toBe(200);
    // Probes come under the address of the machine.
    expect(await status('/healthz', '10.0.0.7:4010')).toBe(200);
  });

  test.for(['{ __schema { types { name } } }', '{ _service { sdl } }', '{ __type(name: "Query") { name } }'])(
    'the schema is not shown without a key: %s',
    async (query) => {
      const wrapper = await open();
      const refused = await wrapper.ask(query, { headers: CSRF });
      expect(refused.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
      // Nor after somebody with a key has asked the same.
      expect((await wrapper.ask(query, { key: chats.server.adminKey })).errors).toBeUndefined();
      expect((await wrapper.ask(query, { headers: CSRF })).errors?.[0]?.extensions?.['code']).toBe(
        'UNAUTHENTICATED',
      );
    },
  );

  test('without the setting there is no page that asks, and no own key for anybody', async () => {
    const file = join(folderOf(), 'key');
    writeFileSync(file, own);
    const wrapper = await startWrapper(`${chats.server.url}/api`, { place: filePlace(file) });
    expect((await wrapper.ask(LIST, { headers: CSRF })).status).toBe(401);
    expect((await fetch(`${wrapper.url}/page.js`)).status).toBe(404);
    expect(await (await fetch(wrapper.url)).text()).toContain('Authorization: Bearer');
    expect(wrapper.upstream).toEqual([]);
  });

  test('the page of the browser asks a workspace by the keyboard alone, and the key is nowhere in it', async () => {
    chats.answer(says(['At ', 'nine.']));
    const wrapper = await open();
    const context = await chromium.launchPersistentContext(folderOf(), {
      executablePath: execFileSync('which', ['chromium']).toString().trim(),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
    });
    onTestFinished(() => context.close());
    const traffic: string[] = [];
    const complaints: string[] = [];
    context.on('request', (request) =>
      traffic.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ''),
    );
    context.on(
      'response',
      (response) =>
        void response.text().then(
          (text) => traffic.push(text),
          () => undefined,
        ),
    );
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(wrapper.url);
    await page.getByRole('option', { name: 'Ferries' }).waitFor({ state: 'attached' });
    await page.getByText('hours.txt').waitFor();
    for (const key of ['Tab', 'Tab']) await page.keyboard.press(key);
    await page.keyboard.type('When does the ferry leave?');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#answer', { hasText: 'At nine.' }).waitFor();
    await page.locator('#sources', { hasText: 'hours.txt' }).waitFor();
    const stored = await page.evaluate<string>(
      'JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    expect(traffic.length).toBeGreaterThan(5);
    expect(stored + traffic.join('\n')).not.toContain(own);
    expect(traffic.filter((text) => /^https?:/.test(text) && !text.startsWith(wrapper.url))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test.for(['mutation', 'subscription'])(
    'the first %s after a rotation without an overlap is answered, once',
    async (kind) => {
      chats.answer(says(['At nine.']));
      const scopes = ['workspaces:chat', 'models:use'];
      const [old, next] = [await chats.server.mint({ scopes }), await chats.server.mint({ scopes })];
      const file = join(folderOf(), 'key');
      writeFileSync(file, old.secret);
      const options = { place: filePlace(file), isAnonymous: true, pollMs: 60_000 };
      const wrapper = await startWrapper(`${chats.server.url}/api`, options);
      writeFileSync(file, next.secret);
      await chats.server.request('POST', `/v1/keys/${old.id}/revoke`);
      const variables = { workspace: 'ferries', message: 'When?', session: kind };
      const answers =
        kind === 'mutation'
          ? [
              await wrapper.ask(
                'mutation { chat(workspace: "ferries", message: "When?", session: "m") { text } }',
                { headers: CSRF },
              ),
            ]
          : await allOf(resultsOf(await subscribe(wrapper.url, { headers: CSRF, variables })));
      expect(answers[0]).toMatchObject({ data: { chat: { text: 'At nine.' } } });
      expect(wrapper.upstream.map(({ key }) => key)).toEqual([old.secret, next.secret]);
      expect(chats.asked()).toHaveLength(1);
    },
  );

  test('a subscription without a key is answered with the own key', async () => {
    chats.answer(says(['At nine.']));
    const wrapper = await open();
    const variables = { workspace: 'ferries', message: 'When?', session: 's' };
    const [first] = await allOf(resultsOf(await subscribe(wrapper.url, { headers: CSRF, variables })));
    expect(first).toMatchObject({ data: { chat: { text: 'At nine.' } } });
    expect((await subscribe(wrapper.url, { variables })).status).toBe(403);
  });
});
