import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Db } from '../storage/index.ts';
import { SUMS } from './counter-store.ts';
import { DAY_MS, periodEnd, periodStart } from './periods.ts';

export const REPORT_STEPS = ['hour', 'day', 'month', 'total'] as const;
export type ReportStep = (typeof REPORT_STEPS)[number];
export const REPORT_GROUPS = ['key', 'owner', 'model', 'worker'] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

/** Sums read at most; a row of a report is read as one for each code. */
export const SUMS_MAX = 100_000;

const COLUMNS = { key: 'key_id', owner: 'owner_id', model: 'model', worker: 'worker' } as const;

/** Whole hours. */
export interface Range {
  fromMs: number;
  toMs: number;
}

/** The sums of one step, group and code. As text: they may exceed 2^53, and PostgreSQL makes them numeric. */
export type SumRow = { start: number; code: string } & Partial<Record<ReportGroup, string>> &
  Record<(typeof SUMS)[number], string>;

export interface SumQuery {
  step: ReportStep;
  groupBy: readonly ReportGroup[];
  keyId?: string;
  ownerId?: string;
}

/** @returns in the order of time and group, SUMS_MAX + 1 at most. */
export async function readSums(db: Db, query: SumQuery, range: Range): Promise<SumRow[]> {
  const groups = [...new Set(query.groupBy)];
  const told = sql.join([...groups.map((name) => sql.ref(COLUMNS[name])), sql.ref('code')]);
  const shown = [
    ...groups.map((name) => sql`${sql.ref(COLUMNS[name])} as ${sql.ref(name)}`),
    sql.ref('code'),
    ...SUMS.map((name) => sql`cast(sum(${sql.ref(name)}) as text) as ${sql.ref(name)}`),
  ];
  const start = startOf(query.step, range);
  const { rows } = await sql<SumRow>`
    ${start.prelude}
    select ${start.column} as start, ${sql.join(shown)} from usage_hours ${start.join}
    where ${sql.join(conditions(query, range), sql` and `)}
    group by 1, ${told} order by 1, ${told} limit ${sql.lit(SUMS_MAX + 1)}`.execute(db);
  return rows;
}

function conditions({ keyId, ownerId }: SumQuery, { fromMs, toMs }: Range): RawBuilder<unknown>[] {
  return [
    sql`hour >= ${fromMs} and hour < ${toMs}`,
    ...(keyId === undefined ? [] : [sql`key_id = ${keyId}`]),
    ...(ownerId === undefined ? [] : [sql`owner_id = ${ownerId}`]),
  ];
}

interface StartColumn {
  column: RawBuilder<unknown>;
  /** Before the select, and after its table: where the step's starts come from a list. */
  prelude: RawBuilder<unknown>;
  join: RawBuilder<unknown>;
}

function startOf(step: ReportStep, range: Range): StartColumn {
  const plain = (column: RawBuilder<unknown>): StartColumn => ({ column, prelude: sql``, join: sql`` });
  if (step === 'hour') return plain(sql`hour`);
  if (step === 'day') return plain(sql`hour - hour % ${sql.lit(DAY_MS)}`);
  if (step === 'total') return plain(sql`cast(${sql.lit(range.fromMs)} as bigint)`);
  // Months are of different lengths, and the databases reckon with dates in different words: say which there are.
  return {
    column: sql`month_start`,
    prelude: sql`with months (month_start, month_end) as (values ${sql.join(months(range))})`,
    join: sql`join months on hour >= month_start and hour < month_end`,
  };
}

function months({ fromMs, toMs }: Range): RawBuilder<unknown>[] {
  const rows: RawBuilder<unknown>[] = [];
  for (let start = periodStart('month', fromMs); start < toMs;) {
    const end = periodEnd('month', start) ?? toMs;
    rows.push(sql`(cast(${sql.lit(start)} as bigint), cast(${sql.lit(end)} as bigint))`);
    start = end;
  }
  return rows;
}
