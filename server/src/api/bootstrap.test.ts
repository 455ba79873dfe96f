import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../test/server.ts';
import { verifyStorage } from '../audit/index.ts';
import { newKeyText } from '../base/key-text.ts';

interface KeyView {
  reason: string | null;
  stack: string;
  id: string;
  state: string;
  reported_state: string;
  key_state: string | null;
  reported_by: { key: string; owner: string };
  events: { action: string; state: string; verb: string; revoked: string[] }[];
}
interface List {
  items: KeyView[];
  next_cursor: string | null;
}
interface Problem {
  code: string;
  errors?: { field: string; message: string }[];
}
interface AuditList {
  items: { action: string; actor: string; target: string; details: Record<string, unknown> }[];
}

const CANARY = 'sk-canary-4d0f9b1e-4d0f9b1e-4d0f';
let number = 0;

const SEEN = {
  state: 'in_step',
  place: 'vault:kv/data/app#API_KEY',
  copies: ['files:api_key'],
  source: 'mint:keyward',
  stored_at: '2026-11-29T10:00:00.000Z',
  verdict: 'valid',
  service_key_id: 'key_000000000000',
};
const keyOf = (more: object = {}, seen: object | null = {}): object => ({
  id: 'app',
  action: 'none',
  revoked: [],
  reason: null,
  ...(seen !== null && { seen: { ...SEEN, ...seen } }),
  ...more,
});
const reportOf = (more: object = {}): Record<string, unknown> => ({
  run_id: randomUUID(),
  stack: `stack${number}`,
  verb: 'apply',
  host: 'builder-1',
  started_at: '2026-11-29T10:00:00Z',
  finished_at: '2026-11-29T10:00:05Z',
  keys: [keyOf({ action: 'create' })],
  ...more,
});

