import { sql } from 'kysely';
import type { BudgetPeriod } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import type { Slot } from './budget.ts';

type CarryRow = {
  key_id: string;
  name: string;
  unit: string;
  period_start: number;
  from_name: string;
  from_start: number;
  included: number;
};

type UseRow = {
  key_id: string;
  name: string;
  unit: string;
  period: string;
  period_start: number;
  used: number;
};

type Tables = { budget_carries: CarryRow; budget_use: UseRow };

const tables = (db: Db) => db.withTables<Tables>();

/** Of a slot that took another one's place. What was used in that one beyond `included` counts here too. */
export interface Carry {
  to: Omit<Slot, 'period'>;
  from: Omit<Slot, 'period'>;
  included: number;
}

export async function readCarries(db: Db, holderIds: readonly string[]): Promise<Carry[]> {
  if (holderIds.length === 0) return [];
  const query = tables(db).selectFrom('budget_carries').selectAll().where('key_id', 'in', holderIds);
  return (await query.execute()).map((row) => {
    const { key_id: holderId, unit } = row as CarryRow & { unit: Slot['unit'] };
    return {
      to: { holderId, unit, name: row.name, periodStart: row.period_start },
      from: { holderId, unit, name: row.from_name, periodStart: row.from_start },
      included: row.included,
    };
  });
}

export async function writeCarries(tx: Db, carries: readonly Carry[]): Promise<void> {
  if (carries.length === 0) return;
  const rows = carries.map(({ to, from, included }) => ({
    key_id: to.holderId,
    name: to.name,
    unit: to.unit,
    period_start: to.periodStart,
    from_name: from.name,
    from_start: from.periodStart,
    included,
  }));
  await tables(tx)
    .insertInto('budget_carries')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['key_id', 'name', 'unit', 'period_start', 'from_name', 'from_start'])
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

/** All that a holder has used, in all periods that are kept; `period` is undefined where nobody wrote it down. */
export type Use = Omit<Slot, 'period'> & { period: BudgetPeriod | undefined; used: number };

export async function readUses(tx: Db, holderId: string): Promise<Use[]> {
  const rows = await tables(tx).selectFrom('budget_use').selectAll().where('key_id', '=', holderId).execute();
  return rows.map(({ name, unit, period, period_start: periodStart, used }) => ({
    holderId,
    name,
    unit: unit as Slot['unit'],
    periodStart,
    period: period === '' ? undefined : (period as BudgetPeriod),
    used,
  }));
}
