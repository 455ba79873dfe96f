import { sql, type RawBuilder } from 'kysely';
import type { Db, Storage } from './storage.ts';

/** Some milliseconds on SQLite. */
const PART_ROWS = 1_000;

interface Rows {
  /** With a column `id`. */
  table: string;
  where: RawBuilder<boolean>;
  /** `delete from …` or `update … set …`. */
  change: RawBuilder<unknown>;
  /** In the order of the ids, by an index: for a change after which `where` still finds the row. */
  isById?: boolean;
}

/**
 * Changes very many rows part by part before the caller's transaction, which would hold up all other writes. The last part
 * is left to that transaction. A crash leaves the rest unchanged: the change was not acknowledged, and a repeat continues.
 * Guarded by parts.test.ts.
 * @param begin runs in the transaction of the first part. @returns the number of changed rows.
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
