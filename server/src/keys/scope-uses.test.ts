import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { holdsScope, type Actor, type Scope } from '../access/index.ts';
import { migrate, storageMigrations, type Storage } from '../storage/index.ts';
import {
  changeState,
  explain,
  getKey,
  keysMigrations,
  listKeys,
  mint,
  scopesOfKey,
  updateKey,
  verify,
} from './index.ts';
import type { KeyScopes, KeysContext } from './index.ts';
import { mintActor, mintOne, openTestKeys, OPERATOR } from './keys.fixture.ts';
import { callerOfKey } from './power/callers.ts';

const DAY_MS = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** As a request of the key would. */
const use = (actor: Actor, ...scopes: Scope[]): boolean[] =>
  scopes.map((scope) => actor.kind === 'key' && holdsScope(actor.caller, scope));

async function read(keys: KeysContext, id: string): Promise<KeyScopes> {
  await keys.lastUsed.flush();
  return scopesOfKey(keys, OPERATOR, id);
}

/** The used scopes of a key, with their last day. */
const usedOf = async (keys: KeysContext, id: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await read(keys, id)).scopes.flatMap(({ scope, last_used_on: on }) =>
      on === null ? [] : [[scope, on]],
    ),
  );

const unusedOf = async (keys: KeysContext, id: string): Promise<string[]> =>
  (await read(keys, id)).scopes.filter(({ unused }) => unused).map(({ scope }) => scope);

const listed = async (keys: KeysContext): Promise<string[]> =>
  (await listKeys(keys, OPERATOR, { scopes: 'unused' })).items.map(({ id }) => id);

