import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { SAMPLE_MIGRATIONS } from '../../test/sample-schema.ts';
import { turnsDuring } from '../../test/turns.ts';
import { migrate, type Db, type Storage } from './index.ts';

/** Far more than fit into one turn. */
const STATEMENTS = 200_000;

describeOn('sqlite', 'turns of the event loop', (open) => {
  const opened = async (): Promise<Storage> => {
    const { storage } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    return storage;
  };

  /** How many statements one after the other it takes until somebody else has had a turn. */
  const statementsBeforeOthers = async (db: Db): Promise<number> => {
    const others = { hadTurn: false };
    setImmediate(() => (others.hadTurn = true));
    let asked = 0;
    for (; asked < STATEMENTS && !others.hadTurn; asked++) await sql`select * from things`.execute(db);
    return asked;
  };

  test('other requests have their turns between the statements of a loop, also in a transaction and a snapshot', async () => {
    const storage = await opened();
    expect(await statementsBeforeOthers(storage.db)).toBeLessThan(STATEMENTS);
    expect(await storage.transaction(statementsBeforeOthers)).toBeLessThan(STATEMENTS);
    expect(await storage.snapshot(statementsBeforeOthers)).toBeLessThan(STATEMENTS);
  });

  test('other requests have their turns while a thousand callers ask at once', async () => {
    const storage = await opened();
    const long = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select sum(i) from n`;
    const ask = () => Promise.all(Array.from({ length: 1_000 }, () => long.execute(storage.db)));
    expect(await turnsDuring(ask)).toBeGreaterThan(2);
  });

  test('a statement that waits for its turn is refused if its transaction ends in the meantime', async () => {
    const storage = await opened();
    let late: Promise<unknown> | undefined;
    const failing = storage.transaction(async (tx) => {
      // Uses this turn up, so that the next statement has to wait.
      const endMs = performance.now() + 50;
      await sql`select 1`.execute(tx);
      while (performance.now() < endMs);
      late = sql`insert into things (id) values ('late')`.execute(tx);
      late.catch(() => undefined);
      // It comes as far as the connection before the transaction ends.
      for (let i = 0; i < 50; i++) await Promise.resolve();
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    await expect(late).rejects.toThrow('after the end of its transaction');
    const { rows } = await sql<{ count: number }>`select count(*) as count from things`.execute(storage.db);
    expect(rows[0]?.count).toBe(0);
  });
});
