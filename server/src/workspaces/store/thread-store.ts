import { sql } from 'kysely';
import { mapInTurns } from '../../base/slices.ts';
import { allRows, inParts, unchanged, type Db, type Storage } from '../../storage/index.ts';
import { tables, type ThreadRow } from './rows.ts';
import type { Thread } from '../thread.ts';

const fromRow = (row: ThreadRow): Thread => ({
  id: row.id,
  name: row.name,
  slug: row.slug,
  workspaceId: row.workspace_id,
  userId: row.user_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** @returns false where the workspace has a thread of this slug, also one that is being made at the same moment. */
export async function insertThread(tx: Db, thread: Thread): Promise<boolean> {
  const { id, name, slug, workspaceId, userId, createdAt, updatedAt } = thread;
  const result = await tables(tx)
    .insertInto('workspace_threads')
    .values({
      id,
      name,
      slug,
      workspace_id: workspaceId,
      user_id: userId,
      created_at: createdAt,
      updated_at: updatedAt,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'slug']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function findThread(db: Db, workspaceId: number, slug: string): Promise<Thread | undefined> {
  const row = await tables(db)
    .selectFrom('workspace_threads')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** Like `findThread`, in a transaction that goes on to change it: nobody else does until it ends. */
export async function lockThread(tx: Db, workspaceId: number, slug: string): Promise<Thread | undefined> {
  // An update that changes nothing locks the row on both dialects.
  await tables(tx)
    .updateTable('workspace_threads')
    .set(unchanged('name'))
    .where('workspace_id', '=', workspaceId)
    .where('slug', '=', slug)
    .execute();
  return findThread(tx, workspaceId, slug);
}

/** Whether the thread is there, and stays until the transaction ends. */
export async function holdThread(
  tx: Db,
  { id, workspaceId }: { id: number; workspaceId: number },
): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('workspace_threads')
    .set(unchanged('name'))
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Of these workspaces, by workspace, in the order in which they were made. */
export async function threadsOf(db: Db, workspaceIds: readonly number[]): Promise<Map<number, Thread[]>> {
  if (workspaceIds.length === 0) return new Map();
  // A range, not a list: there may be more workspaces than a statement takes parameters.
  const [least, most] = [
    workspaceIds.reduce((a, b) => Math.min(a, b)),
    workspaceIds.reduce((a, b) => Math.max(a, b)),
  ];
  const rows = await allRows((after: ThreadRow | undefined, limit) =>
    tables(db)
      .selectFrom('workspace_threads')
      .selectAll()
      .where(sql<boolean>`(workspace_id, slug) > (${after?.workspace_id ?? least}, ${after?.slug ?? ''})`)
      .where('workspace_id', '<=', most)
      .orderBy('workspace_id')
      .orderBy('slug')
      .limit(limit)
      .execute(),
  );
  const wanted = new Set(workspaceIds);
  const threads = await mapInTurns(
    rows.filter((row) => wanted.has(row.workspace_id)).sort((a, b) => a.id - b.id),
    fromRow,
  );
  return Map.groupBy(threads, ({ workspaceId }) => workspaceId);
}

export async function renameThread(tx: Db, { id, name }: Pick<Thread, 'id' | 'name'>): Promise<void> {
  await tables(tx).updateTable('workspace_threads').set({ name }).where('id', '=', id).execute();
}

/** What may be millions of rows, ahead of `deleteThread`. */
export async function emptyThread(
  storage: Storage,
  id: number,
  begin: (tx: Db) => Promise<void>,
): Promise<void> {
  const chats = { table: 'workspace_chats', where: sql<boolean>`thread_id = ${id}` };
  await inParts(storage, { ...chats, change: sql`delete from workspace_chats` }, begin);
}

/** With its chats. */
export async function deleteThread(tx: Db, id: number): Promise<void> {
  const db = tables(tx);
  await db.deleteFrom('workspace_chats').where('thread_id', '=', id).execute();
  await db.deleteFrom('workspace_threads').where('id', '=', id).execute();
}
