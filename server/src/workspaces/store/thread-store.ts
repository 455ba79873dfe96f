import { sql } from 'kysely';
import { allRows, inParts, unchanged, type Db, type Storage } from '../../storage/index.ts';
import { tables, type Thread } from './rows.ts';

/** @returns false where the workspace has this slug, also in a transaction at the same moment. */
export async function insertThread(tx: Db, thread: Thread): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('workspace_threads')
    .values(thread)
    .onConflict((conflict) => conflict.columns(['workspaceId', 'slug']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export const findThread = (db: Db, workspaceId: number, slug: string): Promise<Thread | undefined> =>
  tables(db)
    .selectFrom('workspace_threads')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('slug', '=', slug)
    .executeTakeFirst();

/** Like `findThread`, and locked until the transaction ends. */
export const lockThread = (tx: Db, workspaceId: number, slug: string): Promise<Thread | undefined> =>
  tables(tx)
    .updateTable('workspace_threads')
    .set(unchanged('name'))
    .where('workspaceId', '=', workspaceId)
    .where('slug', '=', slug)
    .returningAll()
    .executeTakeFirst();

/** Whether the thread exists; if so, it stays until the transaction ends. */
export async function holdThread(
  tx: Db,
  { id, workspaceId }: Pick<Thread, 'id' | 'workspaceId'>,
): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('workspace_threads')
    .set(unchanged('name'))
    .where('id', '=', id)
    .where('workspaceId', '=', workspaceId)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** By workspace, in the order of their creation. */
export async function threadsOf(db: Db, workspaceIds: readonly number[]): Promise<Map<number, Thread[]>> {
  const wanted = new Set(workspaceIds);
  const sorted = workspaceIds.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  // A range, not a list: there may be more workspaces than a statement has parameters.
  const rows = await allRows((after: Thread | undefined, limit) =>
    tables(db)
      .selectFrom('workspace_threads')
      .selectAll()
      .where(sql<boolean>`(workspace_id, slug) > (${after?.workspaceId ?? least}, ${after?.slug ?? ''})`)
      .where('workspaceId', '<=', most)
      .orderBy('workspaceId')
      .orderBy('slug')
      .limit(limit)
      .execute(),
  );
  const threads = rows.filter(({ workspaceId }) => wanted.has(workspaceId)).sort((a, b) => a.id - b.id);
  return Map.groupBy(threads, ({ workspaceId }) => workspaceId);
}

export async function renameThread(tx: Db, { id, name }: Pick<Thread, 'id' | 'name'>): Promise<void> {
  await tables(tx).updateTable('workspace_threads').set({ name }).where('id', '=', id).execute();
}

/** Deletes the chats of a thread, which may be millions of rows, before `deleteThread`. */
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
  await tables(tx).deleteFrom('workspace_chats').where('threadId', '=', id).execute();
  await tables(tx).deleteFrom('workspace_threads').where('id', '=', id).execute();
}
