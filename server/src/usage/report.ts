import { isoTime } from '../base/clock.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { mapInTurns } from '../base/slices.ts';
import type { Storage } from '../storage/index.ts';
import { formatAmount } from './amounts.ts';
import { SUMS } from './counter-store.ts';
import { HOUR_MS, periodEnd } from './periods.ts';
import { readSums, type Range, type ReportGroup, type ReportStep, type SumRow } from './report-store.ts';

export interface ReportQuery {
  /** ms since 1970; `from` is rounded down to its hour, `to` up to the next. */
  from: number;
  to: number;
  /** In UTC. */
  step: ReportStep;
  groupBy: readonly ReportGroup[];
  keyId?: string;
  ownerId?: string;
}

/** One step of one group; empty ones are left out. */
export interface ReportRow {
  /** ISO 8601; the first and the last step are cut to the range. */
  start: string;
  end: string;
  /** Ids and names, '' where there was none. */
  group: Partial<Record<ReportGroup, string>>;
  /** With the refused ones. */
  requests: number;
  /** Requests that were refused, by code. */
  refusals: Record<string, number>;
  tokens_in: number;
  tokens_out: number;
  /** Decimal text. */
  usd: string;
  gpu_seconds: string;
  /** Requests whose tokens Keyward counted. */
  estimated_requests: number;
}

const ROWS_MAX = 10_000;
/** From 1970 to the end of the year 2199. */
const TIME_MAX_MS = Date.UTC(2200, 0, 1);

/** In the order of time. @throws KeywardError `invalid_input` for a bad range, and for more than 10,000 rows. */
export async function report(storage: Storage, query: ReportQuery): Promise<ReportRow[]> {
  const range = rangeOf(query);
  const rows = new Map<string, Collected>();
  await readSums(storage, query, range, (part) => {
    for (const sum of part) {
      const id = [sum.start, ...query.groupBy.map((name) => sum[name])].join('\0');
      const row = rows.get(id) ?? { first: sum, refusals: {}, sums: { ...NOTHING } };
      rows.set(id, row);
      for (const name of SUMS) row.sums[name] += BigInt(sum[name]);
      if (sum.code !== 'ok') row.refusals[sum.code] = (row.refusals[sum.code] ?? 0) + Number(sum.requests);
    }
    if (rows.size > ROWS_MAX) throw tooLarge();
  });
  // Within a step the parts come in the order of the table.
  const ordered = [...rows].toSorted(
    ([a, one], [b, other]) => one.first.start - other.first.start || byText(a, b),
  );
  return mapInTurns(ordered, ([, row]) => finished(row, query, range));
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function rangeOf({ from, to }: ReportQuery): Range {
  for (const [field, ms] of [
    ['query.from', from],
    ['query.to', to],
  ] as const)
    if (!(ms >= 0 && ms <= TIME_MAX_MS))
      throw invalidField(field, 'must be between the years 1970 and 2199, such as 2027-01-31T09:00:00Z');
  if (from >= to) throw invalidField('query.from', 'must be before query.to');
  return { fromMs: from - (from % HOUR_MS), toMs: Math.ceil(to / HOUR_MS) * HOUR_MS };
}

function tooLarge(): KeywardError {
  return new KeywardError('invalid_input', `The report would have more than ${ROWS_MAX} rows, the maximum.`, {
    hint: 'Ask for a shorter range, a longer step, fewer columns in group_by, or one key.',
    errors: [{ field: 'query', message: `must give at most ${ROWS_MAX} rows` }],
  });
}

interface Collected {
  first: SumRow;
  refusals: Record<string, number>;
  sums: Sums;
}

type Sums = Record<(typeof SUMS)[number], bigint>;
const NOTHING = Object.fromEntries(SUMS.map((name) => [name, 0n])) as Sums;

function finished(
  { first, refusals, sums }: Collected,
  { step, groupBy }: ReportQuery,
  range: Range,
): ReportRow {
  const { fromMs, toMs } = range;
  const { start } = first;
  const endMs = periodEnd(step, start) ?? toMs;
  return {
    start: isoTime(Math.max(start, fromMs)),
    end: isoTime(Math.min(endMs, toMs)),
    group: Object.fromEntries(groupBy.map((name) => [name, first[name] ?? ''])),
    requests: Number(sums.requests),
    refusals,
    tokens_in: Number(sums.tokens_in),
    tokens_out: Number(sums.tokens_out),
    usd: formatAmount('usd', sums.usd_nano),
    gpu_seconds: formatAmount('gpu_seconds', sums.gpu_ms),
    estimated_requests: Number(sums.estimated_requests),
  };
}
