import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type Answer, type NewKey, type TestServer } from '../../test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import { SCOPES } from '../access/index.ts';
import { allRoutes } from '../app/routes.ts';
import type { Route } from '../http/route.ts';
import { JobClient, TestWorker } from './jobs/jobs.fixture.ts';

interface Outcome {
  outcome: string;
  key_id?: string;
  name?: string;
  detail?: string;
}

/** Bodies with which a request gets as far as the thing in its path. */
const BODIES: Record<string, object> = {
  'PATCH /v1/keys/:id': { name: 'mine now' },
  'PATCH /v1/owners/:id': { name: 'mine now' },
  'PUT /v1/workers/:id/capabilities': { models: ['mine-now'] },
  'POST /v1/workers/:id/result': { lease_token: '0'.repeat(32), result: 'mine' },
  'POST /v1/workers/:id/fail': { lease_token: '0'.repeat(32), error_code: 'internal' },
};

/** An upstream belongs to nobody: those who may manage models see them all. */
const isOfNobody = ({ path }: Route): boolean => path.startsWith('/v1/upstreams');
const keyed = allRoutes('0.0.0').filter(({ access }) => access !== 'public' && access !== 'session');
/** Things of workspaces and documents: developer/other-workspaces.test.ts. */
const namingKeysAndOwners = keyed.filter(
  (route) =>
    /^\/v1\/(keys|owners|upstreams|admin\/delete-api-key)\/.*:/.test(route.path) && !isOfNobody(route),
);

/** Jobs and workers, by what stands in the path. `workers:manage` shows those of all owners. */
const namingJobs = keyed.filter(
  ({ path, access }) => access !== 'workers:manage' && /^\/v1\/(jobs|workers)\/.*:/.test(path),
);
const namesWorker = ({ path }: Route): boolean =>
  /^\/v1\/workers\/:id(\/(control|capabilities))?$/.test(path);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

