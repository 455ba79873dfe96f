import { sql } from 'kysely';
import type { BudgetPeriod } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { columnsOf, SLOT_KEY, tables } from './budget-store.ts';
import type { SlotKey } from './budget.ts';

/** `to` has replaced `from`: use of `from` beyond `included` counts in `to` too. */
export interface Carry {
  to: SlotKey;
  from: SlotKey;
  included: number;
}

export async function readCarries(db: Db, holderIds: readonly string[]): Promise<Carry[]> {
  if (holderIds.length === 0) return [];
  const query = tables(db).selectFrom('budget_carries').selectAll().where('key_id', 'in', holderIds);
  return (await query.execute()).map(({ key_id: holderId, unit, ...row }) => ({
    to: { holderId, unit, name: row.name, periodStart: row.period_start },
    from: { holderId, unit, name: row.from_name, periodStart: row.from_start },
    included: row.included,
  }));
}

export async function writeCarries(tx: Db, carries: readonly Carry[]): Promise<void> {
  if (carries.length === 0) return;
  const rows = carries.map(({ to, from, included }) => ({
    ...columnsOf(to),
    from_name: from.name,
    from_start: from.periodStart,
    included,
  }));
  await tables(tx)
    .insertInto('budget_carries')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns([...SLOT_KEY, 'from_name', 'from_start'])
        .doUpdateSet({ included: sql<number>`excluded.included` }),
    )
    .execute();
}

export async function deleteCarriesFrom(
  tx: Db,
  { holderId, name, unit, periodStart }: Carry['from'],
): Promise<void> {
  await tables(tx)
    .deleteFrom('budget_carries')
    .where('key_id', '=', holderId)
    .where('unit', '=', unit)
    .where('from_name', '=', name)
    .where('from_start', '=', periodStart)
    .execute();
}

/** `period` is undefined in rows of an old Keyward. */
export type Use = SlotKey & { period: BudgetPeriod | undefined; used: number };

export async function readUses(tx: Db, holderId: string): Promise<Use[]> {
  const rows = await tables(tx).selectFrom('budget_use').selectAll().where('key_id', '=', holderId).execute();
  return rows.map(({ name, unit, period, period_start: periodStart, used }) => ({
    holderId,
    name,
    unit,
    periodStart,
    period: period === '' ? undefined : (period as BudgetPeriod),
    used,
  }));
}
