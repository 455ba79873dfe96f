import { batches } from '../base/batches.ts';
import { sql } from 'kysely';
import { unchanged, type Db } from '../storage/index.ts';
import { locationOf, type Document, type NewDocument, type Place } from './document.ts';
import { documentFromRow, sourceRow, tables } from './rows.ts';
import { deleteText, insertText } from './text-store.ts';
import { isEmbedded, isFree, isVisible, type Viewer } from './visibility.ts';

/** @returns undefined where its place is taken. */
export async function insertDocument(
  tx: Db,
  { folder, name, metadata, text, sourceDigest, source, createdBy }: NewDocument,
  nowMs: number,
): Promise<Document | undefined> {
  const { id, token_count_estimate: tokenCount } = metadata;
  const { numInsertedOrUpdatedRows } = await tables(tx)
    .insertInto('documents')
    .values({
      id,
      folder,
      name,
      metadata: JSON.stringify(metadata),
      token_count: tokenCount,
      source_digest: sourceDigest ?? null,
      ...sourceRow(source),
      revision: 0,
      created_by: createdBy,
      created_at: nowMs,
      updated_at: nowMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return undefined;
  await insertText(tx, id, text);
  const place = { folder, name, location: locationOf({ folder, name }) };
  return { id, ...place, metadata, tokenCount, revision: 0, ...(source && { source }) };
}

const visible = (db: Db, viewer: Viewer) =>
  tables(db)
    .selectFrom('documents')
    .where((eb) => isVisible(eb, viewer));

/** @param place without a folder: the first one of this name, in the order of the folders. */
export async function findDocument(
  db: Db,
  { folder, name }: { folder?: string; name: string },
  viewer: Viewer = 'all',
): Promise<Document | undefined> {
  const named = visible(db, viewer).selectAll('documents').where('name', '=', name).orderBy('folder');
  const row = await (folder === undefined ? named : named.where('folder', '=', folder)).executeTakeFirst();
  return row && documentFromRow(row);
}

/** The locations of those among some places at which a viewer sees a document. */
export async function locationsAt(db: Db, places: readonly Place[], viewer: Viewer): Promise<string[]> {
  const found: string[] = [];
  for (const [folder, inFolder] of Map.groupBy(places, (place) => place.folder)) {
    const names = inFolder.map(({ name }) => name);
    const rows = visible(db, viewer).select('name').where('folder', '=', folder).where('name', 'in', names);
    for (const { name } of await rows.execute()) found.push(locationOf({ folder, name }));
  }
  return found;
}

/** In a folder, without a named source, from the same bytes: the oldest. */
export async function findByDigest(
  db: Db,
  { folder, sourceDigest }: { folder: string; sourceDigest: string },
  viewer: Viewer,
): Promise<Document | undefined> {
  const row = await visible(db, viewer)
    .selectAll('documents')
    .where('folder', '=', folder)
    .where('source_digest', '=', sourceDigest)
    .where('source_key', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row && documentFromRow(row);
}

export async function findByIds(db: Db, ids: readonly string[]): Promise<Document[]> {
  const found: Document[] = [];
  for (const batch of batches(ids)) {
    const rows = await tables(db).selectFrom('documents').selectAll().where('id', 'in', batch).execute();
    found.push(...rows.map(documentFromRow));
  }
  return found;
}

/** Places that one statement looks at: whether a viewer sees a document takes some microseconds. */
const WINDOW_ROWS = 1_000;

/** The ids of the documents that a viewer sees, by folder and name, window by window: no statement looks through all of them. */
export async function* visibleIds(db: Db, viewer: Viewer, folder?: string): AsyncGenerator<string[]> {
  const all = (query: ReturnType<typeof visible>) =>
    folder === undefined ? query : query.where('folder', '=', folder);
  const [columns, placeOf] =
    folder === undefined
      ? [sql`(folder, name)`, (place: Place) => sql`(${place.folder}, ${place.name})`]
      : [sql`name`, (place: Place) => sql`${place.name}`];
  let begun = ALL;
  for (;;) {
    const place = await all(tables(db).selectFrom('documents').where(begun))
      .select(['folder', 'name'])
      .orderBy('folder')
      .orderBy('name')
      .limit(1)
      .offset(WINDOW_ROWS - 1)
      .executeTakeFirst();
    const within = place === undefined ? ALL : sql<boolean>`${columns} <= ${placeOf(place)}`;
    const found = all(visible(db, viewer).where(begun).where(within)).select('id');
    yield (await found.orderBy('folder').orderBy('name').execute()).map(({ id }) => id);
    if (place === undefined) return;
    begun = sql<boolean>`${columns} > ${placeOf(place)}`;
  }
}

const ALL = sql<boolean>`(1 = 1)`;

/** How many documents the viewer sees in each folder; folders in which it sees none are left out. */
export const countByFolder = (db: Db, viewer: Viewer): Promise<{ folder: string; count: number }[]> =>
  visible(db, viewer)
    .select(['folder', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('folder')
    .execute();

const lock = (tx: Db) => tables(tx).updateTable('documents').set(unchanged('created_by'));

/** Keeps it from being removed or replaced until the transaction ends. @returns its revision; undefined: it is gone. */
export async function lockDocument(tx: Db, id: string): Promise<number | undefined> {
  return (await lock(tx).where('id', '=', id).returning('revision').executeTakeFirst())?.revision;
}

/** The ids of those that the viewer sees and may remove. Locked until the transaction ends. */
export async function lockRemovable(
  tx: Db,
  viewer: Viewer,
  wanted: { ids: readonly string[] } | { places: readonly Place[] },
): Promise<string[]> {
  const all = lock(tx)
    .where((eb) => eb.and([isVisible(eb, viewer), isFree(eb, viewer)]))
    .returning('id');
  const queries =
    'ids' in wanted
      ? [...batches(wanted.ids)].map((ids) => all.where('id', 'in', ids))
      : [...Map.groupBy(wanted.places, ({ folder }) => folder)].flatMap(([folder, places]) =>
          [...batches(places.map(({ name }) => name))].map((names) =>
            all.where('folder', '=', folder).where('name', 'in', names),
          ),
        );
  const ids: string[] = [];
  for (const query of queries) ids.push(...(await query.execute()).map(({ id }) => id));
  return ids;
}

/** With their texts and their places in collections. Other modules have removed already what they keep of them. */
export async function deleteDocuments(tx: Db, ids: readonly string[]): Promise<void> {
  for (const batch of batches(ids)) {
    await tables(tx).deleteFrom('collection_documents').where('document_id', 'in', batch).execute();
    await deleteText(tx, batch);
    await tables(tx).deleteFrom('documents').where('id', 'in', batch).execute();
  }
}

/** @returns `embedded` for one that stays where it is because it is in a collection. */
export async function moveDocument(
  tx: Db,
  { from, to, viewer, nowMs }: { from: Place; to: Place; viewer: Viewer; nowMs: number },
): Promise<'moved' | 'embedded' | 'failed'> {
  const known = await visible(tx, viewer)
    .select((eb) => ['documents.id', eb.or([isEmbedded(eb)]).as('embedded')])
    .where('folder', '=', from.folder)
    .where('name', '=', from.name)
    .executeTakeFirst();
  if (known === undefined) return 'failed';
  if (known.embedded) return 'embedded';
  // A statement that fails would fail the whole transaction: a document in the way is looked for first.
  const moved = await tables(tx)
    .updateTable('documents')
    .set({ ...to, updated_at: nowMs })
    .where('id', '=', known.id)
    .where((eb) => {
      const others = eb.selectFrom('documents as other').select('other.id').where('other.id', '<>', known.id);
      return eb.not(
        eb.exists(others.where('other.folder', '=', to.folder).where('other.name', '=', to.name)),
      );
    })
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n ? 'moved' : 'failed';
}
