import { sql } from 'kysely';
import { unchanged, type Db } from '../storage/index.ts';
import type { Document, Place } from './document.ts';
import { documentFromRow, rowFromDocument, tables } from './rows.ts';
import { insertText } from './text-store.ts';
import { isEmbedded, isFree, isVisible, type Viewer } from './visibility.ts';

/** Ids in one statement: dialects limit their number. */
const BATCH = 500;

/** @returns false where its place is taken. */
export async function insertDocument(tx: Db, document: Document, text: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tables(tx)
    .insertInto('documents')
    .values(rowFromDocument(document))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await insertText(tx, document.id, text);
  return true;
}

const visible = (db: Db, viewer: Viewer) =>
  tables(db)
    .selectFrom('documents')
    .where((eb) => isVisible(eb, viewer));

export async function findByPlace(
  db: Db,
  { folder, name }: Place,
  viewer: Viewer = 'all',
): Promise<Document | undefined> {
  const row = await visible(db, viewer)
    .selectAll('documents')
    .where('folder', '=', folder)
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? undefined : documentFromRow(row);
}

/** In whatever folder; the same one each time where several have it. */
export async function findByName(db: Db, name: string, viewer: Viewer): Promise<Document | undefined> {
  const row = await visible(db, viewer)
    .selectAll('documents')
    .where('name', '=', name)
    .orderBy('folder')
    .executeTakeFirst();
  return row === undefined ? undefined : documentFromRow(row);
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

/** Until the transaction ends nobody takes it away. @returns whether it is there. */
export async function lockDocument(tx: Db, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('documents')
    .set(unchanged('created_by'))
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** The ids of those that the viewer sees and may take away. Locked until the transaction ends. */
export async function lockRemovable(
  tx: Db,
  viewer: Viewer,
  wanted: { ids: readonly string[] } | { places: readonly Place[] },
): Promise<string[]> {
  const all = tables(tx)
    .updateTable('documents')
    .set(unchanged('created_by'))
    .where((eb) => eb.and([isVisible(eb, viewer), isFree(eb, viewer)]))
    .returning('id');
  const ids: string[] = [];
  const lock = async (some: typeof all): Promise<void> =>
    void ids.push(...(await some.execute()).map(({ id }) => id));
  if ('ids' in wanted) {
    for (const some of batches(wanted.ids)) await lock(all.where('id', 'in', some));
    return ids;
  }
  for (const [folder, places] of Map.groupBy(wanted.places, ({ folder }) => folder)) {
    for (const names of batches(places.map(({ name }) => name)))
      await lock(all.where('folder', '=', folder).where('name', 'in', names));
  }
  return ids;
}

/** With their texts and their places in collections. What other modules keep of them is gone already. */
export async function deleteDocuments(tx: Db, ids: readonly string[]): Promise<void> {
  for (const batch of batches(ids)) {
    await tables(tx).deleteFrom('collection_documents').where('document_id', 'in', batch).execute();
    await tables(tx).deleteFrom('document_text_pieces').where('document_id', 'in', batch).execute();
    await tables(tx).deleteFrom('documents').where('id', 'in', batch).execute();
  }
}

/** @returns what became of it: `embedded` ones stay where they are. */
export async function moveDocument(
  tx: Db,
  { from, to, viewer, nowMs }: { from: Place; to: Place; viewer: Viewer; nowMs: number },
): Promise<'moved' | 'embedded' | 'failed'> {
  const known = await tables(tx)
    .selectFrom('documents')
    .select((eb) => ['documents.id', eb.or([isEmbedded(eb)]).as('embedded')])
    .where((eb) => isVisible(eb, viewer))
    .where('folder', '=', from.folder)
    .where('name', '=', from.name)
    .executeTakeFirst();
  if (known === undefined) return 'failed';
  if (known.embedded) return 'embedded';
  // A statement that fails would fail the whole transaction: what stands in the way is looked for first.
  const free = await tables(tx)
    .updateTable('documents')
    .set({ ...to, updated_at: nowMs })
    .where('id', '=', known.id)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('documents as other')
            .select('other.id')
            .where('other.folder', '=', to.folder)
            .where('other.name', '=', to.name)
            .whereRef('other.id', '<>', 'documents.id'),
        ),
      ),
    )
    .executeTakeFirst();
  return free.numUpdatedRows === 1n ? 'moved' : 'failed';
}

export function* batches<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