describeOnBothDatabases('uses of scopes', (open) => {
  test('a scope that a request has is recorded with its day, and one that it lacks is not', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { scopes: ['models:use', 'agents:*'] });
    expect(use(actor, 'models:use', 'agents:read', 'keys:write')).toEqual([true, true, false]);
    const today = dayOf(clock.nowMs());
    expect(await usedOf(keys, key.id)).toEqual({ 'models:use': today, 'agents:read': today });
    clock.offsetMs = DAY_MS;
    use(actor, 'models:use');
    expect(await usedOf(keys, key.id)).toEqual({ 'models:use': dayOf(clock.nowMs()), 'agents:read': today });
  });

  test('role, noun:* and * count as the scopes that they stand for', async () => {
    const { keys } = await openTestKeys(open);
    const { key } = await mintActor(keys, { role: 'client' });
    const { scopes } = await read(keys, key.id);
    expect(scopes).toContainEqual({
      scope: 'agents:execute',
      granted_by: 'agents:*',
      last_used_on: null,
      unused: false,
    });
    const { key: admin } = await mintOne(keys, { role: 'admin' });
    expect((await read(keys, admin.id)).scopes.every(({ granted_by }) => granted_by === '*')).toBe(true);
  });

  test('a scope of a child is used by its ancestors too', async () => {
    const { keys } = await openTestKeys(open);
    const { key: above } = await mintOne(keys, { scopes: ['keys:write', 'models:use'] });
    const { key, actor } = await mintActor(keys, { scopes: ['models:use'], parent: above.id });
    use(actor, 'models:use');
    expect(Object.keys(await usedOf(keys, key.id))).toEqual(['models:use']);
    expect(Object.keys(await usedOf(keys, above.id))).toEqual(['models:use']);
  });

  test('a key that gives scopes to another key uses them', async () => {
    const { keys } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { scopes: ['keys:write', 'jobs:*', 'models:use'] });
    await mint(keys, actor, { name: 'given', owner: 'tests', scopes: ['jobs:*'] });
    expect(Object.keys(await usedOf(keys, key.id)).toSorted()).toEqual([
      'jobs:cancel',
      'jobs:read',
      'jobs:submit',
    ]);
    const refused = mint(keys, actor, { name: 'more', owner: 'tests', scopes: ['models:use', 'usage:read'] });
    await expect(refused).rejects.toMatchObject({ code: 'scope_escalation' });
    expect(await usedOf(keys, key.id)).not.toHaveProperty('models:use');
  });

  test('work that goes on without the secret of a key uses its scopes', async () => {
    const { keys } = await openTestKeys(open);
    const { key } = await mintOne(keys, { scopes: ['jobs:submit', 'jobs:read'] });
    const caller = await callerOfKey(keys, key.id);
    expect(caller !== undefined && holdsScope(caller, 'jobs:submit')).toBe(true);
    expect(Object.keys(await usedOf(keys, key.id))).toEqual(['jobs:submit']);
  });

  test('a verified key uses the scope that was asked for, unless the question is a look', async () => {
    const { keys } = await openTestKeys(open);
    const { key, secret } = await mintOne(keys, { scopes: ['models:use', 'jobs:read', 'usage:read'] });
    await verify(keys, { key: secret, scope: 'models:use' });
    await verify(keys, { key: secret, scope: 'jobs:read', consume: false });
    await explain(keys, OPERATOR, { id: key.id, question: { scope: 'usage:read' } });
    expect(Object.keys(await usedOf(keys, key.id))).toEqual(['models:use']);
  });

  test('an older use from another process never replaces a newer one', async () => {
    const { keys, clock, another } = await openTestKeys(open);
    const other = await another();
    const { key, secret, actor } = await mintActor(keys, { scopes: ['models:use'] });
    const same = await other.keys.verifier.identify(secret);
    other.clock.offsetMs = -2 * DAY_MS;
    use(actor, 'models:use');
    await keys.lastUsed.flush();
    if (same.valid) use({ kind: 'key', caller: same.caller }, 'models:use');
    await other.keys.lastUsed.flush();
    expect(await usedOf(keys, key.id)).toEqual({ 'models:use': dayOf(clock.nowMs()) });
  });

  test('uses that the database refuses are written with the next ones', async () => {
    const { keys } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { scopes: ['models:use', 'jobs:read'] });
    const rename = (from: string, to: string) =>
      keys.storage.transaction((tx) =>
        sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(tx),
      );
    use(actor, 'models:use');
    await rename('key_scope_uses', 'uses_away');
    await keys.lastUsed.flush();
    await rename('uses_away', 'key_scope_uses');
    use(actor, 'jobs:read');
    expect(Object.keys(await usedOf(keys, key.id)).toSorted()).toEqual(['jobs:read', 'models:use']);
  });

  test('uses of scopes that take long to write do not hold up the last uses of secrets', async () => {
    let held: Promise<void> | undefined;
    let release = (): void => undefined;
    const between = (storage: Storage): Storage => ({
      dialect: storage.dialect,
      db: storage.db,
      transaction: async (work, options) => {
        const waited = held;
        held = undefined;
        await waited;
        return storage.transaction(work, options);
      },
      snapshot: (work) => storage.snapshot(work),
      checkWritable: () => storage.checkWritable(),
      close: () => storage.close(),
    });
    const { keys } = await openTestKeys(open, { between });
    const { key, actor } = await mintActor(keys, { scopes: ['models:use'] });
    held = new Promise((resolve) => (release = resolve));
    use(actor, 'models:use');
    const writing = keys.lastUsed.flush();
    await expect.poll(() => held).toBeUndefined();
    keys.lastUsed.note(key.secrets[0]?.id ?? '', key.id, '192.0.2.1');
    await expect
      .poll(async () => (await getKey(keys, OPERATOR, key.id)).lastUsedAt, { timeout: 10_000 })
      .not.toBeNull();
    release();
    await writing;
    expect(Object.keys(await usedOf(keys, key.id))).toEqual(['models:use']);
  });

  test('more uses than one transaction takes are all written', async () => {
    const { keys } = await openTestKeys(open);
    const made = await Promise.all(Array.from({ length: 70 }, () => mintActor(keys, { role: 'client' })));
    for (const { actor } of made) use(actor, 'jobs:submit', 'jobs:read', 'jobs:cancel', 'models:use');
    await keys.lastUsed.flush();
    const { rows } = await sql<{ n: number }>`select count(*) as n from key_scope_uses`.execute(
      keys.storage.db,
    );
    expect(rows[0]?.n).toBe(280);
  });
});

