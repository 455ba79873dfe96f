import { expect, test } from 'vitest';
import { sql } from 'kysely';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { migrate, nextId, storageMigrations } from '../storage/index.ts';
import { keysMigrations } from './index.ts';

describeOnBothDatabases('numbers of keys', (open) => {
  const upTo = (id: string) =>
    keysMigrations.slice(0, keysMigrations.findIndex((step) => step.id === id) + 1);

  test('existing keys are numbered in the order of their making, and new ones continue from there', async () => {
    const { storage } = await open();
    await migrate(storage, [...storageMigrations, ...upTo('keys-1')], 1);
    await storage.transaction(async (tx) => {
      await sql`insert into owners values ('own_1', 'o', 'team', 'active', 1, 1)`.execute(tx);
      for (const [id, at] of [
        ['key_c', 3],
        ['key_b', 1],
        ['key_a', 3],
      ] as const)
        await sql`insert into keys (id, owner_id, name, grants, selectors, limits, budgets, state, created_at,
          created_by, metadata, tags, revision)
          values (${id}, 'own_1', 'n', '[]', '{}', '[]', '[]', 'active', ${at}, 'cli', '{}', '[]', 1)`.execute(
          tx,
        );
    });
    await migrate(storage, [...storageMigrations, ...keysMigrations], 2);
    const { rows } = await sql`select id, number from keys order by number`.execute(storage.db);
    expect(rows).toEqual([
      { id: 'key_b', number: 1 },
      { id: 'key_a', number: 2 },
      { id: 'key_c', number: 3 },
    ]);
    expect(await storage.transaction((tx) => nextId(tx, 'keys'))).toBe(4);
  });

  test('numbers of keys begin with one in an empty database', async () => {
    const { storage } = await open();
    await migrate(storage, [...storageMigrations, ...keysMigrations], 1);
    expect(await storage.transaction((tx) => nextId(tx, 'keys'))).toBe(1);
  });
});
