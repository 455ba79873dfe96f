import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import {
  changeState,
  createOwner,
  deleteOwner,
  listKeys,
  updateOwner,
  verify,
  viewKeys,
  type KeysContext,
  type ListInput,
} from './index.ts';
import { mintActor, mintOne, openTestKeys, OPERATOR } from './keys.fixture.ts';
import { insertKey } from './store/key-store.ts';
import type { Key, KeyState } from './key.ts';

const DAY_MS = 86_400_000;

async function ids(keys: KeysContext, input: ListInput, actor = OPERATOR): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await listKeys(keys, actor, { limit: 200, ...input, cursor });
    found.push(...page.items.map(({ id }) => id));
    if (page.next_cursor === null) return found;
    cursor = page.next_cursor;
  }
}

/** Many keys, written as rows in one transaction. */
async function insertMany(
  keys: KeysContext,
  count: number,
  change: (i: number) => Partial<Key>,
): Promise<Key[]> {
  const { key: template } = await mintOne(keys);
  const made = Array.from({ length: count }, (_, i) => ({
    ...template,
    id: `key_${String(i).padStart(12, '0')}`,
    number: -1 - i,
    ...change(i),
  }));
  await keys.storage.transaction(async (tx) => {
    for (const key of made) await insertKey(tx, key);
  });
  return made;
}

