import { sql, type RawBuilder } from 'kysely';
import { Gate } from '../base/gate.ts';
import { SliceRows } from '../base/slices.ts';
import { dialectOf, type Db, type Storage } from '../storage/index.ts';
import { SUMS } from './counter-store.ts';
import { DAY_MS } from './periods.ts';

export const REPORT_STEPS = ['hour', 'day', 'month', 'total'] as const;
export type ReportStep = (typeof REPORT_STEPS)[number];
export const REPORT_GROUPS = ['key', 'owner', 'model', 'worker'] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

const COLUMNS = { key: 'key_id', owner: 'owner_id', model: 'model', worker: 'worker' } as const;

/** Whole hours. */
export interface Range {
  fromMs: number;
  toMs: number;
}

/** The sums of a step, group and code, as text: they may exceed 2^53. */
export type SumRow = { start: number; code: string } & Partial<Record<ReportGroup, string>> &
  Record<(typeof SUMS)[number], string>;

export interface SumQuery {
  step: ReportStep;
  groupBy: readonly ReportGroup[];
  keyId?: string;
  ownerId?: string;
}

/** A step and group may come in several parts. */
type Take = (part: SumRow[]) => void;

/** Years of usage are millions of rows: other requests do not wait while they are added up. */
export function readSums(storage: Storage, query: SumQuery, range: Range, take: Take): Promise<void> {
  return dialectOf(storage.db) === 'postgres'
    ? reports.run(() => addedUpThere(storage, query, range, take))
    : addedUpInSlices(storage.db, query, range, take);
}

/** Each report keeps a connection of this process. */
const reports = new Gate(2);
const FETCHED_ROWS = 1_000;

/** PostgreSQL adds up in one statement; a cursor gives as many rows as one turn of the event loop can take. */
async function addedUpThere(storage: Storage, query: SumQuery, range: Range, take: Take): Promise<void> {
  await storage.snapshot(async (tx) => {
    // A plan for all rows, as the one for fast first rows is slow.
    await sql`set local cursor_tuple_fraction = 1`.execute(tx);
    const all = sumsOf(query, { ...range, after: undefined, until: undefined }, tx);
    await sql`declare sums no scroll cursor for ${all}`.execute(tx);
    for (;;) {
      const { rows } = await sql<SumRow>`fetch ${sql.lit(FETCHED_ROWS)} from sums`.execute(tx);
      take(rows);
      if (rows.length < FETCHED_ROWS) return;
    }
  });
}

/** SQLite adds up within this process, slice by slice. */
async function addedUpInSlices(db: Db, query: SumQuery, range: Range, take: Take): Promise<void> {
  const size = new SliceRows();
  let after: Place | undefined;
  do {
    after = await size.take(async (rows) => {
      const until = await placeBehind(db, { query, range, after, rows });
      take((await sumsOf(query, { ...range, after, until }, db).execute(db)).rows);
      return until;
    });
  } while (after !== undefined);
}

type Slice = Range & { after: Place | undefined; until: Place | undefined };
type Place = readonly (string | number)[];

/** The columns of an index that orders the slices: the whole primary key, as an hour may have more rows than a slice. */
const walkOf = ({ keyId, ownerId }: SumQuery): readonly string[] =>
  keyId !== undefined
    ? ['hour', 'model', 'worker', 'code']
    : ownerId !== undefined
      ? ['hour', 'key_id', 'model', 'worker', 'code']
      : ['hour', 'key_id', 'owner_id', 'model', 'worker', 'code'];

const tuple = (items: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql`(${sql.join([...items])})`;
const columnsOf = (query: SumQuery): RawBuilder<unknown>[] => walkOf(query).map((name) => sql.ref(name));
const valuesOf = (place: Place): RawBuilder<unknown>[] => place.map((value) => sql`${value}`);

/** The place of the last of the next `rows` rows; undefined where there are fewer. */
async function placeBehind(
  db: Db,
  { query, range, after, rows }: { query: SumQuery; range: Range; after: Place | undefined; rows: number },
): Promise<Place | undefined> {
  const walk = walkOf(query);
  const order = walk.map((name) => sql`${sql.ref(name)}`);
  const result = await sql<Record<string, string | number>>`
    select ${sql.join(columnsOf(query))} from usage_hours
    where ${sql.join(conditions(query, { ...range, after, until: undefined }), sql` and `)}
    order by ${sql.join(order)} limit 1 offset ${sql.lit(rows - 1)}`.execute(db);
  const [row] = result.rows;
  return row && walk.map((name) => row[name] ?? '');
}

function sumsOf(query: SumQuery, slice: Slice, db: Db): RawBuilder<SumRow> {
  const groups = [...new Set(query.groupBy)];
  const grouped = sql.join([...groups.map((name) => sql.ref(COLUMNS[name])), sql.ref('code')]);
  const shown = [
    ...groups.map((name) => sql`${sql.ref(COLUMNS[name])} as ${sql.ref(name)}`),
    sql.ref('code'),
    ...SUMS.map((name) => sql`cast(sum(${sql.ref(name)}) as text) as ${sql.ref(name)}`),
  ];
  return sql<SumRow>`
    select ${startOf(query.step, slice, db)} as start, ${sql.join(shown)} from usage_hours
    where ${sql.join(conditions(query, slice), sql` and `)}
    group by 1, ${grouped} order by 1, ${grouped}`;
}

/** One bound on each side: with a second one on the hour, SQLite would read a full hour again. */
function conditions(query: SumQuery, { fromMs, toMs, after, until }: Slice): RawBuilder<unknown>[] {
  const { keyId, ownerId } = query;
  const columns = tuple(columnsOf(query));
  return [
    ...(keyId === undefined ? [] : [sql`key_id = ${keyId}`]),
    ...(ownerId === undefined ? [] : [sql`owner_id = ${ownerId}`]),
    after === undefined ? sql`hour >= ${fromMs}` : sql`${columns} > ${tuple(valuesOf(after))}`,
    until === undefined ? sql`hour < ${toMs}` : sql`${columns} <= ${tuple(valuesOf(until))}`,
  ];
}

function startOf(step: ReportStep, { fromMs }: Range, db: Db): RawBuilder<unknown> {
  if (step === 'hour') return sql`hour`;
  if (step === 'day') return sql`hour - hour % ${sql.lit(DAY_MS)}`;
  if (step === 'total') return sql`cast(${sql.lit(fromMs)} as bigint)`;
  return dialectOf(db) === 'sqlite'
    ? sql`unixepoch(hour / 1000, 'unixepoch', 'start of month') * 1000`
    : sql`cast(extract(epoch from date_trunc('month', to_timestamp(hour / 1000) at time zone 'UTC')) as bigint) * 1000`;
}
