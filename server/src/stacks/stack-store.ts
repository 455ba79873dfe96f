import { sql } from 'kysely';
import { nextId, unchanged, type Db } from '../storage/index.ts';
import type { EventRow, KeyRow } from './stack.ts';

type RunRow = { stack: string; run_id: string; hash: string; answer: string; reported_at: number };

type Tables = {
  bootstrap_stacks: { name: string; reported_at: number };
  bootstrap_runs: RunRow;
  bootstrap_keys: KeyRow;
  bootstrap_events: EventRow;
};

const tables = (db: Db) => db.withTables<Tables>();

/** Until the transaction ends, other reports of this stack wait. */
export async function lockStack(tx: Db, name: string, nowMs: number): Promise<void> {
  await tables(tx)
    .insertInto('bootstrap_stacks')
    .values({ name, reported_at: nowMs })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ reported_at: nowMs }))
    .execute();
}

/** @returns false where it is missing. */
export async function lockIfThere(tx: Db, name: string): Promise<boolean> {
  const query = tables(tx).updateTable('bootstrap_stacks').set(unchanged('reported_at'));
  const { numUpdatedRows } = await query.where('name', '=', name).executeTakeFirst();
  return numUpdatedRows > 0n;
}

export const findRun = (tx: Db, stack: string, runId: string): Promise<RunRow | undefined> =>
  tables(tx)
    .selectFrom('bootstrap_runs')
    .selectAll()
    .where('stack', '=', stack)
    .where('run_id', '=', runId)
    .executeTakeFirst();

/** @param kept of the stack: older ones are forgotten. */
export async function insertRun(tx: Db, run: RunRow, kept: number): Promise<void> {
  await tables(tx).insertInto('bootstrap_runs').values(run).execute();
  await sql`delete from bootstrap_runs where stack = ${run.stack} and run_id in (
    select run_id from (
      select run_id, row_number() over (order by reported_at desc, run_id) as place
      from bootstrap_runs where stack = ${run.stack}
    ) as ranked where place > ${sql.lit(kept)})`.execute(tx);
}

export async function countKeys(tx: Db): Promise<number> {
  const query = tables(tx)
    .selectFrom('bootstrap_keys')
    .select((eb) => eb.fn.countAll<number>().as('count'));
  return (await query.executeTakeFirstOrThrow()).count;
}

export const findKeys = (db: Db, stack: string, ids: readonly string[]): Promise<KeyRow[]> =>
  tables(db)
    .selectFrom('bootstrap_keys')
    .selectAll()
    .where('stack', '=', stack)
    .where('id', 'in', ids)
    .execute();

/** Inserts or replaces; the caller has locked the stack. */
export async function putKeys(tx: Db, rows: readonly KeyRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tables(tx)
    .insertInto('bootstrap_keys')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['stack', 'id']).doUpdateSet((eb) => ({
        state: eb.ref('excluded.state'),
        place: eb.ref('excluded.place'),
        copies: eb.ref('excluded.copies'),
        source: eb.ref('excluded.source'),
        stored_at: eb.ref('excluded.stored_at'),
        verdict: eb.ref('excluded.verdict'),
        service_key_id: eb.ref('excluded.service_key_id'),
        reason: eb.ref('excluded.reason'),
        looked_at: eb.ref('excluded.looked_at'),
        run_id: eb.ref('excluded.run_id'),
        verb: eb.ref('excluded.verb'),
        host: eb.ref('excluded.host'),
        reported_at: eb.ref('excluded.reported_at'),
        reported_by: eb.ref('excluded.reported_by'),
        reported_owner: eb.ref('excluded.reported_owner'),
      })),
    )
    .execute();
}

/** Of one stack. @param kept of each key: older ones are forgotten. */
export async function insertEvents(
  tx: Db,
  events: readonly Omit<EventRow, 'number'>[],
  kept: number,
): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const number = await nextId(tx, 'bootstrap_events', events.length);
  const rows = events.map((event, index) => ({ ...event, number: number + index }));
  await tables(tx).insertInto('bootstrap_events').values(rows).execute();
  const ids = sql.join(events.map(({ id }) => id));
  await sql`delete from bootstrap_events where number in (
    select number from (
      select number, row_number() over (partition by id order by number desc) as place
      from bootstrap_events where stack = ${first.stack} and id in (${ids})
    ) as ranked where place > ${sql.lit(kept)})`.execute(tx);
}

/** Newest first. */
export const eventsOf = (db: Db, stack: string, id: string): Promise<EventRow[]> =>
  tables(db)
    .selectFrom('bootstrap_events')
    .selectAll()
    .where('stack', '=', stack)
    .where('id', '=', id)
    .orderBy('number', 'desc')
    .execute();

export interface KeyPage {
  stack: string | undefined;
  after: Pick<KeyRow, 'stack' | 'id'> | undefined;
  limit: number;
}

/** By stack, then by id. */
export async function pageOfKeys(db: Db, { stack, after, limit }: KeyPage): Promise<KeyRow[]> {
  let query = tables(db).selectFrom('bootstrap_keys').selectAll();
  if (stack !== undefined) query = query.where('stack', '=', stack);
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('stack', 'id'), '>', eb.tuple(after.stack, after.id)));
  return query.orderBy('stack').orderBy('id').limit(limit).execute();
}

/** With all that belongs to it. */
export async function deleteStack(tx: Db, name: string): Promise<void> {
  await tables(tx).deleteFrom('bootstrap_stacks').where('name', '=', name).execute();
}

/** With its events, and the stack with its last key. @returns false where it is missing. */
export async function deleteKey(tx: Db, stack: string, id: string): Promise<boolean> {
  const query = tables(tx).deleteFrom('bootstrap_keys').where('stack', '=', stack).where('id', '=', id);
  const isDeleted = (await query.executeTakeFirst()).numDeletedRows > 0n;
  const [left] = await pageOfKeys(tx, { stack, after: undefined, limit: 1 });
  if (left === undefined) await deleteStack(tx, stack);
  return isDeleted;
}
