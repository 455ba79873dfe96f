import { sql } from 'kysely';
import { anyOf, dialectOf, type Db } from '../../storage/index.ts';
import type { FinalState, JobRow } from '../job.ts';
import { tables } from './tables.ts';
import { addWebhooks } from './webhook-store.ts';

export interface Renewed {
  id: string;
  lease_until: number;
}

/** A lease that is not in the answer is lost. */
export async function renewLeases(
  tx: Db,
  leases: readonly { id: string; token: string }[],
  { untilMs }: { untilMs: number },
): Promise<Renewed[]> {
  if (leases.length === 0) return [];
  const pairs = sql.join(leases.map(({ id, token }) => sql`(${id}, ${token})`));
  const { rows } = await sql<Renewed>`
    update jobs set lease_until = ${untilMs}
    where state = 'RUNNING' and (id, lease_token) in (values ${pairs})
    returning id, lease_until`.execute(tx);
  return rows;
}

/** The attempt must be over earlier than its job asked for. */
export async function limitLease(
  tx: Db,
  { id, token, untilMs }: { id: string; token: string; untilMs: number },
): Promise<void> {
  await sql`update jobs set deadline_at = ${untilMs}
    where id = ${id} and lease_token = ${token} and state = 'RUNNING'`.execute(tx);
}

/** The control stream of a worker broke: its leases end earlier, unless it says something before. */
export async function shortenLeases(tx: Db, workerId: string, untilMs: number): Promise<void> {
  await sql`update jobs set lease_until = ${untilMs}
    where state = 'RUNNING' and worker_id = ${workerId} and lease_until > ${untilMs}`.execute(tx);
}

/** After a time in which no worker could renew its lease. */
export async function extendLeases(tx: Db, untilMs: number): Promise<void> {
  await sql`update jobs set lease_until = ${untilMs} where state = 'RUNNING' and lease_until < ${untilMs}`.execute(
    tx,
  );
}

/**
 * Back into the queue, at its old place. The caller has locked it. The time that it ran, and the wait before the next attempt,
 * are no part of the time that it may wait.
 */
export async function requeue(
  tx: Db,
  { id, started_at: startedAt, expires_at: expiresAt }: JobRow,
  { spent, heldUntil, nowMs }: { spent: number; heldUntil: number; nowMs: number },
): Promise<void> {
  await tables(tx)
    .updateTable('jobs')
    .set({
      state: 'QUEUED',
      expires_at: expiresAt + Math.max(nowMs, heldUntil) - (startedAt ?? nowMs),
      spent,
      held_until: heldUntil,
      worker_id: null,
      model: null,
      lease_token: null,
      lease_until: null,
      deadline_at: null,
      progress: null,
    })
    .where('id', '=', id)
    .execute();
}

/** Undoes a claim that nobody has heard of: it was no attempt. @returns false: it is over already. */
export async function unclaim(tx: Db, { id, token }: { id: string; token: string }): Promise<boolean> {
  const { rows } = await sql`
    update jobs set state = 'QUEUED', attempt = attempt - 1, worker_id = null, model = null, lease_token = null,
      lease_until = null, deadline_at = null, started_at = case when attempt = 1 then null else started_at end
    where id = ${id} and lease_token = ${token} and state = 'RUNNING' returning id`.execute(tx);
  return rows.length > 0;
}

/** The caller has locked it. Its token is gone: a late result changes nothing. */
export async function end(
  tx: Db,
  id: string,
  {
    state,
    code,
    message,
    spent,
    nowMs,
  }: { state: FinalState; code: string | null; message: string | null; spent?: number; nowMs: number },
): Promise<void> {
  await tables(tx)
    .updateTable('jobs')
    .set({
      state,
      finished_at: nowMs,
      lease_token: null,
      lease_until: null,
      deadline_at: null,
      held_until: 0,
      error_code: code,
      error_message: message,
      ...(spent !== undefined && { spent }),
    })
    .where('id', '=', id)
    .execute();
  await addWebhooks(tx, [id], nowMs);
}

export interface WaitingEnd {
  state: FinalState;
  code: string;
  message: string;
  nowMs: number;
  /** Only of those that may wait until then at most. @default all */
  expiresMs?: number;
}

/**
 * Ends those of these jobs that wait: one statement, as a key may have very many. Locked in one order for all processes, so
 * that none waits for the other. @returns those that it has ended
 */
export async function endWaiting(
  tx: Db,
  ids: readonly string[],
  { state, code, message, nowMs, expiresMs = Number.MAX_SAFE_INTEGER }: WaitingEnd,
): Promise<string[]> {
  const waits = sql`id in ${anyOf(tx, ids)} and state = 'QUEUED' and expires_at <= ${expiresMs}`;
  const isThey =
    dialectOf(tx) === 'postgres'
      ? sql`id in (select id from jobs where ${waits} order by id for update)`
      : waits;
  const { rows } = await sql<{ id: string; webhook_url: string | null }>`
    update jobs set state = ${state}, finished_at = ${nowMs}, held_until = 0, error_code = ${code},
      error_message = ${message}
    where ${isThey} returning id, webhook_url`.execute(tx);
  const reported = rows.filter(({ webhook_url: url }) => url !== null).map(({ id }) => id);
  await addWebhooks(tx, reported, nowMs);
  return rows.map(({ id }) => id);
}
