import { sql } from 'kysely';
import type { Place } from '../../base/page.ts';
import { claimRows, dialectOf, taking, type Db } from '../../storage/index.ts';
import { tables, type ExecutionRow, type ExecutionState, type LogRow, type StepRow } from './tables.ts';

export const TABLE = 'agent_executions';

export async function insertExecution(tx: Db, row: ExecutionRow, steps: readonly StepRow[]): Promise<void> {
  await tables(tx).insertInto(TABLE).values(row).execute();
  await tables(tx)
    .insertInto('agent_steps')
    .values([...steps])
    .execute();
}

export const findExecution = (db: Db, id: string): Promise<ExecutionRow | undefined> =>
  tables(db).selectFrom(TABLE).selectAll().where('id', '=', id).executeTakeFirst();

/** Until the transaction ends nobody else changes it. */
export const lockExecution = (tx: Db, id: string): Promise<ExecutionRow | undefined> => {
  const query = tables(tx).selectFrom(TABLE).selectAll().where('id', '=', id);
  return (dialectOf(tx) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
};

export const updateExecution = async (tx: Db, id: string, change: Partial<ExecutionRow>): Promise<void> => {
  await tables(tx).updateTable(TABLE).set(change).where('id', '=', id).execute();
};

export const stepsOf = (db: Db, executionId: string): Promise<StepRow[]> =>
  tables(db)
    .selectFrom('agent_steps')
    .selectAll()
    .where('execution_id', '=', executionId)
    .orderBy('place')
    .execute();

export const updateStep = async (
  tx: Db,
  { execution_id: executionId, place }: Pick<StepRow, 'execution_id' | 'place'>,
  change: Partial<StepRow>,
): Promise<void> => {
  await tables(tx)
    .updateTable('agent_steps')
    .set(change)
    .where('execution_id', '=', executionId)
    .where('place', '=', place)
    .execute();
};

export interface ExecutionPage {
  ownerId: string;
  kind: ExecutionRow['kind'];
  workflowId: string | undefined;
  state: ExecutionState | undefined;
  after: Place | undefined;
  limit: number;
}

/** Newest first. */
export function pageOfExecutions(db: Db, page: ExecutionPage): Promise<ExecutionRow[]> {
  const { ownerId, kind, workflowId, state, after, limit } = page;
  let query = tables(db)
    .selectFrom(TABLE)
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('kind', '=', kind);
  if (workflowId !== undefined) query = query.where('workflow_id', '=', workflowId);
  if (state !== undefined) query = query.where('state', '=', state);
  if (after !== undefined)
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.createdAt, after.id)),
    );
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}

/** Counts no further than `max`. */
export async function countRunning(db: Db, ownerId: string, max: number): Promise<number> {
  const rows = await tables(db)
    .selectFrom(TABLE)
    .select('id')
    .where('owner_id', '=', ownerId)
    .where('state', '=', 'RUNNING')
    .limit(max)
    .execute();
  return rows.length;
}

/** A read, so that a look that finds nothing writes nothing. */
export const anyFree = async (db: Db, nowMs: number): Promise<boolean> =>
  (await tables(db)
    .selectFrom(TABLE)
    .select('id')
    .where('state', '=', 'RUNNING')
    .where('until_at', '<=', nowMs)
    .limit(1)
    .executeTakeFirst()) !== undefined;

/** Running executions that no process advances, each for one process alone. */
export const claimExecutions = (
  tx: Db,
  { holder, nowMs, untilMs, limit }: { holder: string; nowMs: number; untilMs: number; limit: number },
): Promise<ExecutionRow[]> =>
  claimRows(tx, {
    table: TABLE,
    key: ['id'],
    where: sql<boolean>`state = 'RUNNING' and until_at <= ${nowMs}`,
    order: sql`until_at, id`,
    limit,
    change: sql`update agent_executions set ${taking({ holder, untilMs })}`,
  });

/** All that this process advances. */
export async function renewAll(tx: Db, holder: string, untilMs: number): Promise<void> {
  await sql`update agent_executions set until_at = ${untilMs}
    where state = 'RUNNING' and holder = ${holder} and until_at > 0`.execute(tx);
}

/** Another process may take them at once; this one writes nothing more. */
export async function releaseAll(tx: Db, holder: string): Promise<void> {
  await sql`update agent_executions set until_at = 0, fence = fence + 1
    where state = 'RUNNING' and holder = ${holder}`.execute(tx);
}

/** @param entry in a transaction that nobody else writes to this execution in. */
export async function addLog(tx: Db, entry: Omit<LogRow, 'seq'>): Promise<void> {
  const { execution_id: id, at, step_id: stepId, event, message } = entry;
  await sql`insert into agent_log (execution_id, seq, at, step_id, event, message)
    select ${id}, coalesce(max(seq), 0) + 1, ${at}, ${stepId}, ${event}, ${message}
    from agent_log where execution_id = ${id}`.execute(tx);
}

export const logOf = (db: Db, executionId: string, after: number, limit: number): Promise<LogRow[]> =>
  tables(db)
    .selectFrom('agent_log')
    .selectAll()
    .where('execution_id', '=', executionId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();

/** Those that ended before, with their steps. @returns how many */
export async function deleteFinished(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const { rows } = await sql`delete from agent_executions where id in (
    select id from agent_executions where finished_at < ${beforeMs} order by finished_at limit ${limit})
    returning id`.execute(tx);
  return rows.length;
}
