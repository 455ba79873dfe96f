import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';
import { isVisible } from './visibility.ts';
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

/**
 * A bound viewer sees the folders that it made and those in which it sees something. Not those of its owner's other keys:
 * they may be bound to other workspaces.
 */
const visible = (db: Db, viewer: Viewer) => {
  const folders = tables(db).selectFrom('document_folders').select('document_folders.name');
  if (viewer === 'all') return folders;
  return folders.where((eb) =>
    eb.or([
      eb(
        'document_folders.name',
        'in',
        tables(db)
          .selectFrom('document_folder_makers')
          .select('document_folder_makers.folder')
          .where('document_folder_makers.key_id', '=', viewer.keyId),
      ),
      eb(
        'document_folders.name',
        'in',
        tables(db)
          .selectFrom('documents')
          .select('documents.folder')
          .where((inner) => isVisible(inner, viewer)),
      ),
    ]),
  );
};

/** Names, in order. */
export async function listFolders(db: Db, viewer: Viewer): Promise<string[]> {
  return (await visible(db, viewer).orderBy('name').execute()).map(({ name }) => name);
}

export async function hasFolder(db: Db, viewer: Viewer, name: string): Promise<boolean> {
  return (await visible(db, viewer).where('name', '=', name).executeTakeFirst()) !== undefined;
}

/** Keeps the folder from going away, and others from putting something into it, until the transaction ends. */
export async function lockFolder(tx: Db, name: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('document_folders')
    .set((eb) => ({ name: eb.ref('name') }))
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
