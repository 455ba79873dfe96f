import type { Db } from '../storage/index.ts';

/** What was taken away: from one key, from everything of one owner. */
export type Change = {
  kind: 'key' | 'owner';
  subject: string;
};

export type NodeRow = {
  id: string;
  address: string;
  version: string;
  started_at: number;
  renewals: number;
  confirmed_seq: number;
};

type ChangeRow = Change & {
  seq: number;
  at: number;
};

type Tables = {
  nodes: NodeRow;
  node_changes: ChangeRow;
  node_changes_head: { id: number; seq: number };
};

const tables = (db: Db) => db.withTables<Tables>();

/** Appends a change; its number is final and in commit order, since the head's row stays locked until then. */
export async function appendChange(tx: Db, change: Change, nowMs: number): Promise<number> {
  const { seq } = await tables(tx)
    .updateTable('node_changes_head')
    .set((eb) => ({ seq: eb('seq', '+', 1) }))
    .where('id', '=', 1)
    .returning('seq')
    .executeTakeFirstOrThrow();
  await tables(tx)
    .insertInto('node_changes')
    .values({ seq, at: nowMs, ...change })
    .execute();
  return seq;
}

export async function headSeq(db: Db): Promise<number> {
  const row = await tables(db).selectFrom('node_changes_head').select('seq').executeTakeFirst();
  return row?.seq ?? 0;
}

export async function changesAfter(db: Db, seq: number, limit: number): Promise<ChangeRow[]> {
  return tables(db)
    .selectFrom('node_changes')
    .selectAll()
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

export async function deleteChangesBefore(db: Db, atMs: number): Promise<void> {
  await tables(db).deleteFrom('node_changes').where('at', '<', atMs).execute();
}

export async function allNodes(db: Db): Promise<NodeRow[]> {
  return tables(db).selectFrom('nodes').selectAll().execute();
}

/** Renews a lease, or makes the row when it is new or was cleared away meanwhile. */
export async function renewNode(db: Db, row: NodeRow): Promise<void> {
  const { renewals, confirmed_seq } = row;
  await tables(db)
    .insertInto('nodes')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ renewals, confirmed_seq }))
    .execute();
}

export async function confirmSeq(db: Db, id: string, seq: number): Promise<void> {
  await tables(db).updateTable('nodes').set({ confirmed_seq: seq }).where('id', '=', id).execute();
}

/** Deletes a node's row, but only if it has not been renewed since it was looked at. */
export async function deleteNode(db: Db, id: string, renewals?: number): Promise<void> {
  let query = tables(db).deleteFrom('nodes').where('id', '=', id);
  if (renewals !== undefined) query = query.where('renewals', '=', renewals);
  await query.execute();
}
