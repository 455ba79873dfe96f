import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases, type OpenDatabase } from '../../test/databases.ts';
import { inParts, migrate, type Db, type Storage } from './index.ts';

const ROWS = { table: 'rows_of', where: sql<boolean>`owner = 1`, change: sql`delete from rows_of` };

describeOnBothDatabases('a change of very many rows', (open: OpenDatabase) => {
  const opened = async (count: number): Promise<Storage> => {
    const { storage } = await open();
    const table = 'create table rows_of (id bigint primary key, owner bigint not null, done bigint not null)';
    await migrate(storage, [{ id: 'rows-1', statements: () => [table] }], 1);
    await storage.transaction(async (tx) => {
      for (let id = 1; id <= count; id += 500)
        await sql`insert into rows_of (id, owner, done) values ${sql.join(
          Array.from(
            { length: Math.min(500, count - id + 1) },
            (_, at) => sql`(${id + at}, ${(id + at) % 2}, 0)`,
          ),
        )}`.execute(tx);
    });
    return storage;
  };
  const left = async (storage: Storage, where = sql<boolean>`owner = 1`): Promise<number> => {
    const { rows } = await sql<{
      count: number;
    }>`select count(*) as count from rows_of where ${where}`.execute(storage.db);
    return rows[0]?.count ?? 0;
  };

  test('a change of few rows runs in its own transaction alone', async () => {
    const storage = await opened(2_000);
    let begun = 0;
    expect(await inParts(storage, ROWS, async () => void begun++)).toBe(0);
    expect([begun, await left(storage)]).toEqual([0, 1_000]);
  });

  test('a change of very many rows goes part by part, is begun once, and leaves the last part and the rows of others', async () => {
    const storage = await opened(7_000);
    let begun = 0;
    expect(await inParts(storage, ROWS, async () => void begun++)).toBe(3_000);
    expect([begun, await left(storage), await left(storage, sql`owner = 0`)]).toEqual([1, 500, 3_500]);
  });

  test('a change of very many rows walks by ids even if it still finds changed rows, and leaves the newest', async () => {
    const storage = await opened(7_000);
    const change = sql`update rows_of set done = done + 1`;
    expect(await inParts(storage, { ...ROWS, change, isById: true })).toBe(3_000);
    const undone = sql<boolean>`owner = 1 and done = 0`;
    expect([await left(storage, undone), await left(storage, sql`done > 1`)]).toEqual([500, 0]);
    expect(await left(storage, sql`${undone} and id > 6000`)).toBe(500);
  });

  test('a change of very many rows lets others write between its parts', async () => {
    const storage = await opened(7_000);
    const seen: number[] = [];
    const other = async (tx: Db): Promise<void> => {
      await sql`update rows_of set done = 1 where owner = 0 and id = 2`.execute(tx);
      seen.push(await left(storage));
    };
    const visited: Storage = {
      ...storage,
      dialect: storage.dialect,
      db: storage.db,
      transaction: async (work, options) => {
        const result = await storage.transaction(work, options);
        await storage.transaction(other);
        return result;
      },
    };
    await inParts(visited, ROWS);
    expect(seen).toEqual([2_500, 1_500, 500]);
  });

  test('a change of very many rows that ends half-way has done whole parts, and resumes when repeated', async () => {
    const storage = await opened(7_000);
    const broken: Storage = {
      ...storage,
      dialect: storage.dialect,
      db: storage.db,
      transaction: (work, options) =>
        options?.durable === false ? Promise.reject(new Error('killed')) : storage.transaction(work, options),
    };
    await expect(inParts(broken, ROWS)).rejects.toThrow('killed');
    expect(await left(storage)).toBe(2_500);
    expect(await inParts(storage, ROWS)).toBe(2_000);
  });
});
