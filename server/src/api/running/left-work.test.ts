import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { hang, json, startTestUpstream, type Behaviour, type TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { EMBEDDING_MODEL, embeddings } from '../../retrieval/retrieval.fixture.ts';
import { Settings } from '../../settings/index.ts';
import { openRequest, type OpenRequest } from './open-request.fixture.ts';

interface Acknowledged {
  acknowledged: { requests_ended: number };
}
interface List {
  items: { id: string; key_id: string | null; route: string }[];
}

/** More than all requests to the model at once hold. */
const TEXT = Array.from({ length: 6_000 }, (_, at) => `Sentence ${at} of a long document.`).join(' ');

describeOnBothServers('documents that are embedded for a key', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let location: string;
  const calls = () => upstream.received.filter(({ path }) => path.endsWith('/embeddings'));
  const running = async ({ id }: NewKey): Promise<List['items']> => {
    const { body } = await server.request<List>('GET', '/v1/running');
    return body.items.filter(({ key_id }) => key_id === id);
  };

  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    upstream.models = [EMBEDDING_MODEL];
    const { storage, sealing } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: EMBEDDING_MODEL } }));
    await server.request('POST', '/v1/upstreams', { body: { name: 'test', base_url: upstream.baseUrl } });
    await server.request('POST', '/api/v1/workspace/new', { body: { name: 'Room' } });
    const stored = await server.request<{ documents: { location: string }[] }>(
      'POST',
      '/api/v1/document/raw-text',
      { body: { textContent: TEXT, metadata: { title: 'Long' } } },
    );
    location = stored.body.documents[0]?.location ?? '';
    return () => upstream.close();
  });

  /** A document is on its way into a workspace, and the model has not answered. */
  async function embedding(key: NewKey, behaviour: Behaviour): Promise<OpenRequest> {
    upstream.answer(behaviour);
    upstream.received.length = 0;
    const open = openRequest(server, { path: '/api/v1/workspace/room/update-embeddings', key: key.secret });
    open.end(JSON.stringify({ adds: [location], deletes: [] }));
    await expect.poll(() => calls().length).toBe(4);
    return open;
  }
  const revoke = async ({ id }: NewKey) =>
    (await server.request<Acknowledged>('POST', `/v1/keys/${id}/revoke`)).body.acknowledged.requests_ended;

  /** What is left of it once its key was revoked, and the model has heard of it. */
  async function afterRevoking(key: NewKey) {
    const ended = await revoke(key);
    await Promise.all(calls().map(({ aborted }) => aborted));
    const isThere = async () =>
      (await server.request('GET', '/api/v1/workspace/room')).text.includes(location);
    // The request takes back, right after its end, what it had put there.
    await expect.poll(isThere).toBe(false);
    const asked = calls().length;
    return { ended, running: await running(key), asked, isThere: await isThere() };
  }
  const GIVEN_UP = { ended: 1, running: [], asked: 4, isThere: false };

  test('documents that are embedded for a key end with its revocation, and the model gets no further request', async () => {
    const key = await server.mint({ role: 'admin' });
    await embedding(key, hang);
    expect(await afterRevoking(key)).toEqual(GIVEN_UP);
  });

  test('documents that are embedded for a key stay in flight after its client disconnected, and end in the same way', async () => {
    const key = await server.mint({ role: 'admin' });
    const open = await embedding(key, hang);
    open.socket.destroy();
    await open.closed;
    expect((await running(key)).map(({ route }) => route)).toEqual(['workspaces.embed']);
    expect(await afterRevoking(key)).toEqual(GIVEN_UP);
  });

  test('documents that are embedded for a disconnected client can be stopped like any other request', async () => {
    const key = await server.mint({ role: 'admin' });
    const open = await embedding(key, hang);
    open.socket.destroy();
    await open.closed;
    const [run] = await running(key);
    const stopped = await server.request<Acknowledged>('POST', `/v1/running/${run?.id}/stop`);
    expect(stopped.body.acknowledged.requests_ended).toBe(1);
    await Promise.all(calls().map(({ aborted }) => aborted));
  });

  test('documents that are embedded for a disconnected client are finished if nothing was taken from its key', async () => {
    const key = await server.mint({ role: 'admin' });
    const answered = Promise.withResolvers<void>();
    onTestFinished(() => answered.resolve());
    const open = await embedding(key, async (response, request) => {
      await answered.promise;
      return embeddings()(response, request);
    });
    open.socket.destroy();
    await open.closed;
    answered.resolve();
    await expect
      .poll(async () => (await server.request('GET', '/api/v1/workspace/room')).text, { timeout: 10_000 })
      .toContain(location);
    await expect.poll(() => running(key)).toEqual([]);
  });
});

describeOnBothServers('the test of an upstream', (start) => {
  test('the test of an upstream ends with its key, and the model gets no request after the revocation', async () => {
    const server = await start();
    const upstream = await startTestUpstream();
    onTestFinished(() => upstream.close());
    const body = { name: 'slow', base_url: upstream.baseUrl, models: ['gpt-test'] };
    const added = await server.request<{ id: string }>('POST', '/v1/upstreams', { body });
    const { id, secret } = await server.mint({ role: 'admin' });
    const listed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<{ aborted: Promise<void> }>();
    upstream.modelsAnswer = async (response, request) => {
      asked.resolve({ aborted: request.aborted });
      await listed.promise;
      return json({ object: 'list', data: [] })(response, request);
    };
    const testing = server.request('POST', `/v1/upstreams/${added.body.id}/test`, { key: secret });
    const { aborted } = await asked.promise;
    await server.request('POST', `/v1/keys/${id}/revoke`);
    expect((await testing).status).toBe(401);
    await aborted;
    listed.resolve();
    expect(upstream.received.filter(({ path }) => path.endsWith('/chat/completions'))).toEqual([]);
  });
});
