import { sql } from 'kysely';
import type { Place } from '../../base/page.ts';
import type { Db } from '../../storage/index.ts';
import type { Unpriced } from '../account/prices.ts';

/** One row; `api_key` and `headers` are sealed, `models`, `prices` and `header_names` JSON, times ms since 1970. */
export type UpstreamRow = {
  id: string;
  name: string;
  base_url: string;
  api_key: string | null;
  api_key_hint: string | null;
  models: string;
  timeout_seconds: number;
  weight: number;
  prices: string;
  unpriced: Unpriced;
  headers: string | null;
  header_names: string;
  /** 1 or 0. */
  enabled: number;
  created_at: number;
  updated_at: number;
  revision: number;
};

const tables = (db: Db) => db.withTables<{ upstreams: UpstreamRow }>();

/** @returns false where the name is taken. */
export async function insertUpstream(tx: Db, row: UpstreamRow): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('upstreams')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function updateRow(tx: Db, { id, ...changed }: UpstreamRow): Promise<void> {
  await tables(tx).updateTable('upstreams').set(changed).where('id', '=', id).execute();
}

export async function deleteRow(tx: Db, id: string): Promise<void> {
  await tables(tx).deleteFrom('upstreams').where('id', '=', id).execute();
}

export async function findRow(db: Db, id: string): Promise<UpstreamRow | undefined> {
  return tables(db).selectFrom('upstreams').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findByName(db: Db, name: string): Promise<UpstreamRow | undefined> {
  return tables(db).selectFrom('upstreams').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Locks the row until the end of the transaction. */
export async function lockRow(tx: Db, id: string): Promise<UpstreamRow | undefined> {
  // An update that changes nothing locks the row on both dialects.
  await tables(tx).updateTable('upstreams').set({ id }).where('id', '=', id).execute();
  return findRow(tx, id);
}

export async function countRows(db: Db): Promise<number> {
  const { count } = await tables(db)
    .selectFrom('upstreams')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

const newestFirst = (db: Db) =>
  tables(db).selectFrom('upstreams').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc');

export const allRows = (db: Db): Promise<UpstreamRow[]> => newestFirst(db).execute();

/** Newest first, after the end of the page before. */
export async function pageOfRows(
  db: Db,
  { limit, after }: { limit: number; after: Place | undefined },
): Promise<UpstreamRow[]> {
  const query = newestFirst(db).limit(limit);
  return after === undefined
    ? query.execute()
    : query.where(sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`).execute();
}

/** A text that changes with any row; small, since it is read once a second. */
export async function fingerprint(db: Db): Promise<string> {
  const rows = await tables(db).selectFrom('upstreams').select(['id', 'revision']).orderBy('id').execute();
  return rows.map(({ id, revision }) => `${id}:${revision}`).join(' ');
}
