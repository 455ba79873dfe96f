import { CompiledQuery, sql } from 'kysely';
import { anyOf, dialectOf, type Db } from '../../storage/index.ts';

/** A response that is stored at an upstream, or an item of its output, and whose it is. Times in ms since 1970. */
export type StoredResponse = {
  id: string;
  upstream_id: string;
  /** Of an item: of its response; otherwise its own. */
  response_id: string;
  /** Empty: two owners were given this id by the same upstream, and neither may use it. */
  owner_id: string;
  key_id: string;
  /** The public name. */
  model: string;
  /** 0: a background response, whose usage is not counted yet; otherwise 1. */
  is_counted: number;
  created_at: number;
  expires_at: number;
};

const tables = (db: Db) => db.withTables<{ stored_responses: StoredResponse }>();

const COLUMNS =
  'id, upstream_id, response_id, owner_id, key_id, model, is_counted, created_at, expires_at' as const;
/** An upstream with poor ids, or one that lets callers choose them, must not give one owner the response of another. */
const NOBODYS = `on conflict (id, upstream_id) do update set owner_id =
  case when stored_responses.owner_id = excluded.owner_id then stored_responses.owner_id else '' end`;

/** One statement for each: an id may be in the list twice. */
export async function insertResponses(tx: Db, rows: readonly StoredResponse[]): Promise<void> {
  const names = COLUMNS.split(', ') as (keyof StoredResponse)[];
  const places = names.map((_, at) => (dialectOf(tx) === 'postgres' ? `$${at + 1}` : '?'));
  const text = `insert into stored_responses (${COLUMNS}) values (${places.join(', ')}) ${NOBODYS}`;
  for (const row of rows)
    await tx.executeQuery(
      CompiledQuery.raw(
        text,
        names.map((name) => row[name]),
      ),
    );
}

interface Wanted {
  ids: readonly string[];
  ownerId: string;
  nowMs: number;
}

/** The newest first: several upstreams may have given the same id. */
export const findResponses = (db: Db, { ids, ownerId, nowMs }: Wanted): Promise<StoredResponse[]> =>
  tables(db)
    .selectFrom('stored_responses')
    .selectAll()
    .where(sql<boolean>`id in ${anyOf(db, ids)}`)
    .where('owner_id', '=', ownerId)
    .where('expires_at', '>', nowMs)
    .orderBy('created_at', 'desc')
    .execute();

type Named = Pick<StoredResponse, 'id' | 'upstream_id'>;

/** With its items. */
export const deleteResponse = async (tx: Db, { id, upstream_id }: Named): Promise<void> => {
  await tables(tx)
    .deleteFrom('stored_responses')
    .where('response_id', '=', id)
    .where('upstream_id', '=', upstream_id)
    .execute();
};

/** @returns whether it was not counted before. */
export async function countResponse(tx: Db, { id, upstream_id }: Named): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('stored_responses')
    .set({ is_counted: 1 })
    .where('id', '=', id)
    .where('upstream_id', '=', upstream_id)
    .where('is_counted', '=', 0)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** @returns how many were deleted, `limit` at most. */
export async function deleteExpired(tx: Db, nowMs: number, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from stored_responses where (id, upstream_id) in
      (select id, upstream_id from stored_responses where expires_at <= ${nowMs} limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}