describeOnBothDatabases('unused scopes', (open) => {
  test('no scope is unused before it was recorded for 30 days', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { scopes: ['models:use', 'jobs:*'] });
    clock.offsetMs = 29 * DAY_MS;
    use(actor, 'models:use');
    expect(await unusedOf(keys, key.id)).toEqual([]);
    expect(await listed(keys)).toEqual([]);
    clock.offsetMs = 31 * DAY_MS;
    use(actor, 'models:use');
    expect(await unusedOf(keys, key.id)).toEqual(['jobs:submit', 'jobs:read', 'jobs:cancel']);
    expect(await listed(keys)).toEqual([key.id]);
  });

  test('a key that gets a scope is recorded anew, and one that loses scopes is not', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { scopes: ['models:use', 'jobs:read'] });
    clock.offsetMs = 40 * DAY_MS;
    use(actor, 'models:use');
    await keys.lastUsed.flush();
    expect(await listed(keys)).toEqual([key.id]);
    const since = (await read(keys, key.id)).recorded_since;
    await updateKey(keys, OPERATOR, { id: key.id, input: { scopes: ['models:use'] } });
    expect(await read(keys, key.id)).toMatchObject({ recorded_since: since, narrowed: ['models:use'] });
    expect(await listed(keys)).toEqual([]);
    await updateKey(keys, OPERATOR, { id: key.id, input: { scopes: ['models:use', 'usage:read'] } });
    expect(await unusedOf(keys, key.id)).toEqual([]);
    expect(Date.parse((await read(keys, key.id)).recorded_since)).toBeGreaterThan(Date.parse(since));
  });

  test('a key that is enabled again is recorded anew, and one that was active is not', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { scopes: ['models:use', 'jobs:read'] });
    await changeState(keys, OPERATOR, { id: key.id, verb: 'disable' });
    clock.offsetMs = 40 * DAY_MS;
    await changeState(keys, OPERATOR, { id: key.id, verb: 'enable' });
    use(actor, 'models:use');
    expect(await unusedOf(keys, key.id)).toEqual([]);
    expect(await listed(keys)).toEqual([]);
    const since = (await read(keys, key.id)).recorded_since;
    await changeState(keys, OPERATOR, { id: key.id, verb: 'enable' });
    expect((await read(keys, key.id)).recorded_since).toBe(since);
  });

  test('the narrower grants keep noun:* where all of it is used, and are empty where nothing is', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { role: 'admin' });
    const { key: idle } = await mintOne(keys, { scopes: ['usage:read'] });
    clock.offsetMs = 31 * DAY_MS;
    use(actor, 'swarm:join', 'swarm:read', 'swarm:coordinate', 'models:use');
    expect((await read(keys, key.id)).narrowed).toEqual(['models:use', 'swarm:*']);
    expect((await read(keys, idle.id)).narrowed).toEqual([]);
  });

  test('a scope that is used again is no longer unused', async () => {
    const { keys, clock } = await openTestKeys(open);
    const { key, actor } = await mintActor(keys, { scopes: ['models:use', 'jobs:read'] });
    clock.offsetMs = 31 * DAY_MS;
    use(actor, 'models:use');
    await keys.lastUsed.flush();
    expect(await listed(keys)).toEqual([key.id]);
    use(actor, 'jobs:read');
    expect(await unusedOf(keys, key.id)).toEqual([]);
    expect(await listed(keys)).toEqual([]);
  });

  test('a key that is older than the record is recorded since the step of the schema that began it', async () => {
    const { storage } = await open();
    const step = keysMigrations.findIndex(({ id }) => id === 'key-scope-uses-1');
    await migrate(storage, [...storageMigrations, ...keysMigrations.slice(0, step)], 1);
    await storage.transaction(async (tx) => {
      await sql`insert into owners (id, name, kind, state, created_at, revision)
        values ('own_1', 'o', 'team', 'active', 1, 1)`.execute(tx);
      await sql`insert into keys (id, number, owner_id, name, grants, selectors, limits, budgets, state, created_at,
        created_by, metadata, tags, revision)
        values ('key_1', 1, 'own_1', 'n', '[]', '{}', '[]', '[]', 'active', 1, 'cli', '{}', '[]', 1)`.execute(
        tx,
      );
    });
    const before = Date.now();
    await migrate(storage, [...storageMigrations, ...keysMigrations], 2);
    const { rows } = await sql<{ scopes_since: number }>`select scopes_since from keys`.execute(storage.db);
    expect(rows[0]?.scopes_since).toBeGreaterThanOrEqual(before);
  });

  test('the list of keys with unused scopes reads an index, however many other keys there are', async () => {
    const { keys } = await openTestKeys(open);
    const { rows } = await keys.storage.transaction(async (tx) => {
      if (keys.storage.dialect === 'postgres') await sql`set local enable_seqscan = off`.execute(tx);
      const explained = keys.storage.dialect === 'postgres' ? sql`explain` : sql`explain query plan`;
      return sql`${explained} select id from keys where keys.has_unused_scopes = 1
        order by keys.created_at desc, keys.id desc limit 5`.execute(tx);
    });
    expect(JSON.stringify(rows)).toContain('keys_unused_scopes');
  });
});