describeOnBothServers('what belongs to others', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let foreign: NewKey;
  let foreignNumber = 0;
  /** Another owner's key with every scope but those that show all owners, and one that is bound to a workspace. */
  const callers: Record<'neighbour' | 'bound', string> = { neighbour: '', bound: '' };

  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(json({ object: 'list', data: [] }));
    server = await start();
    const models = ['cheap', 'dear'];
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'house', base_url: upstream.baseUrl, models },
    });
    await server.request('POST', '/v1/owners', { body: { name: 'Bob', kind: 'person' } });
    foreign = await server.mint({ name: 'payroll', role: 'admin' });
    const scopes = SCOPES.filter((scope) => scope !== 'owners:manage' && scope !== 'workers:manage');
    callers.neighbour = (await server.mint({ owner: 'Bob', scopes })).secret;
    const selectors = { workspaces: { allow: ['open-*'] } };
    callers.bound = (await server.mint({ owner: 'Bob', role: 'admin', selectors })).secret;
    const listed = await server.request<{ apiKeys: { id: number; name: string | null }[] }>(
      'GET',
      '/v1/admin/api-keys',
    );
    foreignNumber = listed.body.apiKeys.find(({ name }) => name === 'payroll')?.id ?? 0;
  });
  afterAll(() => upstream.close());

  const absent = (id: string): string => `${id.slice(0, 5)}${'0'.repeat(id.length - 5)}`;

  /** Without what differs each time, and without the names that were asked for. */
  const comparable = ({ status, headers, text }: Answer<unknown>, names: readonly string[]): unknown => {
    const varying = ['x-request-id', 'date', 'content-length'];
    const rest = [...headers].filter(([name]) => !varying.includes(name) && !name.startsWith('ratelimit'));
    let said = text.replace(/"request_id":"[^"]*"/, '');
    for (const name of names) said = said.replaceAll(name, '<name>');
    // Which model of the workers here is nearest depends on the name that was asked for.
    said = said.replace(/ Did you mean of-a-\w+-job\?/, '');
    return [status, rest, said];
  };

  test.for(['neighbour', 'bound'] as const)(
    'looks to a %s key like what does not exist, on every route that names it',
    async (who) => {
      const key = callers[who];
      const secretId = foreign.key.secrets[0]?.id ?? '';
      const ids = { key: foreign.id, own: foreign.key.owner.id, number: String(foreignNumber) };
      expect(namingKeysAndOwners.length).toBeGreaterThan(12);
      for (const route of namingKeysAndOwners) {
        const isOwner = route.path.startsWith('/v1/owners');
        // It may see all owners.
        if (isOwner && who === 'bound') continue;
        const id = route.path.includes('api-key') ? ids.number : isOwner ? ids.own : ids.key;
        const none = route.path.includes('api-key') ? '999999' : absent(id);
        const body = BODIES[nameOf(route)];
        const ask = async (one: string, secret: string) => {
          const path = route.path.replace(':secret_id', secret).replace(':id', one);
          const headers = { 'if-match': '"7"' };
          const answer = await server.request(route.method, path, { key, headers, ...(body && { body }) });
          return comparable(answer, [one, secret]);
        };
        const [there, gone] = [await ask(id, secretId), await ask(none, absent(secretId))];
        expect([nameOf(route), there]).toEqual([nameOf(route), gone]);
      }
      const { body } = await server.request<{ state: string; name: string }>('GET', `/v1/keys/${foreign.id}`);
      expect(body).toMatchObject({ state: 'active', name: 'payroll' });
    },
  );

  test.for(['waiting', 'running', 'completed'] as const)(
    'a %s job and its worker look to another owner like what does not exist, on every route that names them',
    async (state) => {
      expect(namingJobs.length).toBeGreaterThan(12);
      const model = `of-a-${state}-job`;
      const owner = new JobClient(server, foreign.secret);
      const worker = new TestWorker(server, foreign.secret, `worker-${state}`);
      const { worker_id: workerId } = (await worker.register({ models: [model] })).body;
      const jobId = await owner.id({ model });
      const assigned = state === 'waiting' ? undefined : await worker.take();
      if (assigned !== undefined && state === 'completed') await worker.result(assigned);
      const before = await owner.get(jobId);
      for (const route of namingJobs) {
        const isChunks = route.path.endsWith('/chunks');
        const json = BODIES[nameOf(route)];
        const body = isChunks ? '1\n' : json;
        // Its lease is no help to one who is not its worker.
        const headers = {
          'x-lease-token': assigned?.lease_token ?? '0'.repeat(32),
          ...(isChunks && { 'content-type': 'application/x-ndjson' }),
        };
        const ask = async (id: string) => {
          const path = route.path.replace(':id', id);
          const options = { key: callers.neighbour, headers, ...(body !== undefined && { body }) };
          return comparable(await server.request(route.method, path, options), [id]);
        };
        const id = namesWorker(route) ? workerId : jobId;
        expect([nameOf(route), await ask(id)]).toEqual([nameOf(route), await ask(absent(id))]);
      }
      expect(await owner.get(jobId)).toEqual(before);
    },
  );

  const takeLines = async (key: string, lines: object[]): Promise<Outcome[]> => {
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    const { text } = await server.request('POST', '/v1/keys/import', { key, body, headers });
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome);
  };

  test.for(['neighbour', 'bound'] as const)(
    'is not told to a %s key that imports its hash or its text',
    async (who) => {
      const line = { name: 'probe', scopes: ['keys:read'], selectors: { workspaces: { allow: ['open-a'] } } };
      const outcomes = await takeLines(callers[who], [
        { ...line, sha256: sha256(foreign.secret) },
        { ...line, secret: foreign.secret },
        // What else is wrong with a line is said first: a hash is not asked for free of charge.
        { ...line, sha256: sha256(foreign.secret), owner: 'nobody' },
        { ...line, sha256: sha256('a text of no key at all'), owner: 'nobody' },
      ]);
      expect(JSON.stringify(outcomes)).not.toMatch(new RegExp(`payroll|${foreign.id}`));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused', 'refused']);
      expect(outcomes[0]).toMatchObject({ code: 'invalid_input', detail: expect.stringMatching(/^sha256/) });
      const [third, fourth] = outcomes.slice(2).map(({ detail }) => detail);
      expect(third).toBe(fourth);
      // A key that exists for the caller is named, as ever.
      const [own] = await takeLines(callers[who], [{ ...line, secret: callers[who] }]);
      expect(own).toMatchObject({ outcome: 'exists' });
    },
  );

  test('the name of an owner reveals no foreign owner', async () => {
    const { neighbour: key } = callers;
    const owner = foreign.key.owner.name;
    const mint = (named: string) =>
      server.request('POST', '/v1/keys', { key, body: { name: 'x', scopes: ['keys:read'], owner: named } });
    expect(comparable(await mint(owner), [owner])).toEqual(comparable(await mint('nobody'), ['nobody']));
    const list = (id: string) => server.request('GET', `/v1/keys?owner=${id}`, { key });
    const { id } = foreign.key.owner;
    expect(comparable(await list(id), [id])).toEqual(comparable(await list(absent(id)), [absent(id)]));
  });

  test('the name that a bound key gives its own owner reveals no foreign owner', async () => {
    const id = (await server.request<{ key: NewKey['key'] }>('GET', '/v1/keys/self', { key: callers.bound }))
      .body.key.owner.id;
    const rename = (name: string) =>
      server.request('PATCH', `/v1/owners/${id}`, { key: callers.bound, body: { name } });
    const owner = foreign.key.owner.name;
    expect(comparable(await rename(owner), [owner])).toEqual(comparable(await rename('nobody'), ['nobody']));
    expect((await server.request<{ name: string }>('GET', `/v1/owners/${id}`)).body.name).toBe('Bob');
  });

  test('an Idempotency-Key that another key of the owner has used reveals no foreign key', async () => {
    const selectors = { workspaces: { allow: ['open-*'] } };
    const wide = await server.mint({ owner: 'Bob', role: 'admin' });
    const narrow = await server.mint({ owner: 'Bob', role: 'admin', selectors });
    const body = { name: 'twice', scopes: ['keys:read'], selectors };
    const mint = (key: string, idempotencyKey: string) =>
      server.request('POST', '/v1/keys', { key, body, headers: { 'idempotency-key': idempotencyKey } });
    expect((await mint(wide.secret, 'job-1')).status).toBe(201);
    expect((await mint(wide.secret, 'job-1')).status).toBe(409);
    expect((await mint(narrow.secret, 'job-1')).status).toBe(201);
    expect((await mint(narrow.secret, 'job-1')).status).toBe(409);
  });

  test('a model that a key does not cover is answered like a model that does not exist', async () => {
    const asking = keyed.filter(({ surface, path }) => surface.name === 'openai' && path !== '/v1/models');
    for (const models of [{ allow: ['cheap'] }, { deny: ['dear*'] }, { deny: ['house/*'] }]) {
      const { secret: key } = await server.mint({ scopes: ['models:use'], selectors: { models } });
      for (const route of asking) {
        const ask = async (model: string) => {
          const path = route.path.replace('*', model);
          const body = { model, messages: [{ role: 'user', content: 'hello' }] };
          const answer = await server.request(route.method, path, { key, ...(route.body && { body }) });
          return comparable(answer, [JSON.stringify(model).slice(1, -1)]);
        };
        for (const [there, gone] of [
          ['dear', 'dearie'],
          ['house/dear', 'house/dearie'],
        ] as const)
          expect([nameOf(route), models, await ask(there)]).toEqual([nameOf(route), models, await ask(gone)]);
      }
    }
    expect(upstream.received.filter(({ path }) => !path.endsWith('/models'))).toEqual([]);
  });
});
