import { sql, type SelectQueryBuilder } from 'kysely';

/** Of one statement: some milliseconds on SQLite. */
const PAGE_ROWS = 500;

/** All rows, page by page, between which other work gets its turn. @param page the next `limit` rows after `after`. */
export async function allRows<Row>(
  page: (after: Row | undefined, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (;;) {
    const rows = await page(all.at(-1), PAGE_ROWS);
    all.push(...rows);
    if (rows.length < PAGE_ROWS) return all;
  }
}

/** All rows of a query that selects `id`, by id; ids begin at 1. */
export const allById = <DB, TB extends keyof DB, Row extends { id: number }>(
  query: SelectQueryBuilder<DB, TB, Row>,
): Promise<Row[]> =>
  allRows((after: Row | undefined, limit) => {
    const page = query
      .where(sql<boolean>`id > ${after?.id ?? 0}`)
      .orderBy(sql`id`)
      .limit(limit);
    return page.execute();
  });
