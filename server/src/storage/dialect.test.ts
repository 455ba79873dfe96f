import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { SAMPLE_MIGRATIONS } from '../../test/sample-schema.ts';
import { anyOf, insertRows, migrate, runEach, type Storage } from './index.ts';

type Counter = { id: string; value: number };

describeOnBothDatabases('statements for many rows', (open, dialect) => {
  async function openCounters(): Promise<Storage> {
    const { storage } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    return storage;
  }

  const insert = (storage: Storage, ...rows: [string, ...unknown[]][]) =>
    storage.transaction((tx) => insertRows(tx, 'counters (id, value)', rows));

  const counters = async (storage: Storage): Promise<[string, number][]> =>
    (await sql<Counter>`select id, value from counters order by id`.execute(storage.db)).rows.map(
      ({ id, value }) => [id, value],
    );

  test('an insert says which rows it has stored, and leaves those that were there', async () => {
    const storage = await openCounters();
    expect(await insert(storage)).toEqual(new Set());
    expect(await insert(storage, ['a', 1], ['b', 2])).toEqual(new Set(['a', 'b']));
    expect(await insert(storage, ['b', 9], ['c', 3])).toEqual(new Set(['c']));
    expect(await counters(storage)).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  test('a row that cannot be stored fails all of them, and no text holds U+0000', async () => {
    const storage = await openCounters();
    await expect(insert(storage, ['a', 1], ['b', null])).rejects.toThrow(/null/i);
    await expect(insert(storage, ['a', 1], ['b\0', 2])).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await counters(storage)).toEqual([]);
  });

  test('a list of texts is one value of a statement', async () => {
    const storage = await openCounters();
    await insert(storage, ['a', 1], ['b', 2], ["c'", 3]);
    const found = async (ids: string[]): Promise<string[]> =>
      (
        await sql<Counter>`select id from counters where id in ${anyOf(storage.db, ids)}`.execute(storage.db)
      ).rows
        .map(({ id }) => id)
        .sort();
    expect(await found(["c'", 'a', 'no'])).toEqual(['a', "c'"]);
    expect(await found([])).toEqual([]);
  });

  test.runIf(dialect === 'sqlite')(
    'one statement for each row says how many rows each has changed',
    async () => {
      const storage = await openCounters();
      await insert(storage, ['a', 1], ['b', 2]);
      const changed = await storage.transaction((tx) =>
        runEach(tx, 'update counters set value = ? where id = ?', [
          [5, 'a'],
          [6, 'no'],
          [7, 'b'],
        ]),
      );
      expect(changed).toEqual([1, 0, 1]);
      expect(await counters(storage)).toEqual([
        ['a', 5],
        ['b', 7],
      ]);
      await storage.transaction(async (tx) => expect(await runEach(tx, 'no statement', [])).toEqual([]));
    },
  );
});
