import { sql } from 'kysely';
import type { Scope } from '../../access/index.ts';
import { batches } from '../../base/batches.ts';
import { claimRows, refuseLost, taking, type Db, type Held } from '../../storage/index.ts';

type Row = {
  document_id: string;
  collection_id: number;
  key_id: string | null;
  scope: Scope | null;
  /** 1: it is not tried again by itself. */
  failed: number;
  /** null: nothing is known to prevent it. */
  reason: string | null;
  /** With and without success of the model. */
  tries: number;
  /** Of the document itself: so many end it. */
  failures: number;
  next_at: number;
  holder: string;
  until_at: number;
  fence: number;
};

const TABLE = 'pending_documents';
const tables = (db: Db) => db.withTables<{ [TABLE]: Row }>();

export interface Place {
  documentId: string;
  collectionId: number;
}

/** The key that put a document into a collection; it must still hold the scope when the document is embedded. */
export interface Asker {
  keyId: string;
  scope: Scope;
}

export interface Claimed extends Place {
  held: Held;
  asker: Asker | undefined;
  tries: number;
  failures: number;
}

export interface Outstanding extends Place {
  isFailed: boolean;
  /** ms since 1970: so long a process or a request works on it; 0: none does. */
  heldUntil: number;
  reason: string | null;
}

interface Kept extends Place {
  /** Undefined: the server itself. */
  asker: Asker | undefined;
  /** null: nothing is known to prevent it. */
  reason: string | null;
  /** ms since 1970. */
  nextAt: number;
  /** The request that embeds it, until then. */
  held?: { holder: string; untilMs: number };
}

/** Keeps a document for later; one that is kept already begins anew, on the account of this asker. */
export async function keepPending(
  tx: Db,
  { documentId, collectionId, asker, reason, nextAt, held }: Kept,
): Promise<void> {
  const fresh = {
    key_id: asker?.keyId ?? null,
    scope: asker?.scope ?? null,
    failed: 0,
    reason,
    tries: 0,
    failures: 0,
    next_at: nextAt,
  };
  const lease = { holder: held?.holder ?? '', until_at: held?.untilMs ?? 0 };
  await tables(tx)
    .insertInto(TABLE)
    .values({ document_id: documentId, collection_id: collectionId, ...fresh, ...lease, fence: 0 })
    .onConflict((conflict) =>
      // One that is being embedded under a lease keeps it.
      conflict
        .columns(['document_id', 'collection_id'])
        .doUpdateSet(held === undefined ? fresh : { ...fresh, ...lease }),
    )
    .execute();
}

/** @param holder a request. @returns whether it held the document, which is not pending any more then. */
export async function letGo(tx: Db, place: Place, holder: string): Promise<boolean> {
  const rows = await tables(tx)
    .deleteFrom(TABLE)
    .where('document_id', '=', place.documentId)
    .where('collection_id', '=', place.collectionId)
    .where('holder', '=', holder)
    .returning('document_id')
    .execute();
  return rows.length > 0;
}

export async function renewHeld(
  tx: Db,
  documentIds: readonly string[],
  { holder, untilMs }: { holder: string; untilMs: number },
): Promise<void> {
  await tables(tx)
    .updateTable(TABLE)
    .set({ until_at: untilMs })
    .where('document_id', 'in', documentIds)
    .where('holder', '=', holder)
    .execute();
}

const isDue = (nowMs: number) => sql<boolean>`failed = 0 and next_at <= ${nowMs} and until_at <= ${nowMs}`;

export async function isAnyDue(db: Db, nowMs: number): Promise<boolean> {
  const row = await tables(db).selectFrom(TABLE).select('document_id').where(isDue(nowMs)).executeTakeFirst();
  return row !== undefined;
}

/** Takes the next one that is due; nobody else gets it before `untilMs`. */
export async function claimNext(
  tx: Db,
  { holder, nowMs, untilMs }: { holder: string; nowMs: number; untilMs: number },
): Promise<Claimed | undefined> {
  const [row] = await claimRows<Row>(tx, {
    table: TABLE,
    key: ['document_id', 'collection_id'],
    where: isDue(nowMs),
    order: sql`next_at, document_id, collection_id`,
    limit: 1,
    change: sql`update pending_documents set tries = tries + 1, ${taking({ holder, untilMs })}`,
  });
  if (row === undefined) return undefined;
  const { document_id, collection_id, key_id, scope, tries, failures, fence } = row;
  return {
    documentId: document_id,
    collectionId: collection_id,
    asker: key_id === null || scope === null ? undefined : { keyId: key_id, scope },
    held: { table: TABLE, key: { document_id, collection_id }, holder, fence },
    tries,
    failures,
  };
}

