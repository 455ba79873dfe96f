import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { slam } from '../../../test/upstream.ts';
import { newOwnerKey, TestWorker } from '../../api/jobs/jobs.fixture.ts';
import { enableUsers, PASSWORD } from '../people/identity.fixture.ts';
import { browserOf } from '../../api/sessions/browser.fixture.ts';
import { KeywardError } from '../../base/errors.ts';
import { CHAT_MODEL, says, startChats, type ChatServer } from '../../chat/chats.fixture.ts';
import { readinessAfter, type Readiness } from '../../chat/readiness.ts';

/** More than open the circuit of an upstream. */
const FAILURES = 6;

describeOnBothServers('whether a model can answer in a workspace', (start) => {
  let chats: ChatServer;
  const readinessOf = async (slug: string, key?: string): Promise<Readiness> => {
    const path = `/v1/workspace/${slug}/chat-readiness`;
    return (await chats.server.request<Readiness>('GET', path, key === undefined ? {} : { key })).body;
  };
  const workspace = async (name: string, settings: object = {}): Promise<string> => {
    await chats.post('/workspace/new', { name, chatMode: 'chat', ...settings });
    return name;
  };

  beforeAll(async () => {
    chats = await startChats(start, ['fragile']);
  });
  afterAll(() => chats.upstream.close());
  beforeEach(() => chats.answer(says(['Good ', 'day.'])));

  test('the model that would answer is named, and no model is asked', async () => {
    expect(await readinessOf(await workspace('plain'))).toEqual({
      state: 'ready',
      model: CHAT_MODEL,
      reason: null,
      hint: null,
    });
    expect(chats.received()).toEqual([]);
  });

  test('a model that does not exist is said before a question is, in the words of the refusal', async () => {
    const slug = await workspace('missing', { chatModel: 'gone-model' });
    const { state, model, reason } = await readinessOf(slug);
    expect([state, model]).toEqual(['none', 'gone-model']);
    const { error } = (await chats.post(`/workspace/${slug}/chat`, { message: 'Hello' })).body;
    expect(error).toContain(reason);
  });

  test('a model of an upstream that was not reached yet may come by itself', async () => {
    const { body } = await chats.server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: { name: 'away', base_url: 'http://127.0.0.1:9/v1' },
    });
    const slug = await workspace('unknown', { chatModel: 'perhaps' });
    expect(await readinessOf(slug)).toMatchObject({ state: 'waiting', model: 'perhaps' });
    await chats.server.request('DELETE', `/v1/upstreams/${body.id}`);
    expect(await readinessOf(slug)).toMatchObject({ state: 'none' });
  });

  test('an upstream that has failed again and again is said to be out of order, and a question is not counted', async () => {
    const slug = await workspace('broken', { chatModel: 'fragile' });
    chats.answer(slam);
    for (let one = 0; one < FAILURES; one++)
      await chats.post(`/workspace/${slug}/chat`, { message: 'Hello' });
    const asked = chats.received().length;
    expect(await readinessOf(slug)).toMatchObject({ state: 'waiting', model: 'fragile' });
    expect(chats.received()).toHaveLength(asked);
  });

  test('a model of a worker answers keys alone, and may come back when its worker has left', async () => {
    const { secret } = await newOwnerKey(chats.server, 'miner', { role: 'miner' });
    const worker = new TestWorker(chats.server, secret, 'gpu');
    await worker.register({ models: ['worker-model'] });
    const slug = await workspace('mined', { chatModel: 'worker-model' });
    await expect.poll(() => readinessOf(slug)).toMatchObject({ state: 'ready' });
    await enableUsers(chats.server);
    const browser = await browserOf(chats.server, { username: 'admin', password: PASSWORD });
    const path = `/v1/workspace/${slug}/chat-readiness`;
    const seen = (await browser.send<Readiness>('GET', path)).body;
    expect([seen.state, seen.reason]).toEqual(['none', expect.stringContaining('for keys only')]);
    await worker.post('heartbeat', { status: 'draining', leases: [] });
    await expect.poll(() => readinessOf(slug)).toMatchObject({ state: 'waiting' });
  });

  test('a key learns nothing of a workspace, a model or a right that it lacks', async () => {
    const slug = await workspace('bounds');
    const foreign = await workspace('foreign', { chatModel: 'never-was' });
    const path = `/v1/workspace/${slug}/chat-readiness`;
    const reader = await chats.server.mint({ scopes: ['workspaces:read'] });
    expect((await chats.server.request('GET', path, { key: reader.secret })).status).toBe(403);
    expect((await chats.server.request('GET', path, { key: null })).status).toBe(403);
    const other = { scopes: ['workspaces:chat'], selectors: { workspaces: { allow: ['elsewhere'] } } };
    const { secret: bound } = await chats.server.mint(other);
    const said = async (asked: string) => {
      const { status, text } = await chats.server.request('GET', `/v1/workspace/${asked}/chat-readiness`, {
        key: bound,
      });
      return [status, text];
    };
    expect(await said(slug)).toEqual(await said('never-made'));
    const narrow = { scopes: ['workspaces:chat'], selectors: { models: { allow: ['mine'] } } };
    const { secret } = await chats.server.mint(narrow);
    const reasons = [await workspace('own', { chatModel: CHAT_MODEL }), foreign].map(async (one) => {
      const { state, reason, model } = await readinessOf(one, secret);
      return [state, reason?.replace(JSON.stringify(model), 'M')];
    });
    const [existing, missing] = await Promise.all(reasons);
    expect(existing).toEqual(['none', 'The key does not cover the model M.']);
    expect(missing).toEqual(existing);
  });
});

test('a local model that starts is waited for, and one that has failed is not', async () => {
  const error = new KeywardError('not_ready', 'The local model is not ready.', { hint: 'It failed.' });
  const after = (coming: string | undefined) =>
    readinessAfter({ coming: () => Promise.resolve(coming) }, { error, model: 'local' });
  expect(await after('The local model is loading.')).toEqual({
    state: 'waiting',
    model: 'local',
    reason: 'The local model is loading.',
    hint: null,
  });
  expect(await after(undefined)).toMatchObject({ state: 'none', hint: 'It failed.' });
});

test('an error that says nothing about models is no answer', async () => {
  const error = new KeywardError('storage_unavailable', 'The database cannot be reached.');
  const asked = readinessAfter({ coming: () => Promise.resolve(undefined) }, { error, model: null });
  await expect(asked).rejects.toBe(error);
});