describeOnBothServers('the record of keyward bootstrap', (start) => {
  let server: TestServer;
  let reporter: NewKey;
  let reader: NewKey;
  beforeAll(async () => {
    server = await start();
    reporter = await server.mint({ name: 'reporter', scopes: ['bootstrap:write'] });
    reader = await server.mint({ name: 'reader', scopes: ['bootstrap:read'] });
  });

  const send = <T = Problem>(body: unknown, key = reporter.secret) =>
    server.request<T>('POST', '/v1/bootstrap/reports', { body, key });
  const list = async (query: string, key = server.adminKey) =>
    (await server.request<List>('GET', `/v1/bootstrap/keys?${query}`, { key })).body;
  const get = async (stack: string, id = 'app', key = server.adminKey) =>
    (await server.request<KeyView>('GET', `/v1/bootstrap/keys/${stack}/${id}`, { key })).body;
  const audited = async (target: string) =>
    (await server.request<AuditList>('GET', `/v1/audit?target=${target}`)).body.items.reverse();
  const newStack = (): string => `stack${++number}`;
  /** At a second of one minute. */
  const at = (second: number): string => `2026-11-29T10:00:${String(second).padStart(2, '0')}Z`;

  test('a report is listed with provenance, state, and the key that sent it', async () => {
    const stack = newStack();
    const { status, body } = await send(reportOf());
    expect([status, body]).toEqual([200, { stack, run_id: expect.any(String), keys: 1, events: 1 }]);
    expect(await list(`stack=${stack}`)).toEqual({
      items: [
        {
          ...SEEN,
          stack,
          id: 'app',
          reported_state: 'in_step',
          reason: null,
          key_state: null,
          last_run: {
            run_id: expect.any(String),
            verb: 'apply',
            host: 'builder-1',
            finished_at: '2026-11-29T10:00:05.000Z',
          },
          reported_at: expect.any(String),
          reported_by: { key: reporter.id, owner: reporter.key.owner.id },
        },
      ],
      next_cursor: null,
    });
  });

  test('each step and each change of state is an event and an audit record; nothing new is neither', async () => {
    const stack = newStack();
    const steps: [string, object][] = [
      ['apply', keyOf({ action: 'create' })],
      ['verify', keyOf()],
      ['verify', keyOf({ reason: 'changed by somebody' }, { state: 'edited' })],
      ['verify', keyOf({ reason: 'changed by somebody' }, { state: 'edited' })],
      ['apply', keyOf({ reason: 'absent' })],
      ['rotate', keyOf({ action: 'rotate', revoked: ['key_1'] }, { service_key_id: 'key_2' })],
      ['gc', keyOf({ action: 'revoke', revoked: ['key_3', 'key_4'] }, null)],
      ['status', keyOf({}, { service_key_id: 'key_5', stored_at: at(50) })],
      ['destroy', keyOf({ action: 'destroy', revoked: ['key_5'] }, null)],
    ];
    const events: number[] = [];
    for (const [second, [verb, key]] of steps.entries()) {
      const sent = await send<{ events: number }>(reportOf({ verb, keys: [key], finished_at: at(second) }));
      events.push(sent.body.events);
    }
    expect(events).toEqual([1, 0, 1, 0, 1, 1, 1, 1, 1]);
    const view = await get(stack);
    expect(view.reason).toBeNull();
    const wanted = [
      ['key_created', 'in_step'],
      ['drift_seen', 'edited'],
      ['drift_ended', 'in_step'],
      ['key_rotated', 'in_step'],
      ['key_revoked', 'in_step'],
      ['key_changed', 'in_step'],
      ['key_destroyed', 'destroyed'],
    ];
    expect(view.events.map(({ action, state }) => [action, state]).reverse()).toEqual(wanted);
    expect(view).toMatchObject({ state: 'destroyed', service_key_id: null, place: SEEN.place });
    const records = await audited(`${stack}/app`);
    expect(records.map(({ action, details }) => [action, details['state']])).toEqual(
      wanted.map(([action, state]) => [`bootstrap.${action}`, state]),
    );
    for (const { actor, details } of records)
      expect([actor, details['actor_name'], details['host']]).toEqual([
        `key:${reporter.id}`,
        'reporter',
        'builder-1',
      ]);
    expect(records[4]?.details).toMatchObject({ verb: 'gc', revoked: ['key_3', 'key_4'] });
    expect(await verifyStorage(server.app.core.storage)).toMatchObject({ valid: true });
  });

  test('a report that is sent again is recorded once, also ten times at the same moment, and answers the same', async () => {
    const stack = newStack();
    const report = reportOf();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(report)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await get(stack)).events).toHaveLength(1);
    expect(await audited(`${stack}/app`)).toHaveLength(1);
    const other = await send({ ...report, verb: 'verify' });
    expect([other.status, other.body.code]).toEqual([409, 'conflict']);
    expect((await get(stack)).events).toHaveLength(1);
  });

  test('a report that arrives late adds its steps, and does not replace what a later run has seen', async () => {
    const stack = newStack();
    await send(reportOf({ verb: 'verify', finished_at: at(30), keys: [keyOf({}, { state: 'edited' })] }));
    await send(reportOf({ finished_at: at(20), keys: [keyOf({ action: 'create' })] }));
    await send(reportOf({ finished_at: at(10), keys: [keyOf()] }));
    const { state, events } = await get(stack);
    expect(state).toBe('edited');
    expect(events.map(({ action }) => action)).toEqual(['key_created', 'drift_seen']);
  });

  test('a key of this server that was ended is refused at once, without a report, for those who may read it', async () => {
    const stack = newStack();
    const minted = await server.mint({ name: 'keyward:app:1' });
    await send(reportOf({ keys: [keyOf({ action: 'create' }, { service_key_id: minted.id })] }));
    expect(await get(stack)).toMatchObject({ state: 'in_step', key_state: 'active' });
    expect((await list(`stack=${stack}&state=refused`)).items).toEqual([]);
    await server.request('POST', `/v1/keys/${minted.id}/revoke`);
    expect(await get(stack)).toMatchObject({
      state: 'refused',
      reported_state: 'in_step',
      key_state: 'revoked',
    });
    expect((await list(`stack=${stack}&state=refused`)).items).toHaveLength(1);
    expect((await list(`stack=${stack}&state=in_step`)).items).toEqual([]);
    const hidden = { state: 'in_step', key_state: null };
    expect(await get(stack, 'app', reader.secret)).toMatchObject(hidden);
    const stranger = await server.mint({
      owner: (
        await server.request<{ id: string }>('POST', '/v1/owners', { body: { name: 'Eve', kind: 'person' } })
      ).body.id,
      scopes: ['bootstrap:*', 'keys:read'],
    });
    expect(await get(stack, 'app', stranger.secret)).toMatchObject(hidden);
  });

  test('lists are paged by stack and id, and filtered by stack and state, across pages too', async () => {
    const [one, two] = [newStack(), newStack()];
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const stack of [two, one])
      await send(
        reportOf({
          stack,
          keys: ids.map((id) => keyOf({ id }, { state: id === 'a' ? 'in_step' : 'missing' })),
        }),
      );
    const walk = async (query: string): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: List = await list(`${query}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
        found.push(...page.items.map(({ stack, id }) => `${stack}/${id}`));
        cursor = page.next_cursor;
      }
      return found;
    };
    expect(await walk(`stack=${one}`)).toEqual(ids.map((id) => `${one}/${id}`));
    expect(await walk(`stack=${two}&state=missing`)).toEqual(ids.slice(1).map((id) => `${two}/${id}`));
    const all = await walk('state=missing');
    expect(all).toEqual(all.toSorted());
    expect(all.filter((name) => name.startsWith(`${one}/`))).toHaveLength(4);
    const { status, body } = await server.request<Problem>('GET', '/v1/bootstrap/keys?cursor=Tm8gT25l');
    expect([status, body.errors?.[0]?.field]).toEqual([422, 'query.cursor']);
  });

  test('a key or a stack is forgotten with its events, with an audit record, and recorded anew', async () => {
    const stack = newStack();
    await send(reportOf({ keys: ['app', 'other'].map((id) => keyOf({ id, action: 'create' })) }));
    const forget = (path: string, key = reporter.secret) =>
      server.request<Problem>('DELETE', `/v1/bootstrap/keys/${path}`, { key });
    expect((await forget(`${stack}/app`, reader.secret)).status).toBe(403);
    expect((await forget(`${stack}/app`)).status).toBe(204);
    expect((await list(`stack=${stack}`)).items.map(({ id }) => id)).toEqual(['other']);
    expect((await forget(`${stack}/app`)).status).toBe(404);
    expect((await forget(`${stack}/other`)).status).toBe(204);
    expect((await forget(stack)).status).toBe(404);
    await send(reportOf({ keys: [keyOf({ id: 'third' })] }));
    expect((await forget(stack)).status).toBe(204);
    expect((await list(`stack=${stack}`)).items).toEqual([]);
    expect((await forget(stack)).status).toBe(404);
    const records = [...(await audited(`${stack}/app`)), ...(await audited(stack))];
    expect(records.map(({ action }) => action)).toEqual([
      'bootstrap.key_created',
      'bootstrap.forget',
      'bootstrap.forget',
    ]);
    await send(reportOf({ verb: 'verify', keys: [keyOf()] }));
    expect((await get(stack)).events.map(({ action }) => action)).toEqual(['key_seen']);
  });

  test('of a key the last 50 events stay', async () => {
    const stack = newStack();
    for (let second = 0; second < 55; second++)
      await send(
        reportOf({ finished_at: at(second), keys: [keyOf({ action: 'revoke', revoked: [`n${second}`] })] }),
      );
    const { events } = await get(stack);
    expect([events.length, events[0]?.revoked, events.at(-1)?.revoked]).toEqual([50, ['n54'], ['n5']]);
  });

  test.for<[what: string, change: () => object, field: string]>([
    ['a member that is not known', () => ({ value: CANARY }), 'value'],
    ['a value of a key', () => ({ keys: [{ ...keyOf(), value: CANARY }] }), 'keys[0].value'],
    [
      'a fingerprint of a key',
      () => ({ keys: [keyOf({}, { fingerprint: 'x' })] }),
      'keys[0].seen.fingerprint',
    ],
    ['a name with a space', () => ({ stack: 'two words' }), 'stack'],
    ['a place without a sink', () => ({ keys: [keyOf({}, { place: 'kv' })] }), 'keys[0].seen.place'],
    ['a place of two lines', () => ({ keys: [keyOf({}, { place: 'a:b\nc' })] }), 'keys[0].seen.place'],
    [
      'a source that is a text',
      () => ({ keys: [keyOf({}, { source: 'my password' })] }),
      'keys[0].seen.source',
    ],
    ['a state that is not known', () => ({ keys: [keyOf({}, { state: 'fine' })] }), 'keys[0].seen.state'],
    ['a reason of two lines', () => ({ keys: [keyOf({ reason: 'a\nb' })] }), 'keys[0].reason'],
    ['no key', () => ({ keys: [] }), 'keys'],
    ['more than 200 keys', () => ({ keys: Array.from({ length: 201 }, () => keyOf()) }), 'keys'],
    ['the same key twice', () => ({ keys: [keyOf(), keyOf()] }), 'keys[1].id'],
    ['a verb that writes nothing', () => ({ verb: 'plan' }), 'verb'],
    ['a run that ends before it starts', () => ({ started_at: at(50) }), 'finished_at'],
    ['a run in the future', () => ({ finished_at: '2199-01-01T00:00:00Z' }), 'finished_at'],
    ['a model key in a reason', () => ({ keys: [keyOf({ reason: `got ${CANARY}` })] }), 'keys[0].reason'],
    ['a model key in a place', () => ({ keys: [keyOf({}, { place: `a:${CANARY}` })] }), 'keys[0].seen.place'],
    [
      'a key of Keyward with another prefix as the id of a service key',
      () => ({ keys: [keyOf({}, { service_key_id: newKeyText('brx-', reporter.id) })] }),
      'keys[0].seen.service_key_id',
    ],
    [
      'a Vault token in the id of a revoked key',
      () => ({ keys: [keyOf({ revoked: [`s.${'aB3d'.repeat(6)}`] })] }),
      'keys[0].revoked[0]',
    ],
    [
      'a key of AnythingLLM as a copy',
      () => ({ keys: [keyOf({}, { copies: ['a:6Y4XKQN-8GWMX3R-PHC5H4K-2J8DZ6T'] })] }),
      'keys[0].seen.copies[0]',
    ],
    [
      'a URL with a password in a reason',
      () => ({ keys: [keyOf({ reason: 'postgres://shop:canary-pw@db/shop' })] }),
      'keys[0].reason',
    ],
    [
      'tokens of Slack and GitLab',
      () => ({ keys: [keyOf({ revoked: ['xoxb-canary-pw-01'] }, { place: 'a:glpat-canary-0123456789' })] }),
      'keys[0].revoked[0]',
    ],
  ])('%s is refused with the field, and nothing is recorded', async ([, change, field]) => {
    const stack = newStack();
    const { status, body, text } = await send({ ...reportOf(), ...change() });
    expect([status, body.code, body.errors?.[0]?.field]).toEqual([422, 'invalid_input', field]);
    expect(text).not.toContain(CANARY);
    expect((await list(`stack=${stack}`)).items).toEqual([]);
    expect(server.log.join('')).not.toContain(CANARY);
  });

  test('a report over 1 MiB is refused before it is read', async () => {
    const { status } = await send({ ...reportOf(), host: 'x'.repeat(1_100_000) });
    expect(status).toBe(413);
  });

  test('a key that may report can do nothing else, and one that may read cannot report', async () => {
    const stack = newStack();
    await send(reportOf());
    for (const [method, path, key] of [
      ['GET', '/v1/bootstrap/keys', reporter],
      ['GET', `/v1/bootstrap/keys/${stack}/app`, reporter],
      ['GET', `/v1/keys/${reporter.id}`, reporter],
      ['POST', '/v1/bootstrap/reports', reader],
      ['DELETE', `/v1/bootstrap/keys/${stack}`, reader],
    ] as const) {
      const { status, body } = await server.request<Problem>(method, path, {
        key: key.secret,
        ...(method === 'POST' && { body: reportOf() }),
      });
      expect([path, status, body.code]).toEqual([path, 403, 'insufficient_scope']);
    }
  });

  test('a report names a key of this server and leaves it as it is', async () => {
    newStack();
    const { id } = await server.mint({ name: 'untouched' });
    const before = await server.request('GET', `/v1/keys/${id}`);
    const named = { service_key_id: id, state: 'refused', verdict: 'invalid' };
    await send(reportOf({ keys: [keyOf({ action: 'revoke', revoked: [id] }, named)] }));
    await send(reportOf({ verb: 'destroy', keys: [keyOf({ action: 'destroy', revoked: [id] }, null)] }));
    expect((await server.request('GET', `/v1/keys/${id}`)).text).toBe(before.text);
  });

  test('a key that is bound to workspaces neither reads nor reports: stacks belong to all', async () => {
    const selectors = { workspaces: { allow: ['open-*'] } };
    const { secret } = await server.mint({ scopes: ['bootstrap:*'], selectors });
    const report = await send(reportOf(), secret);
    expect([report.status, report.body.code]).toEqual([403, 'forbidden_resource']);
    const { status } = await server.request('GET', '/v1/bootstrap/keys', { key: secret });
    expect(status).toBe(403);
  });

  test('only the role admin has the scopes, and a key cannot give one that it lacks', async () => {
    for (const role of ['client', 'miner'])
      expect((await send(reportOf(), (await server.mint({ role })).secret)).status).toBe(403);
    const maker = await server.mint({ scopes: ['keys:write', 'bootstrap:read'] });
    const { status, body } = await server.request<Problem>('POST', '/v1/keys', {
      key: maker.secret,
      body: { name: 'more', scopes: ['bootstrap:write'] },
    });
    expect([status, body.code]).toEqual([403, 'scope_escalation']);
  });

  test('a record of 20,000 keys takes no more of them, and still takes reports of those it has', async () => {
    const { storage } = server.app.core;
    const full = newStack();
    await storage.transaction(async (tx) => {
      await sql`insert into bootstrap_stacks (name, reported_at) values (${full}, 0)`.execute(tx);
      await sql`insert into bootstrap_keys (stack, id, state, copies, looked_at, run_id, verb, reported_at,
          reported_by, reported_owner)
        with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 20000)
        select cast(${full} as text), 'key' || n, 'in_step', '[]', 0, 'run-00000', 'apply', 0, 'key', 'own'
        from numbers`.execute(tx);
    });
    expect((await send(reportOf({ keys: [keyOf({ id: 'key7' })] }))).status).toBe(200);
    const { status, body } = await send(reportOf());
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect((await list(`stack=${full}&state=edited`)).items).toEqual([]);
    await server.request('DELETE', `/v1/bootstrap/keys/${full}`);
    expect((await send(reportOf())).status).toBe(200);
  });
});
