import { sql, type RawBuilder } from 'kysely';
import { dialectOf } from './dialect.ts';
import type { Db } from './storage.ts';

interface Claim {
  table: string;
  /** The columns of its primary key. */
  key: readonly string[];
  where: RawBuilder<boolean>;
  /** Such as `next_at, id`. */
  order: RawBuilder<unknown>;
  limit: number;
  /** Such as `update jobs set …` or `delete from …`; `where` must not find the row again after it. */
  change: RawBuilder<unknown>;
}

/**
 * Changes rows that no other caller gets at the same time; PostgreSQL skips the rows of running transactions. Guarded by
 * claim.test.ts.
 * @returns the rows after the change, in no order.
 */
export async function claimRows<Row>(
  tx: Db,
  { table, key, where, order, limit, change }: Claim,
): Promise<Row[]> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const free = dialectOf(tx) === 'postgres' ? sql`for update skip locked` : sql``;
  // Materialized: a subquery may run several times, with different rows.
  const { rows } = await sql<Row>`
    with claimed as materialized (
      select ${columns} from ${sql.table(table)} where ${where} order by ${order} limit ${limit} ${free}
    )
    ${change} where (${columns}) in (select ${columns} from claimed) returning *`.execute(tx);
  return rows;
}
