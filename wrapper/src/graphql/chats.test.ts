import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { piece, says, startChats, type ChatServer } from '../../../server/src/chat/chats.fixture.ts';
import { describeOnServer } from '../../../server/test/server.ts';
import { allOf, resultsOf, subscribe, type Result, type Subscribe } from '../../test/subscription.ts';
import { startWrapper } from '../../test/wrapper.ts';

describeOnServer('sqlite', 'chats in GraphQL', (start) => {
  let chats: ChatServer;
  beforeAll(async () => {
    chats = await startChats(start);
    await chats.post('/workspace/new', { name: 'Ferries', chatMode: 'chat', similarityThreshold: 0 });
    await chats.post('/workspace/ferries/thread/new', { name: 'Prices', slug: 'prices' });
    await chats.add('ferries', 'Hours', 'The ferry Havsvalan leaves at nine.');
  });
  afterAll(() => chats.upstream.close());
  beforeEach(() => chats.answer(says(['At ', 'nine.'])));

  const open = async () => {
    const { url, adminKey } = chats.server;
    const wrapper = await startWrapper(`${url}/api`);
    return {
      wrapper,
      ask: <T>(query: string) => wrapper.ask<T>(query, { key: adminKey }),
      subscribe: (variables: Partial<Subscribe['variables']> = {}, options: Partial<Subscribe> = {}) =>
        subscribe(wrapper.url, {
          key: adminKey,
          ...options,
          variables: { workspace: 'ferries', message: 'When does Havsvalan leave?', ...variables },
        }),
    };
  };

  test('the mutation gives the whole answer with its sources, and the turn is in the history', async () => {
    const { ask } = await open();
    interface Chat {
      chat: { turnId: string; text: string; sources: { title: string }[] };
    }
    const { data } = await ask<Chat>(
      'mutation { chat(workspace: "ferries", message: "When does Havsvalan leave?", session: "one") { turnId text sources { title } thoughts } }',
    );
    expect(data?.chat).toMatchObject({ text: 'At nine.', sources: [{ title: 'hours.txt' }], thoughts: [] });
    const history = await ask(
      '{ workspace(slug: "ferries") { chats(session: "one") { id question answer sources { title } } } }',
    );
    const turn = {
      question: 'When does Havsvalan leave?',
      answer: 'At nine.',
      sources: [{ title: 'hours.txt' }],
    };
    expect(history.data).toEqual({ workspace: { chats: [{ id: data?.chat.turnId, ...turn }] } });
  });

  test('a thread has a history of its own, of which the latest turns are given, oldest first', async () => {
    const { ask } = await open();
    for (const message of ['First?', 'Second?', 'Third?'])
      await ask(`mutation { chat(workspace: "ferries", thread: "prices", message: "${message}") { text } }`);
    const { data } = await ask(
      '{ thread(workspace: "ferries", slug: "prices") { chats(last: 2) { question } } }',
    );
    expect(data).toEqual({ thread: { chats: [{ question: 'Second?' }, { question: 'Third?' }] } });
  });

  test('the latest turns of a workspace are given oldest first', async () => {
    const { ask } = await open();
    for (const message of ['A?', 'B?', 'C?'])
      await ask(`mutation { chat(workspace: "ferries", session: "two", message: "${message}") { text } }`);
    const { data } = await ask(
      '{ workspace(slug: "ferries") { chats(session: "two", last: 2) { question answer } } }',
    );
    expect(data).toEqual({
      workspace: {
        chats: [
          { question: 'B?', answer: 'At nine.' },
          { question: 'C?', answer: 'At nine.' },
        ],
      },
    });
  });

  test('the subscription gives the words as they come, then the sources, and is complete', async () => {
    const { subscribe } = await open();
    const response = await subscribe();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await allOf(resultsOf(response))).map(({ data }) => data?.chat);
    expect(events.slice(0, -1)).toEqual([
      { kind: 'ChatText', text: 'At ' },
      { kind: 'ChatText', text: 'nine.' },
    ]);
    expect(events.at(-1)).toMatchObject({ kind: 'ChatSources', sources: [{ title: 'hours.txt' }] });
  });

  test('the first words arrive before the model has ended', async () => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    chats.answer(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(piece('At '));
      await mayEnd;
      response.end(Buffer.concat([piece('nine.'), Buffer.from('data: [DONE]\n\n')]));
    });
    const { subscribe } = await open();
    const results = resultsOf(await subscribe());
    expect((await results.next()).value).toMatchObject({ data: { chat: { text: 'At ' } } });
    end();
    const rest = await allOf(results);
    expect(rest[0]).toMatchObject({ data: { chat: { text: 'nine.' } } });
  });

  /** A model that begins and then falls silent. */
  const silent = () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    chats.answer(async (response, { aborted }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(piece('At '));
      await aborted;
      resolve();
    });
    return gone;
  };

  test('a key that is revoked in the middle ends the subscription with an error', async () => {
    const gone = silent();
    const { id, secret } = await chats.server.mint({ scopes: ['workspaces:chat', 'models:use'] });
    const { subscribe } = await open();
    const results = resultsOf(await subscribe({}, { key: secret }));
    expect((await results.next()).value).toMatchObject({ data: { chat: { text: 'At ' } } });
    await chats.server.request('POST', `/v1/keys/${id}/revoke`);
    const rest: Result[] = await allOf(results);
    expect(rest).toHaveLength(1);
    expect(rest[0]?.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    expect(JSON.stringify(rest)).not.toContain(secret);
    await gone;
  });

  test('a caller who leaves ends the request to the model', async () => {
    const gone = silent();
    const { subscribe } = await open();
    const leave = new AbortController();
    const results = resultsOf(await subscribe({}, { signal: leave.signal }));
    await results.next();
    leave.abort();
    await expect(results.next()).rejects.toThrow(/abort/i);
    await gone;
  });

  test.for([
    [{ workspace: 'none' }, 'NOT_FOUND'],
    [{ thread: 'none' }, 'NOT_FOUND'],
    [{ message: ' ' }, 'BAD_USER_INPUT'],
    [{ thread: 'prices', session: 'x' }, 'BAD_USER_INPUT'],
  ] as const)('a subscription with %o ends with %s', async ([variables, code]) => {
    const { subscribe } = await open();
    const results = await allOf(resultsOf(await subscribe(variables)));
    expect(results.map(({ errors }) => errors?.[0]?.extensions?.['code'])).toEqual([code]);
  });

  test('a wrong key and a missing scope end a subscription with an error', async () => {
    const { subscribe } = await open();
    const codeWith = async (key: string) => {
      const [result] = await allOf(resultsOf(await subscribe({}, { key })));
      return result?.errors?.[0]?.extensions?.['code'];
    };
    expect(await codeWith('sk-wrong')).toBe('UNAUTHENTICATED');
    const { secret } = await chats.server.mint({ scopes: ['workspaces:read'] });
    expect(await codeWith(secret)).toBe('FORBIDDEN');
  });

  test('a model that fails is an error without the words of the network', async () => {
    chats.answer((response) => void response.writeHead(500).end('{"error":{"message":"boom"}}'));
    const { ask } = await open();
    const { errors } = await ask(
      'mutation { chat(workspace: "ferries", message: "Hello", session: "x") { text } }',
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
    expect(errors?.[0]?.message).not.toMatch(/127\.0\.0\.1|boom/);
  });

  test('one caller may run twenty subscriptions at once, and others still may', async () => {
    void silent();
    const { wrapper, subscribe } = await open();
    const leave = new AbortController();
    const running = await Promise.all(
      Array.from({ length: 20 }, () => subscribe({}, { signal: leave.signal })),
    );
    const iterators = running.map((response) => resultsOf(response));
    for (const results of iterators) await results.next();
    const refused = await subscribe();
    expect(await allOf(resultsOf(refused))).toMatchObject([
      { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 5 } }] },
    ]);
    const { secret } = await chats.server.mint({ scopes: ['workspaces:chat', 'models:use'] });
    const other = resultsOf(await subscribe({}, { key: secret, signal: leave.signal }));
    expect((await other.next()).value).toMatchObject({ data: { chat: { text: 'At ' } } });
    leave.abort();
    await Promise.allSettled([...iterators, other].map((results) => results.next()));
    // The places are free again when the server has seen that the callers have gone.
    await expect
      .poll(async () => {
        chats.answer(says(['At nine.']));
        const [result] = await allOf(resultsOf(await subscribe()));
        await sleep(10);
        return result?.data?.chat.text;
      })
      .toBe('At nine.');
    expect(wrapper.log.join('')).not.toContain(secret);
  });

  test('search finds passages without the right to read workspaces', async () => {
    const { wrapper } = await open();
    const { secret } = await chats.server.mint({ scopes: ['workspaces:chat', 'models:use'] });
    const found = await wrapper.ask<{ search: { title: string; score: number; text: string }[] }>(
      '{ search(workspace: "ferries", query: "The ferry Havsvalan leaves at nine.", topN: 1, scoreThreshold: 0) { id title text score } }',
      { key: secret },
    );
    expect(found.data?.search).toMatchObject([{ title: 'hours.txt' }]);
    const none = await wrapper.ask('{ search(workspace: "none", query: "x") { id } }', { key: secret });
    expect(none.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });
});
