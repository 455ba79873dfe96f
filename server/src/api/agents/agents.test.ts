import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type NewKey, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker, type Assigned, type Problem } from '../jobs/jobs.fixture.ts';
import { AgentClient, stateOf, type WorkflowView } from './agents.fixture.ts';

describeOnBothWhenSlow('agents', (start) => {
  let server: TestServer;
  let clientKey: NewKey;
  let client: AgentClient;
  let other: AgentClient;
  let minerKey: NewKey;
  let worker: TestWorker;
  let number = 0;
  let model = '';
  beforeAll(async () => {
    server = await start();
    clientKey = await newOwnerKey(server, 'client', { role: 'client' });
    client = new AgentClient(server, clientKey.secret);
    other = new AgentClient(server, (await newOwnerKey(server, 'other', { role: 'client' })).secret);
    minerKey = await newOwnerKey(server, 'miner', { role: 'miner' });
  });
  // Each test has a model of its own: no other's jobs fit its worker.
  beforeEach(async () => {
    model = `model-${++number}`;
    worker = new TestWorker(server, minerKey.secret, `worker-${number}`);
    await worker.register({ models: [model] }, { concurrency: 10 });
  });
  const promptOf = ({ payload }: Assigned): string =>
    (payload['messages'] as { content: string }[])[0]?.content ?? '';
  const step = (id: string, prompt: string, more: object = {}) => ({ id, prompt, model, ...more });

  test('a workflow is created without steps, listed, replaced and deleted', async () => {
    const { status, body: made, headers } = await client.create(undefined, 'as typed');
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/agents/workflows/${made.workflow_id}`);
    expect(made.steps).toMatchObject([{ id: 'main', type: 'inference', prompt: '{{inputs.prompt}}' }]);
    const { body: list } = await client.ask<{ items: WorkflowView[] }>('GET', 'workflows');
    expect(list.items[0]).toEqual(made);
    const path = `workflows/${made.workflow_id}`;
    const replaced = await client.ask<WorkflowView>('PUT', path, { name: 'new', steps: [step('a', 'b')] });
    expect(replaced.body).toMatchObject({ name: 'new', steps: [{ id: 'a' }] });
    expect((await client.ask('GET', path)).body).toEqual(replaced.body);
    expect((await client.ask('DELETE', path)).status).toBe(204);
    expect((await client.ask('GET', path)).status).toBe(404);
  });

  test('a workflow with a fault is not stored, and its field is named', async () => {
    const before = (await client.ask<{ items: unknown[] }>('GET', 'workflows?limit=200')).body.items.length;
    for (const [steps, field] of [
      [[step('a', '{{steps.b.output}}')], 'steps[0].prompt'],
      [[step('a', 'x', { depends_on: ['a'] })], 'steps[0].depends_on'],
      [[step('a', 'x'), step('a', 'x')], 'steps[1].id'],
      [[step('9', 'x')], 'steps[0].id'],
      [[step('a', 'x', { type: 'shell' })], 'steps[0].type'],
      [[], 'steps'],
    ] as const) {
      const answer = await client.create([...steps]);
      expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(`"field":"${field}"`)]);
    }
    expect((await client.ask<{ items: unknown[] }>('GET', 'workflows?limit=200')).body.items).toHaveLength(
      before,
    );
  });

  test('steps that need nothing of each other run at once, and outputs flow into later prompts', async () => {
    const id = await client.start(
      [
        step('one', 'Name a {{inputs.thing.kind}}'),
        step('two', 'Two', { type: 'embedding' }),
        step('end', 'Join {{steps.one.output}} and {{steps.two.output}}'),
      ],
      { thing: { kind: 'ferry' } },
    );
    const first = [await worker.take(), await worker.take()];
    expect((await worker.poll()).status).toBe(204);
    const one = first.find(({ payload }) => payload['messages'] !== undefined);
    const two = first.find(({ payload }) => payload['endpoint'] === '/v1/embeddings');
    if (one === undefined || two === undefined) throw new Error('other jobs');
    expect([promptOf(one), two.payload['input']]).toEqual(['Name a ferry', 'Two']);
    await worker.result(one, 'Hven {{inputs.thing}}');
    await worker.result(two, [0.5, 1]);
    const end = await worker.take();
    expect(promptOf(end)).toBe('Join Hven {{inputs.thing}} and [0.5,1]');
    expect(stateOf(await client.status(id), 'end')).toBe('RUNNING');
    await worker.result(end, 'done');
    const view = await client.end(id);
    expect(view).toMatchObject({
      state: 'COMPLETED',
      output: 'done',
      outputs: { one: 'Hven {{inputs.thing}}', two: [0.5, 1], end: 'done' },
      progress: { over: 3, total: 3 },
    });
    const events = await client.events(id);
    expect(events[0]).toBe('execution RUNNING');
    expect(events.slice(-3)).toEqual(['end SUBMITTED', 'end COMPLETED', 'execution COMPLETED']);
  });

  test('a missing input is refused before anything is submitted', async () => {
    const { body } = await client.create([step('a', '{{inputs.topic}} {{inputs.user.name}}')]);
    const answer = await client.execute(body.workflow_id, { user: {} });
    expect([answer.status, answer.text]).toEqual([
      422,
      expect.stringMatching(/"field":"inputs.topic".*"field":"inputs.user.name"/),
    ]);
    const bare = await client.ask('POST', `workflows/${body.workflow_id}/execute`);
    expect(bare.status).toBe(422);
    expect((await worker.poll()).status).toBe(204);
  });

  test('a failed step ends the execution, cancels what runs and skips the rest', async () => {
    const id = await client.start([
      step('bad', 'bad', { max_retries: 0 }),
      step('slow', 'slow'),
      step('end', '{{steps.bad.output}}{{steps.slow.output}}'),
    ]);
    const jobs = [await worker.take(), await worker.take()];
    for (const job of jobs) if (promptOf(job) === 'bad') await worker.fail(job, 'bad_payload');
    const view = await client.end(id);
    expect(view).toMatchObject({ state: 'FAILED', error: { code: 'bad_payload' }, output: null });
    expect(view.steps.map(({ state }) => state)).toEqual(['FAILED', 'CANCELED', 'SKIPPED']);
    const slow = jobs.find((job) => promptOf(job) === 'slow');
    expect(slow && (await worker.result(slow)).body.code).toBe('already_finished');
  });

  test('max_retries gives the job of a step more attempts', async () => {
    const id = await client.start([step('a', 'x', { max_retries: 1, timeout_seconds: 7 })]);
    const first = await worker.take();
    expect(first).toMatchObject({ run_timeout_seconds: 7 });
    await worker.fail(first, 'bad_payload');
    await worker.result(await worker.take(), 'ok');
    expect(await client.end(id)).toMatchObject({ state: 'COMPLETED', output: 'ok' });
  });

  test('a canceled execution cancels its jobs, and submits nothing more', async () => {
    const id = await client.start([step('a', 'a'), step('b', '{{steps.a.output}}')]);
    const job = await worker.take();
    const canceled = await client.ask<{ state: string }>('POST', `executions/${id}/cancel`);
    expect([canceled.status, canceled.body.state]).toEqual([200, 'CANCELED']);
    expect((await worker.result(job)).body.code).toBe('already_finished');
    expect(await client.end(id)).toMatchObject({ state: 'CANCELED', error: { code: 'canceled' } });
    expect((await worker.poll()).status).toBe(204);
    const again = await client.ask('POST', `executions/${id}/cancel`);
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  });

  test('a job that its owner cancels ends the execution as canceled', async () => {
    const id = await client.start([step('a', 'a'), step('b', '{{steps.a.output}}')]);
    const { job_id: jobId } = await worker.take();
    await new JobClient(server, client.key).ask('POST', `/v1/jobs/${jobId}/cancel`);
    expect(await client.end(id)).toMatchObject({ state: 'CANCELED', error: { code: 'canceled' } });
  });

  test('a revoked key ends its executions with that reason, and nothing more is submitted', async () => {
    const key = await server.mint({ owner: clientKey.key.owner.id, role: 'client' });
    const id = await new AgentClient(server, key.secret).start([
      step('a', 'a'),
      step('b', '{{steps.a.output}}'),
    ]);
    await worker.take();
    await server.request('POST', `/v1/keys/${key.id}/revoke`, { body: {} });
    const view = await client.end(id);
    expect(view).toMatchObject({ state: 'CANCELED', error: { code: 'key_revoked' } });
    expect(stateOf(view, 'b')).toBe('SKIPPED');
    expect((await worker.poll()).status).toBe(204);
  });

  test('a key that loses jobs:submit in between submits nothing more', async () => {
    const key = await server.mint({ owner: clientKey.key.owner.id, role: 'client' });
    const id = await new AgentClient(server, key.secret).start([
      step('a', 'a'),
      step('b', '{{steps.a.output}}'),
    ]);
    const job = await worker.take();
    const scopes = ['agents:execute', 'agents:read'];
    const narrowed = await server.request('PATCH', `/v1/keys/${key.id}`, { body: { scopes } });
    expect(narrowed.status).toBe(200);
    await worker.result(job, 'x');
    expect(await client.end(id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'insufficient_scope', message: expect.stringContaining('jobs:submit') },
    });
  });

  test('a step that runs is canceled when its key may not execute workflows any more', async () => {
    const key = await server.mint({ owner: clientKey.key.owner.id, role: 'client' });
    const id = await new AgentClient(server, key.secret).start([step('a', 'a')]);
    const job = await worker.take();
    await server.request('PATCH', `/v1/keys/${key.id}`, { body: { scopes: ['jobs:*'] } });
    expect(await client.end(id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'insufficient_scope', message: expect.stringContaining('agents:execute') },
    });
    expect((await worker.result(job, 'x')).status).toBe(409);
  });

  test('a key executes only what it may do itself', async () => {
    const { body } = await client.create([step('a', 'a')]);
    const owner = clientKey.key.owner.id;
    const without = await server.mint({ owner, scopes: ['agents:execute'] });
    const refused = await new AgentClient(server, without.secret).execute(body.workflow_id);
    expect([refused.status, refused.body.code, refused.text]).toEqual([
      403,
      'insufficient_scope',
      expect.stringContaining('jobs:submit'),
    ]);
    const bound = await server.mint({ owner, role: 'client', selectors: { models: { allow: ['other'] } } });
    const uncovered = await new AgentClient(server, bound.secret).execute(body.workflow_id);
    expect([uncovered.status, uncovered.body.code]).toEqual([403, 'forbidden_resource']);
  });

  test('nobody sees, changes or executes what belongs to another owner', async () => {
    const { body } = await client.create([step('a', 'a')]);
    const executed = (await client.execute(body.workflow_id)).body.execution_id;
    const workflow = `workflows/${body.workflow_id}`;
    for (const [method, path, sent] of [
      ['GET', workflow],
      ['PUT', workflow, { name: 'mine' }],
      ['DELETE', workflow],
      ['POST', `${workflow}/execute`, {}],
      ['GET', `executions/${executed}`],
      ['GET', `executions/${executed}/status`],
      ['GET', `executions/${executed}/logs`],
      ['POST', `executions/${executed}/cancel`],
    ] as const) {
      const answer = await other.ask<Problem>(method, path, sent);
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not_found']);
    }
    for (const path of ['workflows', 'executions'])
      expect((await other.ask('GET', path)).text).not.toContain('_id":"');
    expect((await client.status(executed)).state).toBe('RUNNING');
    await client.ask('POST', `executions/${executed}/cancel`);
  });

  test('lists of executions have filters and pages', async () => {
    const { body } = await client.create([step('a', 'a')]);
    const ids = [];
    for (let made = 0; made < 3; made++) ids.push((await client.execute(body.workflow_id)).body.execution_id);
    await client.ask('POST', `executions/${ids[0]}/cancel`);
    const list = async (query: string) =>
      (
        await client.ask<{ items: { execution_id: string }[]; next_cursor: string | null }>(
          'GET',
          `executions?workflow_id=${body.workflow_id}${query}`,
        )
      ).body;
    const idsIn = ({ items }: { items: { execution_id: string }[] }) =>
      items.map((item) => item.execution_id);
    const first = await list('&limit=2');
    const second = await list(`&limit=2&cursor=${first.next_cursor}`);
    expect([...idsIn(first), ...idsIn(second)].toSorted()).toEqual(ids.toSorted());
    expect(idsIn(await list('&state=CANCELED'))).toEqual([ids[0]]);
    expect((await client.ask('GET', 'executions?state=DONE')).status).toBe(422);
  });

  test('a workflow keeps running as it began when it is replaced or deleted', async () => {
    const { body } = await client.create([step('a', 'a'), step('b', 'then {{steps.a.output}}')]);
    const { execution_id: id } = (await client.execute(body.workflow_id)).body;
    const job = await worker.take();
    await client.ask('DELETE', `workflows/${body.workflow_id}`);
    await worker.result(job, 'x');
    const next = await worker.take();
    expect(promptOf(next)).toBe('then x');
    await worker.result(next, 'y');
    expect(await client.end(id)).toMatchObject({ state: 'COMPLETED', output: 'y' });
  });
});
