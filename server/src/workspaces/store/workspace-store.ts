import { sql } from 'kysely';
import { mapInTurns } from '../../base/slices.ts';
import { allById, inParts, unchanged, type Db, type Storage } from '../../storage/index.ts';
import { coveredSlug, type Viewer } from '../coverage.ts';
import { rowFromWorkspace, tables, workspaceFromRow } from './rows.ts';
import type { Workspace } from '../workspace.ts';

/** @returns false where the slug is taken, also by one that is being made at the same moment. */
export async function insertWorkspace(tx: Db, workspace: Workspace): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('workspaces')
    .values(rowFromWorkspace(workspace))
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function updateWorkspace(tx: Db, workspace: Workspace): Promise<void> {
  const { id, ...changed } = rowFromWorkspace(workspace);
  await tables(tx).updateTable('workspaces').set(changed).where('id', '=', id).execute();
}

export async function findBySlug(db: Db, slug: string): Promise<Workspace | undefined> {
  const row = await tables(db)
    .selectFrom('workspaces')
    .selectAll()
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row === undefined ? undefined : workspaceFromRow(row);
}

export async function findById(db: Db, id: number): Promise<Workspace | undefined> {
  const row = await tables(db).selectFrom('workspaces').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : workspaceFromRow(row);
}

/** Like `findBySlug`, in a transaction that goes on to change it: nobody else does until it ends. */
export async function lockBySlug(tx: Db, slug: string): Promise<Workspace | undefined> {
  // An update that changes nothing locks the row on both dialects.
  await tables(tx).updateTable('workspaces').set(unchanged('name')).where('slug', '=', slug).execute();
  return findBySlug(tx, slug);
}

/**
 * Whether the workspace is there, and stays until the transaction ends. Whatever is put under a workspace says this
 * first: on PostgreSQL a removal would otherwise not see it and fail at the last moment.
 */
export async function holdWorkspace(tx: Db, id: number): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('workspaces')
    .set(unchanged('name'))
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** In the order in which they were made. */
export async function listWorkspaces(db: Db, viewer: Viewer): Promise<Workspace[]> {
  const covered = tables(db)
    .selectFrom('workspaces')
    .where(coveredSlug(viewer, sql.ref('slug')));
  return mapInTurns(await allById(covered.selectAll()), workspaceFromRow);
}

export async function listIds(db: Db, viewer: Viewer): Promise<number[]> {
  const covered = tables(db)
    .selectFrom('workspaces')
    .where(coveredSlug(viewer, sql.ref('slug')));
  return (await allById(covered.select('id'))).map(({ id }) => id);
}

/** What may be millions of rows, ahead of `deleteWorkspace`. */
export async function emptyWorkspace(
  storage: Storage,
  id: number,
  begin: (tx: Db) => Promise<void>,
): Promise<void> {
  const ofIt = { table: 'workspace_chats', where: sql<boolean>`workspace_id = ${id}` };
  await inParts(storage, { ...ofIt, change: sql`delete from workspace_chats` }, begin);
  const without = sql<boolean>`workspace_id = ${id}
    and not exists (select 1 from workspace_chats where thread_id = workspace_threads.id)`;
  const threads = { table: 'workspace_threads', where: without };
  await inParts(storage, { ...threads, change: sql`delete from workspace_threads` });
}

/** With everything that this module keeps under it. */
export async function deleteWorkspace(tx: Db, id: number): Promise<void> {
  const db = tables(tx);
  await db.deleteFrom('workspace_chats').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspace_threads').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspace_users').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspace_suggestions').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspaces').where('id', '=', id).execute();
}
