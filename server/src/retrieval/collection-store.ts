import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';

/** Grows with every change of what is found in a collection; 0: nothing was ever put into it. */
export async function revisionOf(db: Db, collectionId: number): Promise<number> {
  const row = await tables(db)
    .selectFrom('retrieval_collections')
    .select('revision')
    .where('id', '=', collectionId)
    .executeTakeFirst();
  return row?.revision ?? 0;
}

/**
 * Says that what is found there changes with this transaction; other changes of the collection wait until it ends.
 * @returns false where the collection was removed.
 */
export async function touchCollection(tx: Db, collectionId: number): Promise<boolean> {
  const row = await tables(tx)
    .insertInto('retrieval_collections')
    .values({ id: collectionId, revision: 1, removed: 0 })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({ revision: eb('retrieval_collections.revision', '+', 1) })),
    )
    .returning('removed')
    .executeTakeFirst();
  return row?.removed === 0;
}

/** One after the other in the order of their ids: two that touch the same ones do not block each other for ever. */
export async function touchCollections(tx: Db, collectionIds: Iterable<number>): Promise<void> {
  for (const id of [...new Set(collectionIds)].sort((a, b) => a - b)) await touchCollection(tx, id);
}

/** Nothing can be put into it from now on. */
export async function markRemoved(tx: Db, collectionId: number): Promise<void> {
  await touchCollection(tx, collectionId);
  await tables(tx)
    .updateTable('retrieval_collections')
    .set({ removed: 1 })
    .where('id', '=', collectionId)
    .execute();
}
