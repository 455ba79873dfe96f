import { batches } from '../base/batches.ts';
import { sql } from 'kysely';
import { SliceRows } from '../base/slices.ts';
import { membershipRows } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';

export function findEmbedding(
  db: Db,
  documentId: string,
): Promise<{ id: number; recipeId: number } | undefined> {
  return tables(db)
    .selectFrom('document_embeddings')
    .select(['id', 'recipe_id as recipeId'])
    .where('document_id', '=', documentId)
    .where('complete', '=', 1)
    .executeTakeFirst();
}

/** The complete pass of a document, if this model made it. */
export async function embeddingOfModel(
  db: Db,
  documentId: string,
  model: string,
): Promise<number | undefined> {
  const row = await tables(db)
    .selectFrom('document_embeddings as e')
    .innerJoin('embedding_recipes as r', 'r.id', 'e.recipe_id')
    .select('e.id')
    .where('e.document_id', '=', documentId)
    .where('e.complete', '=', 1)
    .where('r.model', '=', model)
    .executeTakeFirst();
  return row?.id;
}

/** @returns false where the pass was removed meanwhile. */
export async function changeRecipe(tx: Db, embeddingId: number, recipe: number): Promise<boolean> {
  const change = tables(tx).updateTable('document_embeddings').set({ recipe_id: recipe });
  const row = await change.where('id', '=', embeddingId).returning('id').executeTakeFirst();
  return row !== undefined;
}

/** Which of some documents have vectors. */
export async function embeddedAmong(db: Db, documentIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const batch of batches(documentIds)) {
    const rows = await tables(db)
      .selectFrom('document_embeddings')
      .select('document_id')
      .where('document_id', 'in', batch)
      .where('complete', '=', 1)
      .execute();
    for (const { document_id } of rows) found.add(document_id);
  }
  return found;
}

/** The passes of a collection that have vectors. */
const filledPasses = (db: Db, collectionId: number) =>
  tables(db)
    .selectFrom('document_embeddings as e')
    .innerJoin(membershipRows(db).as('m'), 'm.document_id', 'e.document_id')
    .select('e.id')
    .where('e.complete', '=', 1)
    .where('e.chunk_count', '>', 0)
    .where('m.collection_id', '=', collectionId);

export async function hasVectors(db: Db, collectionId: number): Promise<boolean> {
  return (await filledPasses(db, collectionId).limit(1).executeTakeFirst()) !== undefined;
}

/** The passes of one model that a search in a collection looks through, as the start of a query. */
// eslint-disable-next-line typescript/explicit-function-return-type
export function passesIn(db: Db, collectionId: number, model: string) {
  return tables(db)
    .selectFrom('document_embeddings as e')
    .innerJoin(membershipRows(db).as('m'), 'm.document_id', 'e.document_id')
    .innerJoin('embedding_recipes as r', 'r.id', 'e.recipe_id')
    .where('m.collection_id', '=', collectionId)
    .where('r.model', '=', model)
    .where('e.complete', '=', 1);
}

/** Other models than the one in force that have embedded documents of a collection; rarely any. */
export async function formerModels(db: Db, collectionId: number, model: string): Promise<string[]> {
  const rows = await tables(db)
    .selectFrom('embedding_recipes as r')
    .select('r.model')
    .distinct()
    .where('r.model', '<>', model)
    .where((eb) => eb.exists(filledPasses(db, collectionId).where('e.recipe_id', '=', sql<number>`r.id`)))
    .execute();
  return rows.map((row) => row.model);
}

interface Place {
  collection_id: number;
  document_id: string;
}

/** The number of vectors of each collection that has any. */
export async function countsByCollection(
  db: Db,
  collectionIds?: readonly number[],
): Promise<Map<number, number>> {
  if (collectionIds?.length === 0) return new Map();
  const first = collectionIds?.reduce((a, b) => Math.min(a, b)) ?? 0;
  const last = collectionIds?.reduce((a, b) => Math.max(a, b)) ?? Number.MAX_SAFE_INTEGER;
  const counts = new Map<number, number>();
  const size = new SliceRows();
  let after: Place | undefined = { collection_id: first, document_id: '' };
  while (after !== undefined) {
    const { collection_id: collection, document_id: document }: Place = after;
    after = await size.take(async (most): Promise<Place | undefined> => {
      const members = sql`select collection_id, document_id from collection_documents
        where (collection_id, document_id) > (${collection}, ${document}) and collection_id <= ${last}
        order by collection_id, document_id`;
      const { rows: found } = await sql<{ collection_id: number; chunks: number }>`
        select m.collection_id, sum(e.chunk_count) as chunks from (${members} limit ${most}) as m
        inner join document_embeddings as e on e.document_id = m.document_id and e.complete = 1
        group by m.collection_id`.execute(db);
      for (const { collection_id: id, chunks } of found) counts.set(id, (counts.get(id) ?? 0) + chunks);
      return (await sql<Place>`${members} limit 1 offset ${most - 1}`.execute(db)).rows[0];
    });
  }
  const wanted = collectionIds === undefined ? undefined : new Set(collectionIds);
  return wanted === undefined ? counts : new Map([...counts].filter(([id]) => wanted.has(id)));
}

const embeddedMembers = (db: Db) =>
  tables(db)
    .selectFrom('document_embeddings as e')
    .where('e.complete', '=', 1)
    .where('e.document_id', 'in', membershipRows(db).clearSelect().select('document_id'));

/** Documents in collections whose vectors have another recipe, in the order in which they were embedded. */
export function outdated(
  db: Db,
  { recipeId, after, limit }: { recipeId: number; after: number; limit: number },
): Promise<{ embeddingId: number; documentId: string }[]> {
  return embeddedMembers(db)
    .select(['e.id as embeddingId', 'e.document_id as documentId'])
    .where('e.recipe_id', '<>', recipeId)
    .where('e.id', '>', after)
    .orderBy('e.id')
    .limit(limit)
    .execute();
}

/** The number of embedded documents in collections, and of those among them that have this recipe. */
export async function countEmbedded(db: Db, recipeId: number): Promise<{ total: number; current: number }> {
  const row = await embeddedMembers(db)
    .select((eb) => [
      eb.fn.countAll<number>().as('total'),
      eb.fn
        .sum<number | string | null>(eb.case().when('e.recipe_id', '=', recipeId).then(1).else(0).end())
        .as('current'),
    ])
    .executeTakeFirst();
  return { total: row?.total ?? 0, current: Number(row?.current ?? 0) };
}
