import { sql } from 'kysely';
import { SliceRows } from '../base/slices.ts';
import { membershipRows } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { embeddingFromRow, type Embedding } from './chunk-store.ts';
import { batches, tables } from './rows.ts';

export async function findEmbedding(db: Db, documentId: string): Promise<Embedding | undefined> {
  const row = await tables(db)
    .selectFrom('document_embeddings')
    .selectAll()
    .where('document_id', '=', documentId)
    .where('complete', '=', 1)
    .executeTakeFirst();
  return row === undefined ? undefined : embeddingFromRow(row);
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

export async function hasVectors(db: Db, collectionId: number): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('document_embeddings as e')
    .innerJoin(membershipRows(db).as('m'), 'm.document_id', 'e.document_id')
    .select('e.id')
    .where('e.complete', '=', 1)
    .where('e.chunk_count', '>', 0)
    .where('m.collection_id', '=', collectionId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** What a search in a collection looks through: its documents' vectors of one model. A query for others to go on with. */
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

export async function embeddingsIn(
  db: Db,
  collectionId: number,
  model: string,
): Promise<{ id: number; chunkCount: number }[]> {
  const rows = await passesIn(db, collectionId, model).select(['e.id', 'e.chunk_count']).execute();
  return rows.map(({ id, chunk_count }) => ({ id, chunkCount: chunk_count }));
}

/** Other models than the one in force by which documents of a collection are embedded; hardly ever any. */
export async function formerModels(db: Db, collectionId: number, model: string): Promise<string[]> {
  const rows = await tables(db)
    .selectFrom('embedding_recipes as r')
    .select('r.model')
    .distinct()
    .where('r.model', '<>', model)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('document_embeddings as e')
          .innerJoin(membershipRows(db).as('m'), 'm.document_id', 'e.document_id')
          .select('e.id')
          .whereRef('e.recipe_id', '=', 'r.id')
          .where('e.complete', '=', 1)
          .where('e.chunk_count', '>', 0)
          .where('m.collection_id', '=', collectionId),
      ),
    )
    .execute();
  return rows.map((row) => row.model);
}

interface Place {
  collection_id: number;
  document_id: string;
}

/** How many vectors each collection has; those without any are left out. */
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

/** Documents in collections whose vectors are of another recipe, in the order in which they were embedded. */
export async function outdated(
  db: Db,
  { recipeId, after, limit }: { recipeId: number; after: number; limit: number },
): Promise<{ embeddingId: number; documentId: string }[]> {
  const rows = await embeddedMembers(db)
    .select(['e.id', 'e.document_id'])
    .where('e.recipe_id', '<>', recipeId)
    .where('e.id', '>', after)
    .orderBy('e.id')
    .limit(limit)
    .execute();
  return rows.map(({ id, document_id }) => ({ embeddingId: id, documentId: document_id }));
}

/** How many embedded documents there are in collections, and how many of them by this recipe. */
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
