import { sql } from 'kysely';
import { claimRows, refuseLost, taking, type Db, type Held } from '../storage/index.ts';

type Row = {
  document_id: string;
  collection_id: number;
  attempts: number;
  next_at: number;
  error: string | null;
  holder: string;
  until_at: number;
  fence: number;
};
const tables = (db: Db) => db.withTables<{ moved_embeddings: Row }>();

/** A document of a workspace that needs vectors. */
export interface WantedKey {
  documentId: string;
  collectionId: number;
}

export interface Wanted extends WantedKey {
  held: Held;
  /** Begun attempts, with this one. */
  attempts: number;
}

export async function askForEmbedding(
  tx: Db,
  { documentId, collectionId, nowMs }: WantedKey & { nowMs: number },
): Promise<void> {
  await tables(tx)
    .insertInto('moved_embeddings')
    .values({
      document_id: documentId,
      collection_id: collectionId,
      attempts: 0,
      next_at: nowMs,
      error: null,
      holder: '',
      until_at: 0,
      fence: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const TABLE = 'moved_embeddings';

/** Takes the next one that is due; nobody else gets it before `untilMs`. */
export async function claimNext(
  tx: Db,
  { holder, nowMs, untilMs }: { holder: string; nowMs: number; untilMs: number },
): Promise<Wanted | undefined> {
  const [row] = await claimRows<Row>(tx, {
    table: TABLE,
    key: ['document_id', 'collection_id'],
    where: sql<boolean>`next_at <= ${nowMs} and until_at <= ${nowMs}`,
    order: sql`next_at, document_id, collection_id`,
    limit: 1,
    change: sql`update moved_embeddings set attempts = attempts + 1, ${taking({ holder, untilMs })}`,
  });
  if (row === undefined) return undefined;
  const { document_id, collection_id, attempts, fence } = row;
  const held = { table: TABLE, key: { document_id, collection_id }, holder, fence };
  return { documentId: document_id, collectionId: collection_id, attempts, held };
}

/** @throws LeaseLostError if another node has taken it. */
export async function forgetWanted(tx: Db, { documentId, collectionId, held }: Wanted): Promise<void> {
  await refuseLost(tx, held);
  await tables(tx)
    .deleteFrom('moved_embeddings')
    .where('document_id', '=', documentId)
    .where('collection_id', '=', collectionId)
    .execute();
}

export async function putOff(
  tx: Db,
  { documentId, collectionId, held }: Wanted,
  { nextAt, error }: { nextAt: number; error: string },
): Promise<void> {
  await refuseLost(tx, held);
  await tables(tx)
    .updateTable('moved_embeddings')
    .set({ next_at: nextAt, error, until_at: 0 })
    .where('document_id', '=', documentId)
    .where('collection_id', '=', collectionId)
    .execute();
}

/** The remaining documents, and the error of those that failed. */
export async function countWanted(db: Db): Promise<{ left: number; failing: number; error: string | null }> {
  const row = await tables(db)
    .selectFrom('moved_embeddings')
    .select((eb) => [
      eb.fn.countAll<number>().as('left'),
      eb.fn.count<number>('error').as('failing'),
      eb.fn.max('error').as('error'),
    ])
    .executeTakeFirst();
  return { left: row?.left ?? 0, failing: row?.failing ?? 0, error: row?.error ?? null };
}
