import { sql } from 'kysely';
import { dialectOf, type Db } from '../../storage/index.ts';
import { tables, type BatchRow } from './tables.ts';

export const TABLE = 'batches';

export const insertBatch = async (tx: Db, row: BatchRow): Promise<void> => {
  await tables(tx).insertInto(TABLE).values(row).execute();
};

export const findBatch = (db: Db, id: string): Promise<BatchRow | undefined> =>
  tables(db).selectFrom(TABLE).selectAll().where('id', '=', id).executeTakeFirst();

/** Until the transaction ends nobody else changes it. */
export const lockBatch = (tx: Db, id: string): Promise<BatchRow | undefined> => {
  const query = tables(tx).selectFrom(TABLE).selectAll().where('id', '=', id);
  return (dialectOf(tx) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
};

export const findByIdempotencyKey = (db: Db, ownerId: string, key: string): Promise<BatchRow | undefined> =>
  tables(db)
    .selectFrom(TABLE)
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();

export const updateBatch = async (tx: Db, id: string, change: Partial<BatchRow>): Promise<void> => {
  await tables(tx).updateTable(TABLE).set(change).where('id', '=', id).execute();
};

interface BatchPage {
  ownerId: string;
  after: Pick<BatchRow, 'created_at' | 'id'> | undefined;
  limit: number;
}

/** Newest first. */
export function pageOfBatches(db: Db, { ownerId, after, limit }: BatchPage): Promise<BatchRow[]> {
  let query = tables(db).selectFrom(TABLE).selectAll().where('owner_id', '=', ownerId);
  if (after !== undefined)
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.created_at, after.id)),
    );
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}

/** Those that are not over, the oldest first. */
export const openBatches = (db: Db, limit: number): Promise<BatchRow[]> =>
  tables(db)
    .selectFrom(TABLE)
    .selectAll()
    .where('finished_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute();

/** Counts no further than `max`. */
export async function countOpen(db: Db, ownerId: string, max: number): Promise<number> {
  const rows = await tables(db)
    .selectFrom(TABLE)
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('finished_at', 'is', null)
    .limit(max)
    .execute();
  return rows.length;
}

/** A batch that is not over and reads the file. */
export const readerOf = async (db: Db, fileId: string): Promise<string | undefined> =>
  (
    await tables(db)
      .selectFrom(TABLE)
      .select('id')
      .where('input_file_id', '=', fileId)
      .where('finished_at', 'is', null)
      .limit(1)
      .executeTakeFirst()
  )?.id;

/** @returns their ids */
export async function finishedBefore(db: Db, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await tables(db)
    .selectFrom(TABLE)
    .select('id')
    .where('finished_at', '<', beforeMs)
    .orderBy('finished_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** With its lines and results. */
export async function deleteBatch(tx: Db, id: string): Promise<void> {
  await tables(tx).deleteFrom('batch_files').where('batch_id', '=', id).execute();
  await tables(tx).deleteFrom(TABLE).where('id', '=', id).execute();
}

/** Of files and batches. */
export async function ownersOfAll(db: Db): Promise<string[]> {
  const { rows } = await sql<{ owner_id: string }>`
    select owner_id from batch_files union select owner_id from batches`.execute(db);
  return rows.map(({ owner_id: id }) => id);
}

/** @returns ids of at most `limit` of each */
export async function thingsOf(
  db: Db,
  ownerId: string,
  limit: number,
): Promise<{ files: string[]; batches: string[] }> {
  const idsIn = async (table: 'batch_files' | 'batches') =>
    (
      await tables(db).selectFrom(table).select('id').where('owner_id', '=', ownerId).limit(limit).execute()
    ).map(({ id }) => id);
  return { files: await idsIn('batch_files'), batches: await idsIn('batches') };
}
