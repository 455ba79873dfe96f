import { sql } from 'kysely';
import type { BudgetUnit } from '../access/index.ts';
import type { Db, DialectName } from '../storage/index.ts';
import { AMOUNT_MAX } from './amounts.ts';
import { slotId } from './budget.ts';
import type { Balance, Slot } from './budget.ts';

/** One slot's share of a reservation or settlement, as it is stored. */
export type Part = { name: string; unit: BudgetUnit; period_start: number; amount: number };

export type ReservationRow = {
  /** A reservation has one row for each holder: `res_…`, `res_….1`, … */
  id: string;
  node_id: string;
  /** Of the holder: a key or an owner. */
  key_id: string;
  expires_at: number;
  /** JSON of Part[]. */
  parts: string;
};

type UseRow = { key_id: string; name: string; unit: string; period_start: number; used: number };

type Tables = { budget_use: UseRow; budget_reservations: ReservationRow };

const tables = (db: Db) => db.withTables<Tables>();

const USE_KEY = ['key_id', 'name', 'unit', 'period_start'] as const;

/** What stands in the slots of some holders, by slot. */
export class Balances {
  readonly #bySlot = new Map<string, Balance>();

  /** The balance itself: what is added to it is seen by the next who asks. */
  at(slot: Slot): Balance {
    const id = slotId(slot);
    let balance = this.#bySlot.get(id);
    if (balance === undefined) {
      balance = { settled: 0, reserved: 0 };
      this.#bySlot.set(id, balance);
    }
    return balance;
  }
}

/** Which slots to read: those of `holderIds` in the periods that begin at one of `periodStarts`. */
export interface Range {
  holderIds: readonly string[];
  periodStarts: readonly number[];
  nowMs: number;
}

/** Reads settled use and unexpired reservations in one statement, hence of one moment. */
export async function readBalances(db: Db, { holderIds, periodStarts, nowMs }: Range): Promise<Balances> {
  const balances = new Balances();
  if (holderIds.length === 0) return balances;
  const { rows } = await sql<UseRow & { unit: BudgetUnit; parts: string | null }>`
    select key_id, name, unit, period_start, used, cast(null as text) as parts from budget_use
      where key_id in (${sql.join(holderIds)}) and period_start in (${sql.join(periodStarts)})
    union all
    select key_id, '', '', 0, 0, parts from budget_reservations
      where key_id in (${sql.join(holderIds)}) and expires_at > ${nowMs}`.execute(db);
  for (const { key_id: holderId, name, unit, period_start: periodStart, used, parts } of rows) {
    if (parts === null) balances.at({ holderId, name, unit, periodStart }).settled = used;
    else
      for (const part of JSON.parse(parts) as Part[])
        balances.at(slotOfPart(holderId, part)).reserved += part.amount;
  }
  return balances;
}

export function slotOfPart(holderId: string, { name, unit, period_start }: Part): Slot {
  return { holderId, name, unit, periodStart: period_start };
}

/**
 * Locks slots until the transaction ends, so that no other process grants from them meanwhile. All who lock do it
 * in the same order and so cannot wait for each other in a circle. SQLite's transactions hold the whole file.
 */
export async function lockSlots(tx: Db, dialect: DialectName, slots: readonly Slot[]): Promise<void> {
  if (dialect === 'sqlite' || slots.length === 0) return;
  await tables(tx)
    .insertInto('budget_use')
    .values(useRows(slots.map((slot) => [slot, 0])))
    .onConflict((conflict) => conflict.columns(USE_KEY).doUpdateSet({ used: sql<number>`budget_use.used` }))
    .execute();
}

/** Adds to slots, each named once; a sum stops at AMOUNT_MAX. */
export async function addUse(tx: Db, uses: readonly (readonly [Slot, number])[]): Promise<void> {
  if (uses.length === 0) return;
  const sum = sql<number>`case when budget_use.used + excluded.used > ${sql.lit(AMOUNT_MAX)}
    then ${sql.lit(AMOUNT_MAX)} else budget_use.used + excluded.used end`;
  await tables(tx)
    .insertInto('budget_use')
    .values(useRows(uses))
    .onConflict((conflict) => conflict.columns(USE_KEY).doUpdateSet({ used: sum }))
    .execute();
}

/** Sorted as all writers sort, by code unit and not by a database's collation. */
function useRows(uses: readonly (readonly [Slot, number])[]): UseRow[] {
  return uses
    .map(([slot, used]) => ({ id: slotId(slot), slot, used }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ slot: { holderId, name, unit, periodStart }, used }) => ({
      key_id: holderId,
      name,
      unit,
      period_start: periodStart,
      used,
    }));
}

export async function insertReservations(tx: Db, rows: readonly ReservationRow[]): Promise<void> {
  if (rows.length > 0) await tables(tx).insertInto('budget_reservations').values(rows).execute();
}

/** @returns those that were there. */
export async function deleteReservations(tx: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tables(tx)
    .deleteFrom('budget_reservations')
    .where('id', 'in', ids)
    .returning('id')
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** One statement for any number: the ids travel as one value. */
export async function renewReservations(
  tx: Db,
  dialect: DialectName,
  { ids, expiresAt }: { ids: readonly string[]; expiresAt: number },
): Promise<void> {
  const named =
    dialect === 'postgres'
      ? sql`= any(${ids})`
      : sql`in (select value from json_each(${JSON.stringify(ids)}))`;
  await sql`update budget_reservations set expires_at = ${expiresAt} where id ${named}`.execute(tx);
}

export async function deleteExpired(tx: Db, dialect: DialectName, beforeMs: number): Promise<void> {
  // A row that its process renews or settles at this moment is not expired any more: leave it alone.
  const free = dialect === 'postgres' ? sql`for update skip locked` : sql``;
  await sql`delete from budget_reservations where id in (
    select id from budget_reservations where expires_at < ${beforeMs} ${free})`.execute(tx);
}

/** `total` begins at 0 and is never over. */
export async function deletePeriodsBefore(tx: Db, periodStartMs: number): Promise<void> {
  await tables(tx)
    .deleteFrom('budget_use')
    .where('period_start', '>', 0)
    .where('period_start', '<', periodStartMs)
    .execute();
}
