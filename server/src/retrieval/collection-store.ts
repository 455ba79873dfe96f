import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';

/** Grows with every change of a collection's content; 0: it never had any. */
export async function revisionOf(db: Db, collectionId: number): Promise<number> {
  const row = await tables(db)
    .selectFrom('retrieval_collections')
    .select('revision')
    .where('id', '=', collectionId)
    .executeTakeFirst();
  return row?.revision ?? 0;
}

/** Raises the revision; other changes of the collection wait until the transaction ends. @returns false for a removed one. */
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

/** In the order of their ids: so two transactions that touch the same ones cannot deadlock. */
export async function touchCollections(tx: Db, collectionIds: Iterable<number>): Promise<void> {
  for (const id of [...new Set(collectionIds)].sort((a, b) => a - b)) await touchCollection(tx, id);
}

/** Nothing can be added to it after that. */
export async function markRemoved(tx: Db, collectionId: number): Promise<void> {
  await touchCollection(tx, collectionId);
  await tables(tx)
    .updateTable('retrieval_collections')
    .set({ removed: 1 })
    .where('id', '=', collectionId)
    .execute();
}
