import type { Db } from '../storage/index.ts';
import type { Document, Place } from './document.ts';
import { documentFromRow, rowFromDocument, tables } from './rows.ts';
import { insertText } from './text-store.ts';
import { isEmbedded, isFree, isVisible } from './visibility.ts';
import type { Viewer } from './visibility.ts';

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

export interface DocumentPage {
  folder?: string;
  offset?: number;
  /** undefined: all. */
  limit?: number | undefined;
}

/** By folder and name. */
export async function listDocuments(
  db: Db,
  viewer: Viewer,
  { folder, offset = 0, limit }: DocumentPage = {},
): Promise<Document[]> {
  let query = visible(db, viewer).selectAll('documents').orderBy('folder').orderBy('name');
  if (folder !== undefined) query = query.where('folder', '=', folder);
  // SQLite takes an offset only after a limit.
  if (limit !== undefined || offset > 0) query = query.limit(limit ?? EVERYTHING).offset(offset);
  return (await query.execute()).map(documentFromRow);
}

const EVERYTHING = Number.MAX_SAFE_INTEGER;

export async function countDocuments(db: Db, viewer: Viewer, folder: string): Promise<number> {
  const row = await visible(db, viewer)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('folder', '=', folder)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** Until the transaction ends nobody takes it away. @returns whether it is there. */
export async function lockDocument(tx: Db, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('documents')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** The ids of those that the viewer sees and may take away. Locked until the transaction ends. */
export async function lockRemovable(
  tx: Db,
  viewer: Viewer,
  wanted: { folder: string } | { places: readonly Place[] },
): Promise<string[]> {
  const lock = (condition: { folder: string; names?: readonly string[] }) => {
    let query = tables(tx)
      .updateTable('documents')
      .set((eb) => ({ id: eb.ref('id') }))
      .where((eb) => eb.and([isVisible(eb, viewer), isFree(eb, viewer)]))
      .where('folder', '=', condition.folder);
    if (condition.names !== undefined) query = query.where('name', 'in', condition.names);
    return query.returning('id').execute();
  };
  if ('folder' in wanted) return (await lock(wanted)).map(({ id }) => id);
  const ids: string[] = [];
  for (const [folder, places] of Map.groupBy(wanted.places, ({ folder }) => folder)) {
    for (const names of batches(places.map(({ name }) => name)))
      ids.push(...(await lock({ folder, names })).map(({ id }) => id));
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
