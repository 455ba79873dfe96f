import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type Answer, type TestServer } from '../../../test/server.ts';
import { JobClient, newOwnerKey, TestWorker, type Problem } from '../jobs/jobs.fixture.ts';

interface TaskView {
  task_id: string;
  state: string;
  result: unknown;
  is_reached: boolean;
  agreement: number;
  reason: string | null;
  votes: { answer: unknown; count: number; members: string[] }[];
  absent: string[];
  members: {
    worker_id: string;
    name: string;
    state: string;
    presence: string;
    job_id: string | null;
    error: { code: string } | null;
  }[];
}

describeOnBothWhenSlow('swarms', (start) => {
  let server: TestServer;
  let clientKey: string;
  let otherKey: string;
  let minerKey: string;
  let number = 0;
  let swarm = '';
  let workers: TestWorker[] = [];
  let ids: string[] = [];
  const asClient = <T>(method: string, path: string, body?: object): Promise<Answer<T & Problem>> =>
    server.request(method, `/v1/swarm/${path}`, { key: clientKey, ...(body !== undefined && { body }) });
  const asWorker = <T>(worker: TestWorker, path: string, body?: object): Promise<Answer<T & Problem>> =>
    server.request(`POST`, `/v1/swarm/${path}`, {
      key: worker.key,
      headers: { 'x-miner-id': worker.name },
      ...(body !== undefined && { body }),
    });
  const joined = async (worker: TestWorker, more: object = {}): Promise<string> => {
    const body = { role: 'worker', capability: 'text', swarm_id: swarm, ...more };
    const answer = await asWorker<{ worker_id: string }>(worker, 'join', body);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body.worker_id;
  };
  const coordinate = (more: object = {}) =>
    asClient<TaskView>('POST', 'coordinate', { task: 'What is 2 + 2?', swarm_id: swarm, ...more });
  const begin = async (more: object = {}): Promise<string> => {
    const { status, body, text } = await coordinate(more);
    if (status !== 202) throw new Error(text);
    return body.task_id;
  };
  const status = async (id: string, query = ''): Promise<TaskView> =>
    (await asClient<TaskView>('GET', `tasks/${id}/status${query}`)).body;
  const end = (id: string): Promise<TaskView> => status(id, '?wait=30');

  beforeAll(async () => {
    server = await start();
    clientKey = (await newOwnerKey(server, 'client', { role: 'client' })).secret;
    otherKey = (await newOwnerKey(server, 'other', { role: 'client' })).secret;
    minerKey = (await newOwnerKey(server, 'miner', { role: 'miner' })).secret;
  });
  beforeEach(async () => {
    swarm = `swarm-${++number}`;
    workers = ['a', 'b', 'c'].map((name) => new TestWorker(server, minerKey, `${name}-${number}`));
    ids = [];
    for (const worker of workers) {
      await worker.register();
      ids.push(await joined(worker));
    }
  });
  const answerAll = async (...outputs: unknown[]): Promise<void> => {
    for (const [at, output] of outputs.entries()) {
      const worker = workers[at];
      if (worker !== undefined) await worker.result(await worker.take(), output);
    }
  };

  test('a worker is a member no more when the key that it joined with may not join, or has ended', async () => {
    const weak = await newOwnerKey(server, 'weak', { role: 'miner' });
    const { secret: other } = await server.mint({ name: 'other', owner: weak.key.owner.id, role: 'miner' });
    const names = async (): Promise<string[]> =>
      (await asClient<{ members: { name: string }[] }>('GET', `status?swarm_id=${swarm}`)).body.members
        .map(({ name }) => name)
        .filter((name) => name.startsWith('weak'));
    const worker = new TestWorker(server, weak.secret, `weak-${number}`);
    await worker.register();
    await joined(worker);
    await server.request('PATCH', `/v1/keys/${weak.id}`, { body: { tags: ['some'] } });
    expect(await names()).toEqual([worker.name]);
    const scopes = ['workers:register', 'workers:poll', 'workers:report'];
    await server.request('PATCH', `/v1/keys/${weak.id}`, { body: { scopes } });
    expect(await names()).toEqual([]);
    const again = new TestWorker(server, other, worker.name);
    await joined(again);
    expect(await names()).toEqual([worker.name]);
    await server.request('POST', `/v1/keys/${weak.id}/revoke`);
    expect(await names()).toEqual([worker.name]);
  });

  test('workers join, are listed with their states, and leave', async () => {
    const list = await asClient<{ items: { swarm_id: string }[] }>('GET', 'list');
    expect(list.body.items).toContainEqual({
      swarm_id: swarm,
      members: 3,
      online: 3,
      capabilities: ['text'],
    });
    const first = workers[0] as TestWorker;
    await joined(first, { capability: 'images', priority: 'high', region: 'eu' });
    const members = await asClient<{ members: object[] }>('GET', `status?swarm_id=${swarm}`);
    expect(members.body.members).toHaveLength(3);
    expect(members.body.members[0]).toMatchObject({
      worker_id: ids[0],
      name: first.name,
      capability: 'images',
      priority: 'high',
      region: 'eu',
      state: 'online',
    });
    await joined(first, { swarm_id: `${swarm}-more` });
    expect((await asWorker<{ left: string[] }>(first, `${swarm}/leave`)).body.left).toEqual([swarm]);
    expect((await asWorker(first, `${swarm}/leave`)).status).toBe(404);
    expect((await asWorker<{ left: string[] }>(first, 'leave')).body.left).toEqual([`${swarm}-more`]);
    expect((await asClient('GET', `status?swarm_id=${swarm}-more`)).status).toBe(404);
    expect((await asClient<{ online: number }>('GET', `status?swarm_id=${swarm}`)).body.online).toBe(2);
  });

  test('only registered workers of the key itself join, and only clients coordinate', async () => {
    const thief = new TestWorker(
      server,
      (await newOwnerKey(server, 'thief', { role: 'miner' })).secret,
      'thief',
    );
    const body = { role: 'worker', capability: 'text' };
    expect((await asWorker(thief, 'join', body)).body.code).toBe('worker_not_found');
    const named = new TestWorker(server, thief.key, workers[0]?.name ?? '');
    expect((await asWorker(named, 'join', body)).body.code).toBe('worker_not_found');
    expect((await asWorker(named, `${swarm}/leave`)).body.code).toBe('worker_not_found');
    const asMiner = await asWorker(workers[0] as TestWorker, 'coordinate', { task: 'x' });
    expect([asMiner.status, asMiner.body.code]).toEqual([403, 'insufficient_scope']);
    const asJoiner = await asClient('POST', 'join', body);
    expect([asJoiner.status, asJoiner.body.code]).toEqual([403, 'insufficient_scope']);
    const { secret } = await server.mint({ scopes: ['swarm:coordinate', 'swarm:read'] });
    const options = { key: secret, body: { task: 'x', swarm_id: swarm } };
    const without = await server.request<Problem>('POST', '/v1/swarm/coordinate', options);
    expect([without.status, without.text]).toEqual([403, expect.stringContaining('jobs:submit')]);
  });

  test('a consensus gives each member a job, and the answer of more than half', async () => {
    const { status: code, body: task } = await coordinate();
    expect([code, task.state, task.is_reached]).toEqual([202, 'RUNNING', false]);
    expect(task.members.map(({ worker_id: id }) => id)).toEqual(ids);
    await answerAll('Four.', 'four', 'Five');
    const ended = await end(task.task_id);
    expect(ended).toMatchObject({ state: 'COMPLETED', result: 'Four.', is_reached: true, absent: [] });
    expect(ended.agreement).toBeCloseTo(2 / 3);
    expect(ended.votes).toMatchObject([{ count: 2, members: [ids[0], ids[1]] }, { count: 1 }]);
    for (const [path, more] of [
      [`tasks/${task.task_id}/consensus`, {}],
      ['consensus', { task_id: task.task_id }],
    ] as const) {
      const above = await asClient<TaskView>('POST', path, { ...more, consensus_threshold: 0.6 });
      expect(above.body).toMatchObject({ result: 'Four.', is_reached: true });
      const below = await asClient<TaskView>('POST', path, { ...more, consensus_threshold: 0.7 });
      expect(below.body).toMatchObject({
        result: null,
        is_reached: false,
        reason: expect.stringContaining('0.7 is needed'),
      });
    }
    const wrong = await asClient('POST', `tasks/${task.task_id}/consensus`, { consensus_threshold: 0 });
    expect(wrong.status).toBe(422);
  });

  test('the first output ends a task, and the others are canceled', async () => {
    const id = await begin({ strategy: 'first' });
    const late = await workers[0]?.take();
    const fast = workers[2] as TestWorker;
    await fast.result(await fast.take(), 'quick');
    const ended = await end(id);
    expect(ended).toMatchObject({ state: 'COMPLETED', result: 'quick' });
    expect(ended.members.map(({ state }) => state)).toEqual(['CANCELED', 'CANCELED', 'COMPLETED']);
    expect(ended.members[0]?.error?.code).toBe('not_needed');
    expect(late && (await workers[0]?.result(late))?.body.code).toBe('already_finished');
    expect((await workers[1]?.poll())?.status).toBe(204);
  });

  test('map-reduce gives each member its own text, and merges the outputs in their order', async () => {
    const id = await begin({ task: ['one', 'two', 'three {{inputs.x}}'], strategy: 'map-reduce' });
    for (const at of [2, 0, 1]) {
      const worker = workers[at] as TestWorker;
      const job = await worker.take();
      await worker.result(job, (job.payload['messages'] as { content: string }[])[0]?.content);
    }
    expect(await end(id)).toMatchObject({ result: 'one\n\ntwo\n\nthree {{inputs.x}}', agreement: 1 });
    const wrong = await coordinate({ task: ['one', 'two'], strategy: 'map-reduce', collaborators: 3 });
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('"field":"task"')]);
    expect((await coordinate({ task: ['one', 'two'] })).status).toBe(422);
  });

  test('collaborators are a number, with a higher priority first, or names', async () => {
    await joined(workers[1] as TestWorker, { priority: 'high' });
    const one = await coordinate({ collaborators: 1 });
    expect(one.body.members.map(({ worker_id: id }) => id)).toEqual([ids[1]]);
    const two = await coordinate({ collaborators: [workers[2]?.name, ids[0]] });
    expect(two.body.members.map(({ worker_id: id }) => id)).toEqual([ids[2], ids[0]]);
    for (const [more, code, text] of [
      [{ collaborators: 4 }, 409, '3 fitting members'],
      [{ collaborators: ['nobody'] }, 422, '"field":"collaborators[0]"'],
      [{ collaborators: [ids[0], ids[0]] }, 422, '"field":"collaborators[1]"'],
      [{ capability: 'images' }, 409, '0 fitting members'],
      [{ owners: ['own_000000000000'] }, 409, '0 fitting members'],
      [{ swarm_id: 'none' }, 404, 'no such swarm'],
    ] as const) {
      const answer = await coordinate(more);
      expect([more, answer.status, answer.text]).toEqual([more, code, expect.stringContaining(text)]);
    }
  });

  test('a member that leaves before it has its job is named, and nobody waits for it', async () => {
    const id = await begin();
    await answerAll('yes', 'yes');
    await asWorker(workers[2] as TestWorker, 'leave');
    const ended = await end(id);
    expect(ended).toMatchObject({ state: 'COMPLETED', result: 'yes', absent: [workers[2]?.name] });
    expect(ended.members[2]).toMatchObject({
      state: 'CANCELED',
      presence: 'left',
      error: { code: 'member_left' },
    });
    expect((await workers[2]?.poll())?.status).toBe(204);
  });

  test('a member that is offline can be named, and the task ends after its time', async () => {
    const { storage } = server.app.core;
    const offline = workers[2] as TestWorker;
    await storage.transaction((tx) =>
      tx
        .withTables<{ workers: { id: string; seen_at: number } }>()
        .updateTable('workers')
        .set({ seen_at: 1 })
        .where('id', '=', ids[2] ?? '')
        .execute(),
    );
    expect((await coordinate({ collaborators: 3 })).status).toBe(409);
    const names = workers.map(({ name }) => name);
    const id = await begin({ collaborators: names, timeout_seconds: 2 });
    await answerAll('yes', 'yes');
    expect((await status(id)).absent).toEqual([offline.name]);
    const ended = await end(id);
    expect(ended).toMatchObject({ state: 'COMPLETED', result: 'yes', absent: [offline.name] });
    expect(ended.members[2]).toMatchObject({
      state: 'CANCELED',
      presence: 'offline',
      error: { code: 'timeout' },
    });
  });

  test('a member is late as well where its job ends before the task reads its own clock', async () => {
    const id = await begin({ timeout_seconds: 1 });
    await server.app.core.storage.transaction((tx) =>
      tx
        .withTables<{ agent_executions: { id: string; deadline_at: number } }>()
        .updateTable('agent_executions')
        .set({ deadline_at: Date.now() + 3_600_000 })
        .where('id', '=', id)
        .execute(),
    );
    await answerAll('yes', 'yes');
    const { members } = await end(id);
    expect(members[2]).toMatchObject({ state: 'CANCELED', error: { code: 'timeout' } });
  });

  test('a task without any output fails and says so', async () => {
    const id = await begin({ collaborators: 1, timeout_seconds: 1 });
    expect(await end(id)).toMatchObject({
      state: 'FAILED',
      is_reached: false,
      reason: 'No member has given an output.',
    });
  });

  test('nobody sees the task of another owner', async () => {
    const id = await begin();
    for (const [method, path, body] of [
      ['GET', `tasks/${id}/status`, undefined],
      ['POST', `tasks/${id}/consensus`, {}],
      ['POST', 'consensus', { task_id: id }],
    ] as const) {
      const answer = await server.request<Problem>(method, `/v1/swarm/${path}`, { key: otherKey, body });
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not_found']);
    }
    const own = await asClient<{ items: { task_id: string; swarm_id: string }[] }>('GET', 'tasks?limit=1');
    expect(own.body.items).toMatchObject([{ task_id: id, swarm_id: swarm, strategy: 'consensus' }]);
    expect(own.text).not.toContain('2 + 2');
    const theirs = await server.request<{ items: unknown[] }>('GET', '/v1/swarm/tasks', { key: otherKey });
    expect(theirs.body.items).toEqual([]);
    expect((await server.request('GET', '/v1/swarm/tasks', { key: minerKey })).status).toBe(403);
    const jobs = await new JobClient(server, otherKey).ask<{ items: unknown[] }>('GET', '/v1/jobs');
    expect(jobs.body.items).toEqual([]);
  });
});
