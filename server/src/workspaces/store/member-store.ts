import { sql } from 'kysely';
import { allRows, type Db } from '../../storage/index.ts';
import { coveredSlug, type Viewer } from '../coverage.ts';
import { tables, workspaceFromRow, type Membership } from './rows.ts';
import type { Workspace } from '../workspace.ts';

export async function membersOf(db: Db, workspaceId: number): Promise<Membership[]> {
  const members = await allRows((after: Membership | undefined, limit) =>
    tables(db)
      .selectFrom('workspace_users')
      .selectAll()
      .where('workspaceId', '=', workspaceId)
      .where('userId', '>', after?.userId ?? 0)
      .orderBy('userId')
      .limit(limit)
      .execute(),
  );
  return members.sort((a, b) => a.createdAt - b.createdAt || a.userId - b.userId);
}

/** Those who are members already stay as they are. */
export async function addMembers(
  tx: Db,
  { workspaceId, userIds, at }: { workspaceId: number; userIds: readonly number[]; at: number },
): Promise<void> {
  for (const userId of userIds) {
    await tables(tx)
      .insertInto('workspace_users')
      .values({ workspaceId, userId, createdAt: at, updatedAt: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** @returns the ids of the former members. */
export async function removeMembers(tx: Db, workspaceId: number): Promise<number[]> {
  const removed = tables(tx).deleteFrom('workspace_users').where('workspaceId', '=', workspaceId);
  return (await removed.returning('userId').execute()).map(({ userId }) => userId);
}

/** Deletes the memberships, threads and chats of a user. */
export async function forgetUser(tx: Db, userId: number): Promise<void> {
  const db = tables(tx);
  // Locked first: another transaction that adds to one of these threads waits, and then finds it deleted.
  await db.updateTable('workspace_threads').set({ userId }).where('userId', '=', userId).execute();
  await db.deleteFrom('workspace_users').where('userId', '=', userId).execute();
  await db.deleteFrom('workspace_chats').where('userId', '=', userId).execute();
  const own = db.selectFrom('workspace_threads').select('id').where('userId', '=', userId);
  await db.deleteFrom('workspace_chats').where('threadId', 'in', own).execute();
  await db.deleteFrom('workspace_threads').where('userId', '=', userId).execute();
}

export async function isMember(db: Db, workspaceId: number, userId: number): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('workspace_users')
    .select('userId')
    .where('workspaceId', '=', workspaceId)
    .where('userId', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}

export async function slugsOf(db: Db, ids: readonly number[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tables(db).selectFrom('workspaces').select('slug').where('id', 'in', ids).execute();
  return rows.map(({ slug }) => slug);
}

/** In the order of their creation. */
export async function workspacesOf(db: Db, userId: number): Promise<Workspace[]> {
  const rows = await tables(db)
    .selectFrom('workspaces as workspace')
    .innerJoin('workspace_users as member', 'member.workspaceId', 'workspace.id')
    .where('member.userId', '=', userId)
    .selectAll('workspace')
    .orderBy('workspace.id')
    .execute();
  return rows.map(workspaceFromRow);
}

/** The ids of users who are members of a workspace that the viewer covers. */
export async function memberIds(db: Db, viewer: Viewer): Promise<Set<number>> {
  const rows = await allRows((after: { userId: number } | undefined, limit) =>
    tables(db)
      .selectFrom('workspace_users as member')
      .innerJoin('workspaces as workspace', 'workspace.id', 'member.workspaceId')
      .where(coveredSlug(viewer, sql.ref('workspace.slug')))
      .where('member.userId', '>', after?.userId ?? 0)
      .select('member.userId')
      .distinct()
      .orderBy('member.userId')
      .limit(limit)
      .execute(),
  );
  return new Set(rows.map(({ userId }) => userId));
}
