import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { Documents } from '../../documents/index.ts';
import { addDocument, EMBEDDING_MODEL, embeddings } from '../../retrieval/retrieval.fixture.ts';
import { vectors } from '../../retrieval/index.ts';
import { coverage } from '../../workspaces/index.ts';
import { Settings } from '../../settings/index.ts';
import { newOwnerKey, TestWorker } from '../jobs/jobs.fixture.ts';
import { AgentClient } from './agents.fixture.ts';

const SCOPES = ['agents:*', 'jobs:submit', 'workspaces:chat'];

describeOnBothServers('steps that search a workspace', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let key: NewKey;
  let client: AgentClient;
  let worker: TestWorker;
  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(embeddings());
    server = await start();
    const { storage, sealing, audit } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: EMBEDDING_MODEL } }));
    const body = { name: 'test', base_url: upstream.baseUrl, models: [EMBEDDING_MODEL] };
    await server.request('POST', '/v1/upstreams', { body });
    const documents = new Documents({ storage, audit, clock: systemClock, coverage, vectors });
    for (const [name, text] of [
      ['Garden', 'The turnip festival takes place in spring.'],
      ['Vault', 'The secret turnip word is CANARY-7.'],
    ] as const) {
      await server.request('POST', '/api/v1/workspace/new', { body: { name } });
      const location = await addDocument(storage, documents, { name: name.toLowerCase(), text });
      const path = `/api/v1/workspace/${name.toLowerCase()}/update-embeddings`;
      await server.request('POST', path, { body: { adds: [location] } });
    }
    key = await newOwnerKey(server, 'gardener', { scopes: SCOPES });
    client = new AgentClient(server, key.secret);
    worker = new TestWorker(server, (await newOwnerKey(server, 'miner', { role: 'miner' })).secret, 'w');
    await worker.register({ models: ['m'] });
  });
  afterAll(() => upstream.close());

  const find = (workspace: string, more: object = {}) => ({
    id: 'find',
    type: 'retrieve',
    workspace,
    prompt: '{{inputs.question}}',
    ...more,
  });
  const boundKey = (workspace: string) =>
    server.mint({
      owner: key.key.owner.id,
      scopes: SCOPES,
      selectors: { workspaces: { allow: [workspace] } },
    });

  test('the passages of the workspace stand in the prompt of a later step', async () => {
    const id = await client.start(
      [find('garden'), { id: 'answer', model: 'm', prompt: 'Use this: {{steps.find.output}}' }],
      { question: 'turnip festival' },
    );
    const job = await worker.take();
    expect(JSON.stringify(job.payload)).toContain('takes place in spring');
    await worker.result(job, 'in spring');
    expect(await client.end(id)).toMatchObject({
      state: 'COMPLETED',
      output: 'in spring',
      outputs: { find: expect.stringContaining('takes place in spring') },
    });
  });

  test('a key can neither store nor execute a search in a workspace that it does not cover', async () => {
    const bound = new AgentClient(server, (await boundKey('garden')).secret);
    for (const [workspace, status, text] of [
      ['garden', 201, '"type":"retrieve"'],
      ['vault', 422, '"field":"steps[0].workspace"'],
      ['none', 422, '"field":"steps[0].workspace"'],
    ] as const) {
      const answer = await bound.create([find(workspace)]);
      expect([workspace, answer.status, answer.text]).toEqual([
        workspace,
        status,
        expect.stringContaining(text),
      ]);
    }
    const { body: stored } = await client.create([find('vault')]);
    const executed = await bound.execute(stored.workflow_id, { question: 'turnip word' });
    expect([executed.status, executed.body.code]).toEqual([404, 'not_found']);
    const unscoped = await server.mint({ owner: key.key.owner.id, role: 'client' });
    const refused = await new AgentClient(server, unscoped.secret).create([find('garden')]);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('workspaces:chat')]);
  });

  test('a key that does not cover the workspace sees nothing of what another key found in it', async () => {
    const id = await client.start([find('vault')], { question: 'secret turnip word' });
    expect(JSON.stringify(await client.end(id))).toContain('CANARY-7');
    const bound = new AgentClient(server, (await boundKey('garden')).secret);
    for (const path of [`executions/${id}`, `executions/${id}/status`, `executions/${id}/logs`])
      expect((await bound.ask('GET', path)).status).toBe(404);
    expect((await bound.ask('POST', `executions/${id}/cancel`)).status).toBe(404);
    for (const path of ['executions', 'workflows']) {
      const { text } = await bound.ask('GET', path);
      expect(text).not.toContain(id);
      expect(text).not.toContain('"vault"');
    }
  });

  test('a key that loses a workspace in between searches it no more', async () => {
    const narrowed = await server.mint({ owner: key.key.owner.id, scopes: SCOPES });
    const id = await new AgentClient(server, narrowed.secret).start(
      [{ id: 'first', model: 'm', prompt: 'x' }, find('vault', { depends_on: ['first'] })],
      { question: 'turnip' },
    );
    const job = await worker.take();
    const selectors = { workspaces: { allow: ['garden'] } };
    expect((await server.request('PATCH', `/v1/keys/${narrowed.id}`, { body: { selectors } })).status).toBe(
      200,
    );
    await worker.result(job, 'ok');
    expect(await client.end(id)).toMatchObject({ state: 'FAILED', error: { code: 'forbidden_resource' } });
  });

  test('a search that fails is tried again, and the step fails after max_retries', async () => {
    upstream.answer(json({ error: { message: 'down' } }, 500));
    const id = await client.start([find('garden', { max_retries: 1 })], { question: 'never asked before' });
    const waiting = await client.until(id, ({ steps }) => steps[0]?.error !== null);
    expect(waiting).toMatchObject({ state: 'RUNNING' });
    expect(await client.end(id)).toMatchObject({ state: 'FAILED' });
    expect(await client.events(id)).toEqual([
      'execution RUNNING',
      'find WAITING',
      'find FAILED',
      'execution FAILED',
    ]);
    upstream.answer(embeddings());
  });
});
