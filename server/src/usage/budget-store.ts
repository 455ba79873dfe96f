import { batches } from '../base/batches.ts';
import { sql } from 'kysely';
import { AMOUNT_MAX, type BudgetUnit } from '../access/index.ts';
import { claimRows, type Db } from '../storage/index.ts';
import { slotId, type Slot, type SlotKey } from './budget.ts';

type SlotColumns = { key_id: string; name: string; unit: BudgetUnit; period_start: number };
type UseRow = SlotColumns & { used: number; period: string; wanted: number };
type BlockRow = SlotColumns & { lease_id: string; amount: number; busy: number };
type CarryRow = SlotColumns & { from_name: string; from_start: number; included: number };
type LeaseRow = { id: string; seq: number; expires_at: number };

export const tables = (db: Db) =>
  db.withTables<{
    budget_use: UseRow;
    budget_blocks: BlockRow;
    budget_carries: CarryRow;
    budget_leases: LeaseRow;
  }>();

/** Both databases limit the values of a statement. */
const ROWS_PER_STATEMENT = 1_000;

export const SLOT_KEY = ['key_id', 'name', 'unit', 'period_start'] as const;

/** A slot in the database. */
export interface SlotTotals {
  /** Settled. */
  used: number;
  /** When a node last called for idle amounts of others, ms since 1970; grows with each call. */
  wanted: number;
  /** Held by other leases, and the busy part of it. */
  others: { amount: number; busy: number };
  /** How many of them hold an idle amount. */
  withIdle: number;
}

export class SlotTotalsMap {
  readonly #bySlot = new Map<string, SlotTotals>();
  /** Leases of others that have not expired. */
  otherLeases = 0;

  at(slot: SlotKey): SlotTotals {
    const id = slotId(slot);
    let totals = this.#bySlot.get(id);
    if (totals === undefined) {
      totals = { used: 0, wanted: 0, others: { amount: 0, busy: 0 }, withIdle: 0 };
      this.#bySlot.set(id, totals);
    }
    return totals;
  }
}

/** The slots of `holderIds` in the periods that begin at one of `periodStarts`. */
export interface Range {
  holderIds: readonly string[];
  periodStarts: readonly number[];
  nowMs: number;
  /** Left out, as memory is more recent. */
  leaseId: string;
}

type Line = SlotColumns & { kind: 'use' | 'block' | 'leases'; a: number; b: number };

/** One statement for each 1,000 holders: use and blocks of one moment. */
export async function readSlotTotals(db: Db, range: Range): Promise<SlotTotalsMap> {
  const slotTotals = new SlotTotalsMap();
  for (const holderIds of batches(range.holderIds, ROWS_PER_STATEMENT))
    await readInto(slotTotals, db, { ...range, holderIds });
  return slotTotals;
}

async function readInto(slotTotals: SlotTotalsMap, db: Db, range: Range): Promise<void> {
  const { holderIds, periodStarts, nowMs, leaseId } = range;
  const holders = sql.join(holderIds);
  const starts = sql.join(periodStarts);
  const { rows } = await sql<Line>`
    select 'use' as kind, key_id, name, unit, period_start, used as a, wanted as b from budget_use
      where key_id in (${holders}) and period_start in (${starts})
    union all
    select 'block', key_id, name, unit, period_start, amount, busy from budget_blocks
      join budget_leases on budget_leases.id = budget_blocks.lease_id
      where key_id in (${holders}) and period_start in (${starts})
        and budget_leases.expires_at > ${nowMs} and budget_leases.id <> ${leaseId}
    union all
    select 'leases', '', '', '', 0, count(*), 0 from budget_leases
      where expires_at > ${nowMs} and id <> ${leaseId}`.execute(db);
  for (const line of rows) add(slotTotals, line);
}

function add(
  slotTotals: SlotTotalsMap,
  { kind, key_id: holderId, name, unit, period_start, a, b }: Line,
): void {
  if (kind === 'leases') {
    slotTotals.otherLeases = a;
    return;
  }
  const totals = slotTotals.at({ holderId, name, unit, periodStart: period_start });
  if (kind === 'use') {
    totals.used = a;
    totals.wanted = b;
  } else {
    totals.others.amount += a;
    totals.others.busy += b;
    if (a > b) totals.withIdle++;
  }
}

/**
 * Adds to slots, up to AMOUNT_MAX, and locks them until the transaction ends: no other process grants from them meanwhile.
 * The lock order is the same everywhere, by code unit and not by a collation, and cannot deadlock.
 * @param uses each slot once.
 */
