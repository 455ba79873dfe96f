import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnBothWhenSlow } from '../../../test/server.ts';
import { chatEvents, hang, stream } from '../../../test/upstream.ts';
import { framesOf, refusalOf, SITE, WidgetPage } from './widget.fixture.ts';

describeOnBothWhenSlow('the limits of a widget', (start) => {
  let page: WidgetPage;

  beforeAll(async () => {
    page = await WidgetPage.open(start);
  });
  afterAll(() => page.upstream.close());
  beforeEach(() => page.reset());

  it('a widget answers no pages of other sites, and no request that is not from a page', async () => {
    const uuid = await page.make();
    const origins = [
      'https://evil.example',
      'http://shop.example',
      'https://a.shop.example',
      'https://shop.example.evil.net',
      'null',
      null,
    ];
    for (const origin of origins) {
      const answer = await page.ask(uuid, { origin });
      expect([origin, ...refusalOf(answer)]).toEqual([origin, 401, 'Invalid request.']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      for (const method of ['GET', 'DELETE'] as const) {
        const { status } = await page.session(method, `${uuid}/${randomUUID()}`, origin);
        expect([method, origin, status]).toEqual([method, origin, 401]);
      }
    }
    expect(page.asked()).toEqual([]);
  });

  it('a preflight says whether the page may ask', async () => {
    const uuid = await page.make();
    const preflight = async (origin: string, id = uuid) => {
      const { status, headers } = await page.server.request('OPTIONS', `/api/embed/${id}/stream-chat`, {
        key: null,
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-a',
        },
      });
      return [status, headers.get('access-control-allow-origin')];
    };
    expect(await preflight(SITE)).toEqual([204, SITE]);
    expect(await preflight('https://evil.example')).toEqual([204, null]);
    expect(await preflight(SITE, 'nope')).toEqual([204, null]);
    const open = await page.make({ allowlist_domains: null });
    expect(await preflight('https://any.where', open)).toEqual([204, '*']);
  });

  it('a widget without a list answers pages of any site', async () => {
    const answer = await page.ask(await page.make({ allowlist_domains: null }), { origin: null });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  it('a widget that does not exist, or is closed, answers nobody', async () => {
    const unknown = await page.ask('nope');
    expect([unknown.status, unknown.text]).toEqual([404, 'Not Found']);
    const uuid = await page.make();
    await page.server.request('POST', `/v1/embed/${uuid}`, { body: { enabled: false } });
    const closed = await page.ask(uuid);
    expect(closed.status).toBe(503);
    expect(Object.keys(closed.body as object)).toEqual([
      'id',
      'type',
      'textResponse',
      'sources',
      'close',
      'error',
    ]);
    expect(closed.body).toMatchObject({ type: 'abort', textResponse: null, sources: [], close: true });
    expect((await page.session('GET', `${uuid}/${randomUUID()}`)).status).toBe(503);
    // Its page can read that it is closed, and no other can.
    expect(closed.headers.get('access-control-allow-origin')).toBe(SITE);
    const elsewhere = await page.ask(uuid, { origin: 'https://evil.example' });
    expect([elsewhere.status, elsewhere.headers.get('access-control-allow-origin')]).toEqual([503, null]);
  });

  it('a request without a session or a message is refused', async () => {
    const uuid = await page.make();
    for (const sessionId of ['', 'x', 5, {}, `${randomUUID()}x`]) {
      expect(refusalOf(await page.ask(uuid, { sessionId }))).toEqual([404, 'Invalid session ID.']);
    }
    for (const message of ['', '  ', 5, [], { length: 3 }]) {
      expect(refusalOf(await page.ask(uuid, { message }))).toEqual([400, 'Message is empty.']);
    }
    expect((await page.ask(uuid, { message: 'x'.repeat(20_001) })).status).toBe(400);
    expect((await page.ask(uuid, { message: 'x'.repeat(300_000) })).status).toBe(413);
    const broken = await page.server.request('POST', `/api/embed/${uuid}/stream-chat`, {
      key: null,
      body: '{"message":',
      headers: { origin: SITE },
    });
    expect(broken.status).toBe(400);
  });

  it('of 50 visitors at once exactly as many are answered as the limits allow', async () => {
    const daily = await page.make({ max_chats_per_day: 5 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => page.ask(daily)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(45);
    expect(refused[0]?.body).toMatchObject({ type: 'abort', error: 'Rate limit exceeded' });

    const session = await page.make({ max_chats_per_session: 3 });
    const sessionId = randomUUID();
    const inSession = await Promise.all(Array.from({ length: 50 }, () => page.ask(session, { sessionId })));
    expect(inSession.filter(({ status }) => status === 200)).toHaveLength(3);
    expect((await page.ask(session)).status).toBe(200);
  });

  it('two servers together answer no more than the limits allow', async () => {
    const other = await start(page.server.environment);
    const uuid = await page.make({ max_chats_per_day: 6 });
    const servers = [page.server, other];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => page.ask(uuid, { server: servers[index % 2] ?? page.server })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(6);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(44);
    await other.stop();
  });

  it('one address is limited over all widgets', async () => {
    await page.set({ WidgetChatsPerAddressPerMinute: '1' });
    await page.ask(await page.make());
    const { status, body } = await page.ask(await page.make());
    expect(status).toBe(429);
    expect(body).toMatchObject({ type: 'abort', error: expect.stringMatching(/network/) as string });
  });

  it('the number of visitors at once is limited, and one who has left frees a place', async () => {
    page.upstream.answer(hang);
    const uuid = await page.make();
    const leaving = new AbortController();
    const { signal } = leaving;
    const waiting = Array.from({ length: 32 }, () => page.ask(uuid, { signal }).catch(() => 'left'));
    await expect.poll(() => page.asked().length, { timeout: 10_000 }).toBe(32);
    const refused = framesOf(await page.ask(uuid));
    expect(refused).toMatchObject([
      { type: 'abort', error: expect.stringMatching(/Too many chats/) as string },
    ]);
    leaving.abort();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 'left'));
    await Promise.all(page.asked().map(({ aborted }) => aborted));
    page.upstream.answer(stream([chatEvents()]));
    const again = async () => framesOf(await page.ask(uuid)).at(-1)?.['type'];
    await expect.poll(again).toBe('textResponseChunk');
  });
});

describeOnBothWhenSlow('a visitor of a widget who asks as much as can be asked at once', (start) => {
  it('leaves room for visitors from elsewhere', async () => {
    const page = await WidgetPage.open((environment) =>
      start({ ...environment, KEYWARD_TRUSTED_PROXIES: '127.0.0.1' }),
    );
    await page.reset();
    const uuid = await page.make();
    const leaving = new AbortController();
    const ask = (ip: string, signal?: AbortSignal) =>
      page.server.request('POST', `/api/embed/${uuid}/stream-chat`, {
        key: null,
        body: { sessionId: randomUUID(), message: 'hello' },
        headers: { origin: SITE, 'x-forwarded-for': ip },
        ...(signal === undefined ? {} : { signal }),
      });
    page.upstream.answer(hang);
    // One customer, from many of its networks.
    const greedy = Array.from({ length: 70 }, (_, at) =>
      ask(`2001:db8:bad:${at.toString(16)}::1`, leaving.signal).catch(() => undefined),
    );
    let refused = 0;
    for (const asked of greedy) void asked.then((answer) => (refused += answer === undefined ? 0 : 1));
    await expect.poll(() => [page.asked().length, refused], { timeout: 10_000 }).toEqual([32, 38]);
    page.upstream.answer(stream([chatEvents()]));
    expect(framesOf(await ask('198.51.100.7')).at(-1)?.['type']).toBe('textResponseChunk');
    leaving.abort();
    await Promise.all(greedy);
    await page.upstream.close();
  });
});