describeOnBothDatabases('listing', (open, dialect) => {
  test('each filter of the list of keys finds exactly the keys that it names', async () => {
    const { keys, clock } = await openTestKeys(open);
    await createOwner(keys, OPERATOR, { name: 'others', kind: 'team' });
    const a = await mintOne(keys, { name: 'Nightly Build', tags: ['Prod', 'eu'], role: 'admin' });
    const b = await mintOne(keys, { name: 'nightly_build%', tags: ['prod'], scopes: ['keys:read'] });
    const c = await mintOne(keys, {
      name: 'École "q"',
      owner: 'others',
      expires_in_seconds: 3_600,
      tags: ['a"b'],
    });
    const d = await mintOne(keys, { name: 'gone', expires_in_seconds: 1 });
    const e = await mintOne(keys, { name: 'revoked', expires_in_seconds: 1 });
    await changeState(keys, OPERATOR, { id: e.key.id, verb: 'revoke' });
    await changeState(keys, OPERATOR, { id: b.key.id, verb: 'disable' });
    clock.offsetMs += 2_000;
    const cases: [ListInput, (typeof a)[]][] = [
      [{}, [e, d, c, b, a]],
      [{ state: 'active' }, [c, a]],
      [{ state: 'disabled' }, [b]],
      [{ state: 'expired' }, [d]],
      [{ state: 'revoked' }, [e]],
      [{ state: 'quarantined' }, []],
      [{ owner: c.key.owner.id }, [c]],
      [{ owner: 'own_unknown' }, []],
      [{ role: 'admin' }, [a]],
      [{ tag: 'prod' }, [b]],
      [{ tag: 'Prod' }, [a]],
      [{ tag: 'pro' }, []],
      [{ tag: 'a"b' }, [c]],
      [{ tag: '%' }, []],
      [{ q: 'NIGHTLY' }, [b, a]],
      [{ q: 'ly_b' }, [b]],
      [{ q: '%' }, [b]],
      [{ q: 'École' }, [c]],
      [{ q: '"q"' }, [c]],
      [{ q: a.key.id }, [a]],
      [{ q: a.key.id.toUpperCase() }, [a]],
      [{ q: '\\' }, []],
      [{ expiring_within_seconds: 3_600 }, [c]],
      [{ expiring_within_seconds: 60 }, []],
      [{ unused_for_seconds: 1 }, [e, d, c, b, a]],
      [{ unused_for_seconds: 3_600 }, []],
      [{ q: 'nightly', role: 'admin', tag: 'eu', state: 'active' }, [a]],
    ];
    for (const [input, expected] of cases) {
      const found = await ids(keys, input);
      const wanted = expected.map(({ key }) => key.id);
      expect({ input, found: new Set(found) }).toEqual({ input, found: new Set(wanted) });
      expect(found).toHaveLength(wanted.length);
    }
  });

  test('the state of a key is shown, filtered and verified as one, whether it, its owner or an ancestor ended', async () => {
    const { keys, clock } = await openTestKeys(open);
    const owners = {
      suspended: await createOwner(keys, OPERATOR, { name: 'suspended', kind: 'team' }),
      deleted: await createOwner(keys, OPERATOR, { name: 'deleted', kind: 'team' }),
    };
    const secrets = new Map<string, string>();
    for (const owner of ['tests', 'suspended', 'deleted'])
      for (const verb of [undefined, 'quarantine', 'disable', 'revoke', 'expire'] as const) {
        const expires_in_seconds = verb === 'expire' ? 1 : undefined;
        const { key, secret } = await mintOne(keys, {
          owner,
          scopes: ['models:use'],
          ...(expires_in_seconds && { expires_in_seconds }),
        });
        const child = await mintOne(keys, { owner: 'tests', parent: key.id, scopes: ['models:use'] });
        secrets.set(key.id, secret).set(child.key.id, child.secret);
        if (verb !== undefined && verb !== 'expire') await changeState(keys, OPERATOR, { id: key.id, verb });
      }
    await updateOwner(keys, OPERATOR, { id: owners.suspended.id, input: { state: 'suspended' } });
    await deleteOwner(keys, OPERATOR, owners.deleted.id);
    clock.offsetMs += 2_000;
    const all = await listKeys(keys, OPERATOR, { limit: 200 });
    const views = await viewKeys(keys, all.items);
    const byState = Object.groupBy(
      views.filter(({ id }) => secrets.has(id)),
      ({ state }) => state,
    );
    // 5 fates of 3 owners, each with a child.
    expect(Object.fromEntries(Object.entries(byState).map(([state, of]) => [state, of.length]))).toEqual({
      active: 2,
      quarantined: 2,
      disabled: 8,
      expired: 4,
      revoked: 14,
    });
    for (const [state, of] of Object.entries(byState) as [KeyState, typeof views][]) {
      const found = await ids(keys, { state, limit: 200 });
      expect(new Set(found.filter((id) => secrets.has(id)))).toEqual(new Set(of.map(({ id }) => id)));
      for (const { id } of of) {
        const { code } = await verify(keys, { key: secrets.get(id) ?? '', consume: false });
        expect([state, code]).toEqual([state, state === 'active' ? 'valid' : state]);
      }
    }
  });

  test('pages of 5,000 keys show each once, newest first, while keys are added and revoked', async () => {
    const { keys } = await openTestKeys(open);
    const startMs = Date.now() - DAY_MS;
    // Many share a millisecond, so that the id decides.
    const made = await insertMany(keys, 5_000, (i) => ({ createdAt: startMs + Math.floor(i / 7) }));
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; ; page++) {
      const { items, next_cursor } = await listKeys(keys, OPERATOR, { limit: 200, cursor });
      seen.push(...items.map(({ id }) => id));
      if (next_cursor === null) break;
      cursor = next_cursor;
      if (page % 5 === 0) {
        await mintOne(keys);
        await changeState(keys, OPERATOR, { id: made[page]?.id ?? '', verb: 'revoke' });
      }
    }
    const byPlace = (a: Key, b: Key): number => b.createdAt - a.createdAt || (b.id < a.id ? -1 : 1);
    expect(seen.slice(1)).toEqual(made.toSorted(byPlace).map(({ id }) => id));
  });

  test('a search with few results goes through all keys, page by page, each once', async () => {
    const { keys } = await openTestKeys(open);
    const made = await insertMany(keys, 6_500, (i) => ({
      createdAt: 1_000 + Math.floor(i / 3),
      name: i % 500 === 0 ? `needle ${i}` : 'hay',
    }));
    const needles = made.filter(({ name }) => name !== 'hay').toReversed();
    const found: string[] = [];
    let cursor: string | undefined;
    for (;;) {
      const { items, next_cursor } = await listKeys(keys, OPERATOR, { q: 'needle', limit: 2, cursor });
      found.push(...items.map(({ id }) => id));
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    expect(found).toEqual(needles.map(({ id }) => id));
    expect(await ids(keys, { q: 'needle', owner: made[0]?.owner.id })).toEqual(found);
    expect(await ids(keys, { q: 'no such' })).toEqual([]);
  });

  test('the query of a page uses an index, however many keys there are', async () => {
    const { keys } = await openTestKeys(open);
    await insertMany(keys, 2_000, (i) => ({ createdAt: i }));
    const explain = dialect === 'sqlite' ? 'explain query plan' : 'explain';
    const plan = async (where: string): Promise<string> => {
      const query = `${explain} select * from keys join owners on owners.id = keys.owner_id
        where ${where} order by keys.created_at desc, keys.id desc limit 51`;
      if (dialect === 'postgres') await keys.storage.transaction((tx) => sql.raw('analyze').execute(tx));
      const { rows } = await sql.raw(query).execute(keys.storage.db);
      return JSON.stringify(rows);
    };
    const first = await plan('1 = 1');
    const later = await plan(`(keys.created_at, keys.id) < (1000, 'key_x')`);
    for (const text of [first, later]) {
      expect(text).toContain('keys_newest');
      expect(text).not.toMatch(/TEMP B-TREE|Sort|Seq Scan on keys/);
    }
    expect(await plan(`keys.owner_id = 'own_x'`)).toContain('keys_owner');
  });

  test('without owners:manage a caller sees only keys of its owner, whatever it asks for', async () => {
    const { keys } = await openTestKeys(open);
    await createOwner(keys, OPERATOR, { name: 'others', kind: 'team' });
    const { actor, key } = await mintActor(keys, { scopes: ['keys:read'], owner: 'others' });
    const { key: foreign } = await mintOne(keys);
    expect(await ids(keys, {}, actor)).toEqual([key.id]);
    expect(await ids(keys, { owner: foreign.owner.id }, actor)).toEqual([]);
    expect(await ids(keys, { q: foreign.id }, actor)).toEqual([]);
    const { actor: manager } = await mintActor(keys, { scopes: ['owners:manage'], owner: 'others' });
    expect(await ids(keys, {}, manager)).toHaveLength(3);
  });

  test.each([
    'x',
    '',
    Buffer.from('1 key_x').toString('base64url'),
    Buffer.from("1 '; drop").toString('base64url'),
  ])('the cursor "%s" is refused', async (cursor) => {
    const { keys } = await openTestKeys(open);
    await expect(listKeys(keys, OPERATOR, { cursor })).rejects.toMatchObject({
      extras: { errors: [{ field: 'query.cursor' }] },
    });
  });
});
