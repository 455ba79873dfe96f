import type { Place } from '../../base/page.ts';
import type { Db } from '../../storage/index.ts';
import { tables, type WorkflowRow } from './tables.ts';

export const findWorkflow = (db: Db, ownerId: string, id: string): Promise<WorkflowRow | undefined> =>
  tables(db)
    .selectFrom('agent_workflows')
    .selectAll()
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();

export const insertWorkflow = async (tx: Db, row: WorkflowRow): Promise<void> => {
  await tables(tx).insertInto('agent_workflows').values(row).execute();
};

type Change = Pick<WorkflowRow, 'name' | 'description' | 'steps' | 'workspaces' | 'updated_at'>;

export const updateWorkflow = (tx: Db, id: string, change: Change): Promise<WorkflowRow | undefined> =>
  tables(tx)
    .updateTable('agent_workflows')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();

export const deleteWorkflow = async (tx: Db, id: string): Promise<void> => {
  await tables(tx).deleteFrom('agent_workflows').where('id', '=', id).execute();
};

/** Counts no further than `max`. */
export async function countWorkflows(db: Db, ownerId: string, max: number): Promise<number> {
  const rows = await tables(db)
    .selectFrom('agent_workflows')
    .select('id')
    .where('owner_id', '=', ownerId)
    .limit(max)
    .execute();
  return rows.length;
}

interface Page {
  ownerId: string;
  after: Place | undefined;
  limit: number;
}

/** Newest first. */
export function pageOfWorkflows(db: Db, { ownerId, after, limit }: Page): Promise<WorkflowRow[]> {
  let query = tables(db).selectFrom('agent_workflows').selectAll().where('owner_id', '=', ownerId);
  if (after !== undefined)
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.createdAt, after.id)),
    );
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}