const at = (tx: Db, { documentId, collectionId }: Place) =>
  tables(tx)
    .updateTable(TABLE)
    .where('document_id', '=', documentId)
    .where('collection_id', '=', collectionId);

interface PutOff {
  nextAt: number;
  reason: string | null;
  isFailed?: boolean;
  /** Whether it counts against the document. */
  isItsOwn?: boolean;
}

/** Ends the lease as well. @throws LeaseLostError if another process has taken it, or it is not wanted any more. */
export async function putOff(
  tx: Db,
  claimed: Claimed,
  { nextAt, reason, isFailed = false, isItsOwn = false }: PutOff,
): Promise<void> {
  await refuseLost(tx, claimed.held);
  const failures = claimed.failures + (isItsOwn ? 1 : 0);
  const change = { next_at: nextAt, reason, failed: isFailed ? 1 : 0, failures, until_at: 0 };
  await at(tx, claimed).set(change).execute();
}

/** The others of a key, for which the same holds. */
export async function putOffKey(
  tx: Db,
  keyId: string,
  { nextAt, reason }: Pick<PutOff, 'nextAt' | 'reason'>,
): Promise<void> {
  await tables(tx)
    .updateTable(TABLE)
    .set({ next_at: nextAt, reason })
    .where('key_id', '=', keyId)
    .where('failed', '=', 0)
    .where('next_at', '<', nextAt)
    .execute();
}

/** Failed ones of a document that has another text now. */
export async function tryAgain(tx: Db, documentId: string, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable(TABLE)
    .set({ failed: 0, reason: null, tries: 0, failures: 0, next_at: nowMs })
    .where('document_id', '=', documentId)
    .where('failed', '=', 1)
    .execute();
}

export async function forgetPending(tx: Db, { documentId, collectionId }: Place): Promise<void> {
  await tables(tx)
    .deleteFrom(TABLE)
    .where('document_id', '=', documentId)
    .where('collection_id', '=', collectionId)
    .execute();
}

/** Of documents that leave a collection, or that are removed: from all. */
export async function forgetDocuments(
  tx: Db,
  documentIds: readonly string[],
  collectionId?: number,
): Promise<void> {
  for (const batch of batches(documentIds)) {
    const all = tables(tx).deleteFrom(TABLE).where('document_id', 'in', batch);
    await (collectionId === undefined ? all : all.where('collection_id', '=', collectionId)).execute();
  }
}

export async function forgetCollection(tx: Db, collectionId: number): Promise<void> {
  await tables(tx).deleteFrom(TABLE).where('collection_id', '=', collectionId).execute();
}

/** Documents in any collection, a collection with all its documents, or all. */
export type Wanted = { documentIds: readonly string[] } | { collectionId: number } | 'all';

export async function outstanding(db: Db, wanted: Wanted): Promise<Outstanding[]> {
  const all = tables(db)
    .selectFrom(TABLE)
    .select(['document_id', 'collection_id', 'failed', 'reason', 'until_at'])
    .orderBy('collection_id')
    .orderBy('document_id');
  const queries =
    wanted === 'all'
      ? [all]
      : 'collectionId' in wanted
        ? [all.where('collection_id', '=', wanted.collectionId)]
        : [...batches(wanted.documentIds)].map((batch) => all.where('document_id', 'in', batch));
  const found: Outstanding[] = [];
  for (const query of queries)
    for (const { document_id, collection_id, failed, reason, until_at } of await query.execute())
      found.push({
        documentId: document_id,
        collectionId: collection_id,
        isFailed: failed === 1,
        heldUntil: until_at,
        reason,
      });
  return found;
}

/** Documents that no key pays for, imported ones; those with a known obstacle, and one such obstacle. */
export async function countImported(
  db: Db,
): Promise<{ left: number; failing: number; error: string | null }> {
  const row = await tables(db)
    .selectFrom(TABLE)
    .select((eb) => [
      eb.fn.countAll<number>().as('left'),
      eb.fn.count<number>('reason').as('failing'),
      eb.fn.max('reason').as('error'),
    ])
    .where('key_id', 'is', null)
    .executeTakeFirst();
  return { left: row?.left ?? 0, failing: row?.failing ?? 0, error: row?.error ?? null };
}
