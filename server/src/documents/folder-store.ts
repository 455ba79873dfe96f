import { allRows, unchanged, type Db } from '../storage/index.ts';
import { tables } from './rows.ts';
import { visibleIds } from './document-store.ts';
import type { Viewer } from './visibility.ts';

export interface NewFolder {
  name: string;
  createdBy: string;
  nowMs: number;
}

/** @returns false where there is one of this name. */
export async function insertFolder(tx: Db, { name, createdBy, nowMs }: NewFolder): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tables(tx)
    .insertInto('document_folders')
    .values({ name, created_by: createdBy, created_at: nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Makes it where there is none. Either way it stays until the transaction ends. */
export async function keepFolder(tx: Db, { name, createdBy, nowMs }: NewFolder): Promise<void> {
  await tables(tx)
    .insertInto('document_folders')
    .values({ name, created_by: createdBy, created_at: nowMs })
    // Changes nothing, but locks the row: who removes the folder waits, and then finds something in it.
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((eb) => ({ created_at: eb.ref('document_folders.created_at') })),
    )
    .execute();
}

/** From now on it is a folder of this key. */
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

/** The names of those that a key asked for, in order. */
export async function foldersMadeBy(db: Db, keyId: string): Promise<string[]> {
  const rows = await tables(db)
    .selectFrom('document_folder_makers')
    .select('folder')
    .where('key_id', '=', keyId)
    .orderBy('folder')
    .execute();
  return rows.map(({ folder }) => folder);
}

/**
 * A bound viewer sees the folders that it made and those in which it sees something. Not those of its owner's other keys:
 * they may be bound to other workspaces.
 */
export async function hasFolder(db: Db, viewer: Viewer, name: string): Promise<boolean> {
  if (viewer !== 'all') return (await isMaker(db, name, viewer.keyId)) || seesSome(db, viewer, name);
  const all = tables(db).selectFrom('document_folders').select('name');
  return (await all.where('name', '=', name).executeTakeFirst()) !== undefined;
}

export async function isMaker(db: Db, folder: string, keyId: string): Promise<boolean> {
  const made = tables(db).selectFrom('document_folder_makers').select('folder');
  return (
    (await made.where('folder', '=', folder).where('key_id', '=', keyId).executeTakeFirst()) !== undefined
  );
}

async function seesSome(db: Db, viewer: Viewer, folder: string): Promise<boolean> {
  for await (const ids of visibleIds(db, viewer, folder)) if (ids.length > 0) return true;
  return false;
}

/** Keeps the folder from going away, and others from putting something into it, until the transaction ends. */
export async function lockFolder(tx: Db, name: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('document_folders')
    .set(unchanged('created_by'))
    .where('name', '=', name)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Only an empty one goes. A bound viewer lets go of its own; that is the end of it where no other key made it too.
 * @returns whether it is gone for all.
 */
export async function deleteFolder(tx: Db, name: string, viewer: Viewer): Promise<boolean> {
  if (viewer !== 'all' && !(await forgetMaker(tx, name, viewer.keyId))) return false;
  let query = tables(tx)
    .deleteFrom('document_folders')
    .where('name', '=', name)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('documents')
            .select('documents.id')
            .whereRef('documents.folder', '=', 'document_folders.name'),
        ),
      ),
    );
  if (viewer !== 'all')
    query = query.where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('document_folder_makers')
            .select('document_folder_makers.key_id')
            .whereRef('document_folder_makers.folder', '=', 'document_folders.name'),
        ),
      ),
    );
  return (await query.executeTakeFirst()).numDeletedRows === 1n;
}

async function forgetMaker(tx: Db, folder: string, keyId: string): Promise<boolean> {
  const { numDeletedRows } = await tables(tx)
    .deleteFrom('document_folder_makers')
    .where('folder', '=', folder)
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
