import { sql } from 'kysely';
import { mapInTurns } from '../../base/slices.ts';
import { allRows, type Db } from '../../storage/index.ts';
import { coveredSlug, type Viewer } from '../coverage.ts';
import { tables, workspaceFromRow, type MemberRow } from './rows.ts';
import type { Workspace } from '../workspace.ts';

/** A user's place in a workspace. */
export interface Membership {
  workspaceId: number;
  userId: number;
  createdAt: number;
  updatedAt: number;
}

export async function membersOf(db: Db, workspaceId: number): Promise<Membership[]> {
  const rows = await allRows((after: MemberRow | undefined, limit) =>
    tables(db)
      .selectFrom('workspace_users')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('user_id', '>', after?.user_id ?? 0)
      .orderBy('user_id')
      .limit(limit)
      .execute(),
  );
  rows.sort((a, b) => a.created_at - b.created_at || a.user_id - b.user_id);
  return mapInTurns(rows, (row) => ({
    workspaceId: row.workspace_id,
    userId: row.user_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}

/** Those who are members already stay as they are. */
export async function addMembers(
  tx: Db,
  { workspaceId, userIds, at }: { workspaceId: number; userIds: readonly number[]; at: number },
): Promise<void> {
  for (const userId of userIds) {
    await tables(tx)
      .insertInto('workspace_users')
      .values({ workspace_id: workspaceId, user_id: userId, created_at: at, updated_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

export async function removeMembers(tx: Db, workspaceId: number): Promise<void> {
  await tables(tx).deleteFrom('workspace_users').where('workspace_id', '=', workspaceId).execute();
}

/** Everything that is a user's alone: memberships, and whose threads and chats are whose. */
export async function forgetUser(tx: Db, userId: number): Promise<void> {
  const db = tables(tx);
  // Locked first: whoever adds to one of these threads waits, and then finds it gone.
  await db.updateTable('workspace_threads').set({ user_id: userId }).where('user_id', '=', userId).execute();
  await db.deleteFrom('workspace_users').where('user_id', '=', userId).execute();
  await db.deleteFrom('workspace_chats').where('user_id', '=', userId).execute();
  const own = db.selectFrom('workspace_threads').select('id').where('user_id', '=', userId);
  await db.deleteFrom('workspace_chats').where('thread_id', 'in', own).execute();
  await db.deleteFrom('workspace_threads').where('user_id', '=', userId).execute();
}

export async function isMember(db: Db, workspaceId: number, userId: number): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('workspace_users')
    .select('user_id')
    .where('workspace_id', '=', workspaceId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}

/** The slugs of workspaces, of those of these ids that are there. */
export async function slugsOf(db: Db, ids: readonly number[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tables(db).selectFrom('workspaces').select('slug').where('id', 'in', ids).execute();
  return rows.map(({ slug }) => slug);
}

/** In the order in which they were made. */
export async function workspacesOf(db: Db, userId: number): Promise<Workspace[]> {
  const rows = await tables(db)
    .selectFrom('workspaces as workspace')
    .innerJoin('workspace_users as member', 'member.workspace_id', 'workspace.id')
    .where('member.user_id', '=', userId)
    .selectAll('workspace')
    .orderBy('workspace.id')
    .execute();
  return rows.map(workspaceFromRow);
}

/** The ids of users who are members of a workspace that the viewer covers. */
export async function memberIds(db: Db, viewer: Viewer): Promise<Set<number>> {
  const rows = await allRows((after: { user_id: number } | undefined, limit) =>
    tables(db)
      .selectFrom('workspace_users as member')
      .innerJoin('workspaces as workspace', 'workspace.id', 'member.workspace_id')
      .where(coveredSlug(viewer, sql.ref('workspace.slug')))
      .where('member.user_id', '>', after?.user_id ?? 0)
      .select('member.user_id')
      .distinct()
      .orderBy('member.user_id')
      .limit(limit)
      .execute(),
  );
  return new Set(rows.map(({ user_id }) => user_id));
}
