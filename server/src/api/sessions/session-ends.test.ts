import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { postSlowly } from '../../../test/traffic/slow-body.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { Browser, browserAs, browserOf, firstBrowser } from './browser.fixture.ts';

/** A stream of a model, asked for in a session, that goes on until somebody ends it. */
interface Stream {
  text: () => string;
  isOver: () => boolean;
}

async function openStream({ cookie }: Browser, server: TestServer): Promise<Stream> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { cookie, 'x-keyward-session': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
  });
  if (response.status !== 200) throw new Error(await response.text());
  let text = '';
  let isOver = false;
  void (async () => {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) text += piece;
  })()
    .catch(() => undefined)
    .finally(() => (isOver = true));
  await expect.poll(() => text).toContain('first');
  return { text: () => text, isOver: () => isOver };
}

const CHUNK = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;

describeOnBothServers('the end of a session', (start) => {
  let server: TestServer;
  let second: TestServer;
  let upstream: TestUpstream;
  let open: ServerResponse[] = [];
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start(), startTestUpstream()]);
    upstream.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(CHUNK('first'));
      open.push(response);
      // Ends with its connection.
      return new Promise((resolve) => response.on('close', resolve));
    });
    const body = { name: 'endless', base_url: upstream.baseUrl, models: ['gpt-test'] };
    await server.request('POST', '/v1/upstreams', { body });
    await enableUsers(server);
    second = await start(server.environment);
  });
  afterAll(() => upstream.close());

  const idOf = async (browser: Browser): Promise<number> => (await browser.state()).session!.user!.id;
  const changeUser = async (id: number, body: object): Promise<void> => {
    const answer = await server.request('POST', `/v1/admin/users/${id}`, { body });
    if (answer.status !== 200) throw new Error(answer.text);
  };
  let names = 0;

  const ENDS: [string, (browser: Browser, other: Browser) => Promise<unknown>][] = [
    ['the sign-out', (browser) => browser.send('DELETE', '/v1/session')],
    [
      'the end by another session of the user',
      async (browser, other) => other.send('DELETE', `/v1/sessions/${(await browser.state()).session?.id}`),
    ],
    ['the end of all other sessions', (_, other) => other.send('DELETE', '/v1/sessions')],
    [
      'a new password',
      (_, other) =>
        other.send('POST', '/v1/session/password', {
          body: { current: PASSWORD, password: 'another horse' },
        }),
    ],
    ['a suspension', async (browser) => changeUser(await idOf(browser), { suspended: 1 })],
    ['a lower role', async (browser) => changeUser(await idOf(browser), { role: 'manager' })],
    [
      'the deletion of the user',
      async (browser) => server.request('DELETE', `/v1/admin/users/${await idOf(browser)}`),
    ],
  ];

  test.for(ENDS)(
    '%s ends the streams of a session on both nodes before it is acknowledged',
    async ([, end], { expect }) => {
      open = [];
      const username = `user${++names}`;
      const browser = await browserAs(server, 'admin', username);
      const other = await browserOf(server, { username, password: PASSWORD });
      const streams = [await openStream(browser, server), await openStream(browser, second)];
      await end(browser, other);
      // What the upstream sends from here on reaches nobody.
      for (const response of open) if (!response.destroyed) response.write(CHUNK('too late'));
      for (const { isOver, text } of streams) {
        await expect.poll(isOver).toBe(true);
        expect(text()).not.toContain('too late');
      }
      await expect.poll(() => open.every(({ destroyed }) => destroyed)).toBe(true);
      for (const node of [server, second]) {
        const { cookie } = browser;
        const headers = { cookie, 'x-keyward-session': '1' };
        const again = await node.request('GET', '/v1/keys', { key: null, headers });
        expect(again.status).toBeGreaterThanOrEqual(401);
      }
    },
  );

  test('another session of the same user goes on after the end of one', async () => {
    const browser = await browserAs(server, 'admin', 'max');
    const other = await browserOf(server, { username: 'max', password: PASSWORD });
    const stream = await openStream(other, second);
    await browser.send('DELETE', '/v1/session');
    expect(stream.isOver()).toBe(false);
    expect(await other.status()).toBe(200);
    await other.send('DELETE', '/v1/session');
    await expect.poll(stream.isOver).toBe(true);
  });

  test('a session that ends or loses its role while a body arrives makes no key', async () => {
    const browser = await browserAs(server, 'admin', 'pia');
    const id = await idOf(browser);
    const headers = { cookie: browser.cookie, 'x-keyward-session': '1' };
    const request = { path: '/v1/keys', headers, body: { name: 'backdoor', role: 'admin' } };
    const status = await postSlowly(server, request, () => changeUser(id, { role: 'manager' }));
    expect([401, 403]).toContain(status);
    await changeUser(id, { role: 'admin' });
    const signOut = () => browser.send('DELETE', '/v1/session');
    expect(await postSlowly(server, request, signOut)).toBe(401);
    expect((await server.request('GET', '/v1/keys?q=backdoor')).body).toMatchObject({ items: [] });
  });

  test('a key that a session made or restored in the moment of a demotion does not keep the former power', async () => {
    for (let round = 0; round < 5; round++) {
      const browser = await browserAs(server, 'admin', `eve${round}`);
      const id = await idOf(browser);
      const mint = (i: number) =>
        browser.send<{ key: { id: string } }>('POST', '/v1/keys', {
          body: { name: `eve ${round} ${i}`, role: 'admin' },
        });
      const former = (await mint(0)).body.key.id;
      await server.request('POST', `/v1/keys/${former}/revoke`);
      const restore = () => browser.send('POST', `/v1/keys/${former}/restore`);
      await Promise.all([mint(1), restore(), changeUser(id, { role: 'manager' }), mint(2), restore()]);
      const { items } = (
        await server.request<{ items: { state: string }[] }>('GET', `/v1/keys?q=eve%20${round}`)
      ).body;
      expect(items.filter(({ state }) => state !== 'revoked')).toEqual([]);
    }
  });
});

describeOnBothServers('the end of the key that opened a session', (start) => {
  test.for(['revoke', 'disable'] as const)(
    '%s ends the session of the key on both nodes',
    async (verb, { expect }) => {
      const server = await start();
      const second = await start(server.environment);
      const { secret, id } = await server.mint({ role: 'admin' });
      const browser = await browserOf(server, { key: secret });
      const headers = { cookie: browser.cookie };
      const there = () => second.request('GET', '/v1/keys', { key: null, headers });
      expect((await there()).status).toBe(200);
      const events = await fetch(`${second.url}/v1/running`, { headers });
      expect(events.status).toBe(200);
      await server.request('POST', `/v1/keys/${id}/${verb}`);
      expect([(await there()).status, await browser.status()]).toEqual([401, 401]);
      // Another one signs in, and the first password ends it.
      const admin = await firstBrowser(server);
      await admin.send('POST', '/v1/session/setup', { body: { password: PASSWORD } });
      expect((await there()).status).toBe(401);
    },
  );
});
