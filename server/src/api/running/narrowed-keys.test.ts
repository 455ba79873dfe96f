import { afterEach, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { Family } from '../keys/children.fixture.ts';
import { newOwnerKey } from '../jobs/jobs.fixture.ts';
import { chatsIn, LongWorld, type Asker, type LongWork } from './lost-rights.fixture.ts';

interface Narrowed {
  acknowledged: { requests_ended: number; nodes: number; waited_ms: number };
}

interface KeyAsker extends Asker {
  id: string;
  secret: string;
}

const ELSEWHERE = { allow: ['elsewhere'], deny: [] };
const MODEL: LongWork = {
  name: 'a model',
  path: '/v1/chat/completions',
  body: { model: 'gpt-test', stream: true, messages: [{ role: 'user', content: 'Hi' }] },
};
const LIVE_JOBS: LongWork = { name: 'a live list', method: 'GET', path: '/v1/jobs/live' };
const LIVE_REQUESTS: LongWork = { name: 'a live list', method: 'GET', path: '/v1/running/live' };
const EXPORT_HALF: LongWork = {
  name: 'an import',
  path: '/v1/keys/import',
  type: 'application/x-ndjson',
  half: '{"name":"late"',
};

describeOnBothServers('what runs with a key that is narrowed', (start) => {
  let world: LongWorld;
  let slug: string;
  beforeAll(async () => {
    world = await LongWorld.open(start);
    slug = await world.newWorkspace('narrow');
    return () => world.upstream.close();
  });
  afterEach(() => world.reset());

  const newKey = async (body: object = { role: 'admin' }): Promise<KeyAsker> => {
    const { id, secret, key } = await newOwnerKey(world.server, 'asker', body);
    return { id, secret, subject: key.owner.id, headers: { authorization: `Bearer ${secret}` } };
  };
  const begin = async (asker: Asker, works: readonly LongWork[]) => {
    const before = world.running(asker.subject).length;
    const open = works.map((work) => world.begin(asker, work));
    await expect.poll(() => world.running(asker.subject).length).toBe(before + works.length);
    return open;
  };
  const narrow = async ({ id }: KeyAsker, body: object): Promise<Narrowed['acknowledged']> => {
    const { status, body: said } = await world.server.request<Narrowed>('PATCH', `/v1/keys/${id}`, { body });
    expect(status).toBe(200);
    return said.acknowledged;
  };
  const streams = () => [MODEL, chatsIn(slug)[0]!];

  /** Which routes are left for each change, of a model, a workspace, two live lists and an import. */
  const WAYS: [string, object, string[]][] = [
    [
      'a scope that only the import needs',
      { scopes: ['models:*', 'workspaces:*', 'jobs:*'] },
      ['chat.completions', 'workspaces.stream_chat', 'jobs.live'],
    ],
    ['models:use', { scopes: ['workspaces:*', 'jobs:*', 'keys:*'] }, ['workspaces.stream_chat', 'jobs.live']],
    ['workspaces', { selectors: { workspaces: ELSEWHERE } }, ['chat.completions', 'jobs.live']],
    ['models', { selectors: { models: ELSEWHERE } }, ['jobs.live']],
    [
      'models but the one that it asked',
      { selectors: { models: { allow: ['gpt-test'], deny: [] } } },
      ['chat.completions', 'jobs.live'],
    ],
    [
      'one model, and not the one that it asked',
      { selectors: { models: { allow: [], deny: ['gpt-other'] } } },
      ['chat.completions', 'jobs.live'],
    ],
    [
      'workers',
      { selectors: { workers: { owners: ['own_other'], deny: [] } } },
      ['chat.completions', 'workspaces.stream_chat', 'jobs.live'],
    ],
    [
      'all addresses but its own',
      { selectors: { ips: ['127.0.0.0/8', '::1'] } },
      ['chat.completions', 'workspaces.stream_chat', 'jobs.live', 'running.live', 'keys.import'],
    ],
    [
      'no right',
      { tags: ['b'], limits: [{ name: 'few', requests: 9, window_seconds: 60 }] },
      ['chat.completions', 'workspaces.stream_chat', 'jobs.live', 'running.live', 'keys.import'],
    ],
  ];

  test.for(WAYS)(
    'a key that loses %s has nothing running that needs it, and the rest goes on',
    async ([, change, left]) => {
      const asker = await newKey();
      const open = await begin(asker, [...streams(), LIVE_JOBS, LIVE_REQUESTS, EXPORT_HALF]);
      for (const one of open.slice(0, 2)) await expect.poll(() => one.received()).toContain('first');
      const said = await narrow(asker, change);
      expect(world.running(asker.subject).sort()).toEqual([...left].sort());
      expect(said).toMatchObject({ nodes: 2, requests_ended: open.length - left.length });
      world.saysTooLate();
      for (const [i, route] of ['chat.completions', 'workspaces.stream_chat'].entries()) {
        const goesOn = left.includes(route);
        await expect
          .poll(() => open[i]?.received())
          .toContain(goesOn ? 'too late' : 'may have been taken away');
        expect(open[i]?.received().includes('too late')).toBe(goesOn);
      }
    },
  );

  test('a child has nothing running that needs what its parent loses, and the rest goes on', async () => {
    const parent = await newKey();
    const { id, secret } = await new Family(world.server).childOf(parent, {
      role: 'admin',
      parent: parent.id,
    });
    const asker = { subject: id, headers: { authorization: `Bearer ${secret}` } };
    await begin(asker, streams());
    const { requests_ended } = await narrow(parent, { scopes: ['workspaces:*'] });
    expect([world.running(id), requests_ended]).toEqual([['workspaces.stream_chat'], 1]);
  });

  test('a key whose expiry is brought forward goes on until then, and ends at that time', async () => {
    const asker = await newKey();
    const [open] = await begin(asker, [MODEL]);
    const expires_at = new Date(Date.now() + 1_500).toISOString();
    const { requests_ended } = await narrow(asker, { expires_at });
    expect(requests_ended).toBe(0);
    await expect.poll(() => open?.received()).toContain('"code":"key_revoked"');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires_at));
  });

  test('a key that narrows itself gets the answer to that, and its other requests end', async () => {
    const asker = await newKey();
    await begin(asker, [MODEL]);
    const { status, body } = await world.second.request<Narrowed>('PATCH', `/v1/keys/${asker.id}`, {
      key: asker.secret,
      body: { scopes: ['keys:*'], last_admin: true },
    });
    expect([status, body.acknowledged.requests_ended]).toEqual([200, 1]);
    expect(world.running(asker.subject)).toEqual([]);
  });

  test('the lines of a batch are refused once its key may not use the model', async () => {
    const asker = await newKey();
    await world.batch(asker);
    expect((await narrow(asker, { selectors: { models: ELSEWHERE } })).requests_ended).toBe(1);
    // It begins again with what is left, and is refused.
    await expect.poll(() => world.running(asker.subject)).toEqual([]);
    await expect
      .poll(async () => {
        const { body } = await world.server.request<{ data: { request_counts: object; status: string }[] }>(
          'GET',
          '/v1/batches',
          { key: asker.secret },
        );
        return body.data.map(({ status, request_counts }) => ({ status, request_counts }));
      })
      .toEqual([{ status: 'completed', request_counts: { total: 1, completed: 0, failed: 1 } }]);
  });
});