export async function addUse(tx: Db, uses: readonly (readonly [Slot, number])[]): Promise<void> {
  if (uses.length === 0) return;
  const sum = sql<number>`case when budget_use.used + excluded.used > ${sql.lit(AMOUNT_MAX)}
    then ${sql.lit(AMOUNT_MAX)} else budget_use.used + excluded.used end`;
  const rows = uses
    .map(([slot, used]) => ({
      id: slotId(slot),
      row: { ...columnsOf(slot), used, period: slot.period, wanted: 0 },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ row }) => row);
  for (const some of batches(rows, ROWS_PER_STATEMENT)) {
    await tables(tx)
      .insertInto('budget_use')
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(SLOT_KEY).doUpdateSet({ used: sum, period: sql<string>`excluded.period` }),
      )
      .execute();
  }
}

export const columnsOf = ({ holderId, name, unit, periodStart }: SlotKey): SlotColumns => ({
  key_id: holderId,
  name,
  unit,
  period_start: periodStart,
});

/** Asks all nodes to give back their idle amounts of a locked slot. */
export async function wantBack(tx: Db, slot: Slot, nowMs: number): Promise<void> {
  const { key_id, name, unit, period_start } = columnsOf(slot);
  await sql`update budget_use
    set wanted = case when wanted < ${nowMs} then ${nowMs} else wanted + 1 end where key_id = ${key_id} and name = ${name}
    and unit = ${unit} and period_start = ${period_start}`.execute(tx);
}

/** The blocks of a lease, in slots that are locked. */
export async function writeBlocks(
  tx: Db,
  leaseId: string,
  blocks: readonly { slot: Slot; amount: number; busy: number }[],
): Promise<void> {
  const held = blocks.filter(({ amount }) => amount > 0);
  for (const some of batches(held, ROWS_PER_STATEMENT)) {
    await tables(tx)
      .insertInto('budget_blocks')
      .values(some.map(({ slot, amount, busy }) => ({ ...columnsOf(slot), lease_id: leaseId, amount, busy })))
      .onConflict((conflict) =>
        conflict
          .columns([...SLOT_KEY, 'lease_id'])
          .doUpdateSet({ amount: sql<number>`excluded.amount`, busy: sql<number>`excluded.busy` }),
      )
      .execute();
  }
  for (const some of batches(
    blocks.filter(({ amount }) => amount === 0),
    ROWS_PER_STATEMENT,
  )) {
    const named = some.map(({ slot }) => {
      const { key_id, name, unit, period_start } = columnsOf(slot);
      return sql`(${key_id}, ${name}, ${unit}, cast(${period_start} as bigint))`;
    });
    await sql`delete from budget_blocks where lease_id = ${leaseId}
      and (key_id, name, unit, period_start) in (values ${sql.join(named)})`.execute(tx);
  }
}

/** @returns false for a lease that has expired: its blocks are free. */
export async function renewLease(tx: Db, { id, seq, expires_at }: LeaseRow, nowMs: number): Promise<boolean> {
  const renewed = await tables(tx)
    .updateTable('budget_leases')
    .set({ seq, expires_at })
    .where('id', '=', id)
    .where('expires_at', '>', nowMs)
    .returning('id')
    .execute();
  return renewed.length > 0;
}

export async function insertLease(tx: Db, lease: LeaseRow): Promise<void> {
  await tables(tx).insertInto('budget_leases').values(lease).execute();
}

/** The number of the last committed transaction of a lease. */
export async function leaseSeq(db: Db, id: string): Promise<number | undefined> {
  const row = await tables(db)
    .selectFrom('budget_leases')
    .select('seq')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.seq;
}

export async function deleteLease(tx: Db, id: string): Promise<void> {
  await tables(tx).deleteFrom('budget_blocks').where('lease_id', '=', id).execute();
  await tables(tx).deleteFrom('budget_leases').where('id', '=', id).execute();
}

/** The next look takes more. */
const EXPIRED_AT_ONCE = 500;

export async function deleteExpired(tx: Db, beforeMs: number): Promise<void> {
  // A lease that its process renews at this moment is skipped.
  const rows = await claimRows<{ id: string }>(tx, {
    table: 'budget_leases',
    key: ['id'],
    where: sql<boolean>`expires_at < ${beforeMs}`,
    order: sql`expires_at`,
    limit: EXPIRED_AT_ONCE,
    change: sql`delete from budget_leases`,
  });
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  await tables(tx).deleteFrom('budget_blocks').where('lease_id', 'in', ids).execute();
}

/** Without `total`, which begins at 0. */
export async function deletePeriodsBefore(tx: Db, periodStartMs: number): Promise<void> {
  for (const table of ['budget_use', 'budget_carries'] as const) {
    await sql`delete from ${sql.table(table)} where period_start > 0 and period_start < ${periodStartMs}`.execute(
      tx,
    );
  }
}
