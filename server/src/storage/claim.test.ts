import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { SAMPLE_MIGRATIONS } from '../../test/sample-schema.ts';
import { claimRows } from './claim.ts';
import { migrate, type Db, type Storage } from './index.ts';

const ROWS = 100;
type Counter = { id: string; value: number };

const claimOne = (tx: Db): Promise<Counter[]> =>
  claimRows<Counter>(tx, {
    table: 'counters',
    key: ['id'],
    where: sql<boolean>`value = 0`,
    order: sql`id`,
    limit: 1,
    change: sql`update counters set value = value + 1`,
  });

describeOnBothDatabases('claims of rows', (open, dialect) => {
  async function openRows(): Promise<{ storage: Storage; other: Storage }> {
    const { storage, reopen } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    const ids = Array.from({ length: ROWS }, (_, i) => sql`(${`row ${String(i).padStart(3, '0')}`}, 0)`);
    await storage.transaction((tx) =>
      sql`insert into counters (id, value) values ${sql.join(ids)}`.execute(tx),
    );
    return { storage, other: await reopen() };
  }

  test('of 200 claims of two processes at the same time on 100 rows, each row is claimed once', async () => {
    const { storage, other } = await openRows();
    const claims = await Promise.all(
      Array.from({ length: 2 * ROWS }, (_, i) => (i % 2 === 0 ? storage : other).transaction(claimOne)),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(claims.every((claimed) => claimed.length <= 1)).toBe(true);
    expect(ids).toHaveLength(ROWS);
    const { rows } = await sql<Counter>`select id, value from counters where value <> 1`.execute(storage.db);
    expect(rows).toEqual([]);
  });

  test('claimed rows are the first ones in the order, up to the limit, as they are after the change', async () => {
    const { storage } = await openRows();
    const some = await storage.transaction((tx) =>
      claimRows<Counter>(tx, {
        table: 'counters',
        key: ['id', 'value'],
        where: sql<boolean>`value = 0`,
        order: sql`id desc`,
        limit: 2,
        change: sql`delete from counters`,
      }),
    );
    expect(some.map(({ id }) => id).toSorted()).toEqual(['row 098', 'row 099']);
  });

  test.runIf(dialect === 'postgres')(
    'claims wait for nobody: rows of another transaction are skipped',
    async () => {
      const { storage, other } = await openRows();
      await storage.transaction(async (tx) => {
        const [mine] = await claimOne(tx);
        const [theirs] = await other.transaction(claimOne);
        expect([mine?.id, theirs?.id]).toEqual(['row 000', 'row 001']);
      });
    },
  );
});
