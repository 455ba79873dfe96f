import { allRows, unchanged, type Db } from '../storage/index.ts';
import { tables } from './rows.ts';
import { visibleIds } from './document-store.ts';
import type { Viewer } from './visibility.ts';

export interface NewFolder {
  name: string;
  createdBy: string;
  nowMs: number;
}

const insert = (tx: Db, { name, createdBy, nowMs }: NewFolder) =>
  tables(tx).insertInto('document_folders').values({ name, created_by: createdBy, created_at: nowMs });

/** @returns false where there is one of this name. */
export async function insertFolder(tx: Db, folder: NewFolder): Promise<boolean> {
  const inserted = insert(tx, folder).onConflict((conflict) => conflict.doNothing());
  return (await inserted.executeTakeFirst()).numInsertedOrUpdatedRows === 1n;
}

/** Makes the folder unless it is there. Either way it stays until the transaction ends. */
export async function keepFolder(tx: Db, folder: NewFolder): Promise<void> {
  // The update changes nothing, but locks the row: a removal of the folder waits, and then finds something in it.
  await insert(tx, folder)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((eb) => ({ created_at: eb.ref('document_folders.created_at') })),
    )
    .execute();
}

/** Makes it a folder of this key. */
export async function noteMaker(tx: Db, folder: string, keyId: string): Promise<void> {
  await tables(tx)
    .insertInto('document_folder_makers')
    .values({ folder, key_id: keyId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Names of all folders, in order. */
export async function listFolders(db: Db): Promise<string[]> {
  const rows = await allRows((after: { name: string } | undefined, limit) => {
    const all = tables(db).selectFrom('document_folders').select('name').orderBy('name').limit(limit);
    return (after === undefined ? all : all.where('name', '>', after.name)).execute();
  });
  return rows.map(({ name }) => name);
}

const madeBy = (db: Db, keyId: string) =>
  tables(db).selectFrom('document_folder_makers').select('folder').where('key_id', '=', keyId);

/** The names of the folders that a key asked for, in order. */
export async function foldersMadeBy(db: Db, keyId: string): Promise<string[]> {
  return (await madeBy(db, keyId).orderBy('folder').execute()).map(({ folder }) => folder);
}

/**
 * A bound viewer sees the folders that it made and those in which it sees something. Not those of its owner's other keys:
 * they may be bound to other workspaces.
 */
export async function hasFolder(db: Db, viewer: Viewer, name: string): Promise<boolean> {
  const rows =
    viewer === 'all'
      ? tables(db).selectFrom('document_folders').select('name').where('name', '=', name)
      : madeBy(db, viewer.keyId).where('folder', '=', name);
  if ((await rows.executeTakeFirst()) !== undefined) return true;
  if (viewer === 'all') return false;
  for await (const ids of visibleIds(db, viewer, name)) if (ids.length > 0) return true;
  return false;
}

/** Keeps the folder from being removed, and others from adding to it, until the transaction ends. */
export async function lockFolder(tx: Db, name: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('document_folders')
    .set(unchanged('created_by'))
    .where('name', '=', name)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Removes an empty folder. A bound viewer gives up its own; the folder is removed when no other key made it too.
 * @returns whether it was removed for all.
 */
export async function deleteFolder(tx: Db, name: string, viewer: Viewer): Promise<boolean> {
  let query = tables(tx)
    .deleteFrom('document_folders')
    .where('name', '=', name)
    .where('name', 'not in', (eb) =>
      eb.selectFrom('documents').select('folder').where('folder', '=', name).limit(1),
    );
  if (viewer !== 'all') {
    const makers = tables(tx).deleteFrom('document_folder_makers').where('folder', '=', name);
    const { numDeletedRows } = await makers.where('key_id', '=', viewer.keyId).executeTakeFirst();
    if (numDeletedRows === 0n) return false;
    query = query.where('name', 'not in', (eb) =>
      eb.selectFrom('document_folder_makers').select('folder').where('folder', '=', name),
    );
  }
  return (await query.executeTakeFirst()).numDeletedRows === 1n;
}
