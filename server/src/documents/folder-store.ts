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

/** A bound viewer sees the folders that its owner made and those in which it sees something. */
const visible = (db: Db, viewer: Viewer) => {
  const folders = tables(db).selectFrom('document_folders').select('document_folders.name');
  if (viewer === 'all') return folders;
  return folders.where((eb) =>
    eb.or([
      eb('document_folders.created_by', '=', viewer.ownerId),
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

/** Only an empty one goes. @returns whether it did. */
export async function deleteFolder(tx: Db, name: string, onlyBy?: string): Promise<boolean> {
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
  if (onlyBy !== undefined) query = query.where('created_by', '=', onlyBy);
  return (await query.executeTakeFirst()).numDeletedRows === 1n;
}
