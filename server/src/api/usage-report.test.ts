import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../test/server.ts';

interface Usage {
  items: {
    start: string;
    end: string;
    group: Record<string, string>;
    names: Record<string, string>;
    requests: number;
  }[];
  errors?: { field: string }[];
}

describeOnBothServers('usage', (start) => {
  let server: TestServer;
  let small: NewKey;
  let other: NewKey;
  const report = (path: string, key?: string) =>
    server.request<Usage>('GET', path, key === undefined ? {} : { key });

  beforeAll(async () => {
    server = await start();
    await server.request('POST', '/v1/owners', { body: { name: 'Ann', kind: 'person' } });
    small = await server.mint({ owner: 'Ann', scopes: ['usage:read'] });
    other = await server.mint({ owner: 'Ann' });
    for (const { secret } of [small, other, other])
      await server.request('GET', '/v1/keys/self', { key: secret });
    // Written each second.
    const counted = async () => (await report('/v1/usage?step=total&group_by=owner')).body.items;
    while (
      !(await counted()).some(
        ({ group, requests }) => group['owner'] === small.key.owner.id && requests === 3,
      )
    )
      await sleep(50);
  });

  test('the usage report has groups by key and by owner', async () => {
    const byKey = await report('/v1/usage?group_by=key,owner&step=day');
    const found = byKey.body.items.filter(({ group }) => group['owner'] === small.key.owner.id);
    const counts = Object.fromEntries(found.map(({ group, requests }) => [group['key'], requests]));
    expect(counts).toEqual({ [small.id]: 1, [other.id]: 2 });
    const one = await report(`/v1/keys/${other.id}/usage`);
    expect(one.body.items.map(({ requests }) => requests)).toEqual([2]);
  });

  test('the usage report without owners:manage has only the own owner', async () => {
    const { body } = await report('/v1/usage?group_by=owner', small.secret);
    expect(body.items.map(({ group }) => group['owner'])).toEqual([small.key.owner.id]);
  });

  test('the usage report names keys and owners to a caller who may list them, and to no other', async () => {
    const path = '/v1/usage?group_by=key,owner,model&step=total';
    const namesAs = async (key?: string) =>
      (await report(path, key)).body.items
        .filter(({ group }) => group['key'] === other.id)
        .map(({ names }) => names);
    expect(await namesAs()).toEqual([{ key: other.key.name, owner: 'Ann' }]);
    expect(await namesAs(small.secret)).toEqual([{}]);
    expect((await report(`/v1/keys/${other.id}/usage?group_by=model`)).body.items[0]?.names).toEqual({});
  });

  test('the usage report cuts its steps to the requested range', async () => {
    const [step] = (await report(`/v1/keys/${other.id}/usage?step=month`)).body.items;
    expect(Date.parse(step?.end ?? '') - Date.parse(step?.start ?? '')).toBeLessThanOrEqual(26 * 3_600_000);
  });

  test.for([
    ['group_by=key,colour', 'query.group_by'],
    ['step=fortnight', 'query.step'],
    ['from=2030-01-01T00:00:00Z&to=2029-01-01T00:00:00Z', 'query.from'],
    ['from=2201-01-01T00:00:00Z', 'query.from'],
  ])('the usage report refuses ?%s with the field %s', async ([query, field]) => {
    const { status, body } = await report(`/v1/usage?${query}`);
    expect([status, body.errors?.[0]?.field]).toEqual([422, field]);
  });
});
