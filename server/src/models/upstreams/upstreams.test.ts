import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { describeOnBothDatabases, type TestDatabase } from '../../../test/databases.ts';
import { list as auditList } from '../../audit/index.ts';
import {
  addUpstream,
  getUpstream,
  listUpstreams,
  removeUpstream,
  testUpstream,
  updateUpstream,
} from '../index.ts';
import type { UpstreamInput } from '../index.ts';
import { ACTOR, bodyOf, chatRequest, openModels, openUpstream, UPSTREAM_KEY } from '../models.fixture.ts';
import type { TestModels } from '../models.fixture.ts';

const HEADER_SECRET = 'header-secret-value-4711';

describeOnBothDatabases('upstreams', (open, dialect) => {
  let database: TestDatabase;
  let opened: TestModels;
  beforeEach(async () => {
    database = await open();
    opened = await openModels({ database });
  });
  const add = (input: Partial<UpstreamInput> = {}) =>
    addUpstream(
      opened.models,
      { name: 'one', base_url: 'http://127.0.0.1:9/v1', api_key: UPSTREAM_KEY, models: ['m'], ...input },
      ACTOR,
    );
  const audit = async () => (await auditList(opened.storage.db, { limit: 50 })).items;

  test('Upstreams are added, read, changed, listed and removed, and each change is in the audit record', async () => {
    const added = await add({
      headers: { 'X-Org': HEADER_SECRET },
      prices: { 'm*': { per_request_usd: '0.01' } },
    });
    expect(added).toMatchObject({
      name: 'one',
      has_api_key: true,
      api_key_hint: 'cdef',
      headers: ['X-Org'],
      timeout_seconds: 600,
      weight: 1,
      enabled: true,
      revision: 1,
    });
    expect(added.id).toMatch(/^up_/);
    const changed = await updateUpstream(
      opened.models,
      { id: added.id, input: { weight: 5, api_key: null }, ifRevision: 1 },
      ACTOR,
    );
    expect(changed).toMatchObject({ weight: 5, has_api_key: false, api_key_hint: null, revision: 2 });
    expect(await getUpstream(opened.models, added.id)).toEqual(changed);
    await removeUpstream(opened.models, { id: added.id }, ACTOR);
    await expect(getUpstream(opened.models, added.id)).rejects.toMatchObject({ code: 'not_found' });
    const records = await audit();
    expect(records.map((record) => [record.action, record.target]).reverse()).toEqual([
      ['upstreams.add', added.id],
      ['upstreams.update', added.id],
      ['upstreams.remove', added.id],
    ]);
    expect(JSON.stringify(records)).not.toContain(HEADER_SECRET);
  });

  test('A change that is refused leaves no trace in the table and in the audit record', async () => {
    const { id } = await add();
    await expect(add()).rejects.toMatchObject({ code: 'conflict' });
    const stale = { id, input: { weight: 3 }, ifRevision: 9 };
    await expect(updateUpstream(opened.models, stale, ACTOR)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    await add({ name: 'two' });
    await expect(updateUpstream(opened.models, { id, input: { name: 'two' } }, ACTOR)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await getUpstream(opened.models, id)).weight).toBe(1);
    expect(await audit()).toHaveLength(2);
  });

  test.for<[string, Partial<UpstreamInput>]>([
    ['name', { name: 'Not/This' }],
    ['name', { name: 'local' }],
    ['base_url', { base_url: 'http://169.254.169.254/v1' }],
    ['api_key', { api_key: 'two\r\nlines' }],
    ['models', { models: ['with space'] }],
    ['timeout_seconds', { timeout_seconds: 0 }],
    ['weight', { weight: 1001 }],
    ['prices.m.per_request_usd', { prices: { m: { per_request_usd: '1e5' } } }],
    ['headers', { headers: { Host: 'x' } }],
    ['headers', { headers: { authorization: 'x' } }],
    ['headers', { headers: { 'transfer-encoding': 'x' } }],
    ['headers', { headers: { 'content-length': '1' } }],
    ['headers', { headers: { 'x-a': 'b\r\nc: d' } }],
  ])('Invalid input in %s is refused and named: %o', async ([field, input]) => {
    await expect(add(input)).rejects.toMatchObject({
      code: 'invalid_input',
      extras: { errors: [{ field }] },
    });
  });

  test('A list of upstreams has pages, newest first and stable while rows are added', async () => {
    for (const name of ['a', 'b', 'c']) {
      await add({ name });
      opened.clock.aheadMs += 10;
    }
    const first = await listUpstreams(opened.models, { limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['c', 'b']);
    await add({ name: 'd' });
    const second = await listUpstreams(opened.models, { limit: 2, cursor: first.next_cursor ?? '' });
    expect(second).toMatchObject({ items: [{ name: 'a' }], next_cursor: null });
    await expect(listUpstreams(opened.models, { cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('The key and the header values are in no list, error, log, audit record or byte of the database', async () => {
    const upstream = await openUpstream();
    const { id } = await add({ base_url: upstream.baseUrl, headers: { 'x-org': HEADER_SECRET } });
    upstream.answer((response, { headers }) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: { message: `no: ${headers.authorization} ${headers['x-org'] as string}` } }),
      );
    });
    const shown: unknown[] = [await listUpstreams(opened.models), await testUpstream(opened.models, id)];
    shown.push(await opened.models.forward(chatRequest({ model: 'm' })).catch((error: unknown) => error));
    shown.push(await audit(), opened.models.table.targets, opened.logged());
    expect(shown[2]).toMatchObject({ code: 'upstream_unavailable' });
    const text = shown
      .map((value) =>
        value instanceof Error
          ? JSON.stringify(value, Object.getOwnPropertyNames(value))
          : JSON.stringify(value),
      )
      .join('\n');
    for (const secret of [UPSTREAM_KEY, HEADER_SECRET]) expect(text).not.toContain(secret);
    if (dialect !== 'sqlite') return;
    const folder = dirname(database.location);
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file));
      for (const secret of [UPSTREAM_KEY, HEADER_SECRET]) expect(bytes.includes(secret)).toBe(false);
    }
  });

  test('A stored key is not sent to another host: a new base_url needs the key again', async () => {
    const { id } = await add();
    const move = { base_url: 'http://127.0.0.1:10/v1' };
    await expect(updateUpstream(opened.models, { id, input: move }, ACTOR)).rejects.toMatchObject({
      extras: { errors: [{ field: 'api_key' }] },
    });
    await updateUpstream(opened.models, { id, input: { ...move, api_key: 'new-key' } }, ACTOR);
    await updateUpstream(opened.models, { id, input: { base_url: 'http://127.0.0.1:10/v2' } }, ACTOR);
  });

  test('Another process sees a change within a second, the process that made it at once', async () => {
    const other = await openModels({ storage: await database.reopen() });
    expect(await other.models.listModels()).toEqual([]);
    const { id } = await add();
    expect(await opened.models.listModels()).toHaveLength(1);
    other.clock.aheadMs += 1_001;
    expect(await other.models.listModels()).toHaveLength(1);
    await updateUpstream(opened.models, { id, input: { enabled: false } }, ACTOR);
    expect(await opened.models.listModels()).toEqual([]);
    other.clock.aheadMs += 1_001;
    await expect(other.models.resolve('m')).rejects.toMatchObject({ code: 'model_not_found' });
  });

  test('An upstream that was sealed under another master key is left out and logged, and the others work', async () => {
    await add({ name: 'lost', models: ['lost'] });
    const upstream = await openUpstream();
    const other = await openModels({ storage: await database.reopen(), masterKey: Buffer.alloc(32, 7) });
    await addUpstream(other.models, { name: 'good', base_url: upstream.baseUrl, models: ['m'] }, ACTOR);
    expect((await other.models.listModels()).map(({ id }) => id)).toEqual(['m']);
    const answer = await other.models.forward(chatRequest({ model: 'm' }));
    expect((await bodyOf(answer)).length).toBeGreaterThan(10);
    expect(other.logged()).toContain('set its api_key and headers again');
  });
});
