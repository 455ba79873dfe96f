import { isoTime } from '../base/clock.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { mapInTurns } from '../base/slices.ts';
import type { Storage } from '../storage/index.ts';
import { formatAmount } from './amounts.ts';
import { HOUR_MS, periodEnd } from './periods.ts';
import { readSums, type Range, type ReportGroup, type ReportStep, type SumRow } from './report-store.ts';

export interface ReportQuery {
  /** ms since 1970. Usage is kept by the hour: `from` is taken down to its hour, `to` up to the next. */
  from: number;
  to: number;
  /** UTC hours, days, months, or all in one. */
  step: ReportStep;
  groupBy: readonly ReportGroup[];
  keyId?: string;
  ownerId?: string;
}

/** One step of one group. Steps in which nothing happened are left out. */
export interface ReportRow {
  /** ISO 8601; the first and the last step are cut to the range that was asked for. */
  start: string;
  end: string;
  /** Ids and names, '' where there was none. */
  group: Partial<Record<ReportGroup, string>>;
  /** All requests, those refused among them. */
  requests: number;
  /** Of `requests`, those that were not ok, by code. */
  refusals: Record<string, number>;
  tokens_in: number;
  tokens_out: number;
  /** Decimal text. */
  usd: string;
  gpu_seconds: string;
  /** Of `requests`, those whose tokens were counted here. */
  estimated_requests: number;
}

const ROWS_MAX = 10_000;
/** From 1970 to the end of the year 2199. */
const TIME_MAX_MS = Date.UTC(2200, 0, 1);

/**
 * What was used, by time and by group, in the order of time.
 * @throws KeywardError `invalid_input` for a range that is none, and for more than 10,000 rows.
 */
export async function report(storage: Storage, query: ReportQuery): Promise<ReportRow[]> {
  const range = rangeOf(query);
  const rows = new Map<string, Collected>();
  await readSums(storage, query, range, (part) => {
    for (const sum of part) {
      const id = [sum.start, ...query.groupBy.map((name) => sum[name])].join('\0');
      const row = rows.get(id) ?? newRow(sum);
      collect(row, sum);
      rows.set(id, row);
    }
    if (rows.size > ROWS_MAX) throw tooLarge();
  });
  // Within an hour the parts come in the order in which the table is walked.
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
  requests: bigint;
  tokensIn: bigint;
  tokensOut: bigint;
  usdNano: bigint;
  gpuMs: bigint;
  estimated: bigint;
}

function newRow(first: SumRow): Collected {
  const none = { requests: 0n, tokensIn: 0n, tokensOut: 0n, usdNano: 0n, gpuMs: 0n, estimated: 0n };
  return { first, refusals: {}, ...none };
}

/** One code's share. */
function collect(row: Collected, sum: SumRow): void {
  row.requests += BigInt(sum.requests);
  if (sum.code !== 'ok') row.refusals[sum.code] = (row.refusals[sum.code] ?? 0) + Number(sum.requests);
  row.tokensIn += BigInt(sum.tokens_in);
  row.tokensOut += BigInt(sum.tokens_out);
  row.usdNano += BigInt(sum.usd_nano);
  row.gpuMs += BigInt(sum.gpu_ms);
  row.estimated += BigInt(sum.estimated_requests);
}

function finished(row: Collected, { step, groupBy }: ReportQuery, { fromMs, toMs }: Range): ReportRow {
  const { start } = row.first;
  const endMs = periodEnd(step, start) ?? toMs;
  return {
    start: isoTime(Math.max(start, fromMs)),
    end: isoTime(Math.min(endMs, toMs)),
    group: Object.fromEntries(groupBy.map((name) => [name, row.first[name] ?? ''])),
    requests: Number(row.requests),
    refusals: row.refusals,
    tokens_in: Number(row.tokensIn),
    tokens_out: Number(row.tokensOut),
    usd: formatAmount('usd', row.usdNano),
    gpu_seconds: formatAmount('gpu_seconds', row.gpuMs),
    estimated_requests: Number(row.estimated),
  };
}
