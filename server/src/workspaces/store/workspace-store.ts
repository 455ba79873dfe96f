import { sql } from 'kysely';
import { mapInTurns } from '../../base/slices.ts';
import { allById, inParts, unchanged, type Db, type Storage } from '../../storage/index.ts';
import { coveredSlug, type Viewer } from '../coverage.ts';
import { rowFromWorkspace, tables, workspaceFromRow } from './rows.ts';
import type { Workspace } from '../workspace.ts';

/** @returns false where the slug exists, also in a transaction at the same moment. */
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

export const findBySlug = (db: Db, slug: string): Promise<Workspace | undefined> => find(db, 'slug', slug);

export const findById = (db: Db, id: number): Promise<Workspace | undefined> => find(db, 'id', id);

/** Leaves out those that do not exist. @param ids of one statement: as many as a page has */
export async function workspacesById(
  db: Db,
  ids: readonly number[],
): Promise<Pick<Workspace, 'id' | 'name' | 'slug'>[]> {
  return tables(db).selectFrom('workspaces').select(['id', 'name', 'slug']).where('id', 'in', ids).execute();
}

async function find(db: Db, by: 'slug' | 'id', value: string | number): Promise<Workspace | undefined> {
  const found = tables(db).selectFrom('workspaces').selectAll().where(by, '=', value);
  const row = await found.executeTakeFirst();
  return row && workspaceFromRow(row);
}

/** Like `findBySlug`, and locked until the transaction ends. */
export async function lockBySlug(tx: Db, slug: string): Promise<Workspace | undefined> {
  const locked = tables(tx).updateTable('workspaces').set(unchanged('name')).where('slug', '=', slug);
  const row = await locked.returningAll().executeTakeFirst();
  return row && workspaceFromRow(row);
}

/**
 * Whether the workspace exists; if so, it stays until the transaction ends. Called before a row is added under a workspace:
 * on PostgreSQL a removal would otherwise not see the row, and fail at its commit.
 */
export async function holdWorkspace(tx: Db, id: number): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('workspaces')
    .set(unchanged('name'))
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

const covered = (db: Db, viewer: Viewer) =>
  tables(db)
    .selectFrom('workspaces')
    .where(coveredSlug(viewer, sql.ref('slug')));

/** In the order of their creation. */
export async function listWorkspaces(db: Db, viewer: Viewer): Promise<Workspace[]> {
  return mapInTurns(await allById(covered(db, viewer).selectAll()), workspaceFromRow);
}

export async function listIds(db: Db, viewer: Viewer): Promise<number[]> {
  return (await allById(covered(db, viewer).select('id'))).map(({ id }) => id);
}

/** Deletes chats and threads, which may be millions of rows, before `deleteWorkspace`. */
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

/** With all its rows in this module. */
export async function deleteWorkspace(tx: Db, id: number): Promise<void> {
  const db = tables(tx);
  await db.deleteFrom('workspace_chats').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspace_threads').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspace_users').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspace_suggestions').where('workspaceId', '=', id).execute();
  await db.deleteFrom('workspaces').where('id', '=', id).execute();
}
