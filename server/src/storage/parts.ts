import { sql, type RawBuilder } from 'kysely';
import type { Db, Storage } from './storage.ts';

/** Some milliseconds on SQLite, with the indexes of a table. */
const PART_ROWS = 1_000;

interface Rows {
  /** With a column `id`. */
  table: string;
  where: RawBuilder<boolean>;
  /** What is done to each: `delete from …` or `update … set …`. */
  change: RawBuilder<unknown>;
  /** They are walked through by their ids: for a change after which `where` still finds them, with an index in this order. */
  isById?: boolean;
}

/**
 * What a change does to very many rows, ahead of its own transaction: part by part, so that neither this process nor whoever
 * writes next waits for all of them. The last part is left to that transaction; where there are few there is nothing to do.
 * A process that dies between two parts leaves the rest as it is: the change was not acknowledged, and asking again goes on.
 * Guarded by parts.test.ts.
 * @param begin in the transaction of the first part, to record that it has begun. @returns how many rows were changed.
 */
export async function inParts(
  storage: Storage,
  { table, where, change, isById = false }: Rows,
  begin?: (tx: Db) => Promise<void>,
): Promise<number> {
  for (let changed = 0, after = 0; ; changed += PART_ROWS) {
    const some = isById ? sql`where ${where} and id > ${after} order by id` : sql`where ${where}`;
    const from = sql`select id from ${sql.table(table)} ${some}`;
    const { rows } = await sql<{ id: number }>`${from} limit 1 offset ${sql.lit(PART_ROWS)}`.execute(
      storage.db,
    );
    const [next] = rows;
    if (next === undefined) return changed;
    await storage.transaction(
      async (tx) => {
        if (changed === 0) await begin?.(tx);
        await sql`${change} where id in (${from} limit ${sql.lit(PART_ROWS)})`.execute(tx);
      },
      { durable: changed === 0 },
    );
    after = next.id - 1;
  }
}
