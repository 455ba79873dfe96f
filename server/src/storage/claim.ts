import { sql, type RawBuilder } from 'kysely';
import { dialectOf } from './dialect.ts';
import type { Db } from './storage.ts';

interface Claim {
  table: string;
  /** The columns of its primary key. */
  key: readonly string[];
  where: RawBuilder<boolean>;
  /** Such as `next_at, id`: which ones come first. */
  order: RawBuilder<unknown>;
  /** At most so many. */
  limit: number;
  /** What is done to each, such as `update jobs set …` or `delete from …`; `where` must not find it again after that. */
  change: RawBuilder<unknown>;
}

/**
 * Takes some rows for the caller alone, however many ask at the same moment: each row is one caller's, and on PostgreSQL
 * nobody waits for another's transaction, whose rows are passed over. Guarded by claim.test.ts.
 * @returns the rows as they are after the change, in no order.
 */
export async function claimRows<Row>(
  tx: Db,
  { table, key, where, order, limit, change }: Claim,
): Promise<Row[]> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const free = dialectOf(tx) === 'postgres' ? sql`for update skip locked` : sql``;
  // Materialized: a subquery in its place may be run several times, each with other rows.
  const { rows } = await sql<Row>`
    with claimed as materialized (
      select ${columns} from ${sql.table(table)} where ${where} order by ${order} limit ${limit} ${free}
    )
    ${change} where (${columns}) in (select ${columns} from claimed) returning *`.execute(tx);
  return rows;
}
