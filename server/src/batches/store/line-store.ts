import { sql } from 'kysely';
import { claimRows, dialectOf, taking, type Db } from '../../storage/index.ts';
import { tables, type LineRow, type Part } from './tables.ts';

export type NewLine = Pick<LineRow, 'batch_id' | 'line' | 'custom_id' | 'start' | 'length'>;

export async function insertLines(tx: Db, lines: readonly NewLine[]): Promise<void> {
  const rest = { part: null, answer: null, bytes: 0, attempts: 0, failures: 0, is_admitted: 0 as const };
  const free = { holder: '', until_at: 0, fence: 0 };
  const rows = lines.map((line) => ({ ...line, ...rest, ...free }));
  if (rows.length > 0) await tables(tx).insertInto('batch_lines').values(rows).execute();
}

export const deleteLines = async (tx: Db, batchId: string): Promise<void> => {
  await tables(tx).deleteFrom('batch_lines').where('batch_id', '=', batchId).execute();
};

/** A read, so that a look that finds nothing writes nothing. */
export async function anyFree(db: Db, batchId: string, nowMs: number): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('batch_lines')
    .select('line')
    .where('batch_id', '=', batchId)
    .where('part', 'is', null)
    .where('until_at', '<=', nowMs)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface Claim {
  batchId: string;
  holder: string;
  nowMs: number;
  untilMs: number;
  limit: number;
}

/** Lines of a batch, each for one process alone; none once the batch is being ended. */
export const claimLines = (tx: Db, { batchId, holder, nowMs, untilMs, limit }: Claim): Promise<LineRow[]> =>
  claimRows(tx, {
    table: 'batch_lines',
    key: ['batch_id', 'line'],
    where: sql<boolean>`batch_id = ${batchId} and part is null and until_at <= ${nowMs}
      and exists (select 1 from batches where id = ${batchId} and status = 'in_progress')`,
    order: sql`until_at, line`,
    limit,
    change: sql`update batch_lines set ${taking({ holder, untilMs })}`,
  });

/** All that this process runs. */
export async function renewLines(tx: Db, holder: string, untilMs: number): Promise<void> {
  await sql`update batch_lines set until_at = ${untilMs} where part is null and holder = ${holder}`.execute(
    tx,
  );
}

type Held = Pick<LineRow, 'batch_id' | 'line' | 'holder' | 'fence'>;

/** @returns false where another process has it by now, or the batch was ended. */
export async function putBack(
  tx: Db,
  { batch_id: batchId, line, holder, fence }: Held,
  change: Pick<LineRow, 'attempts' | 'failures' | 'is_admitted' | 'until_at'>,
): Promise<boolean> {
  const rows = await tables(tx)
    .updateTable('batch_lines')
    .set({ ...change, holder: '', fence: fence + 1 })
    .where('batch_id', '=', batchId)
    .where('line', '=', line)
    .where('part', 'is', null)
    .where('holder', '=', holder)
    .where('fence', '=', fence)
    .returning('line')
    .execute();
  return rows.length > 0;
}

export interface Settled {
  part: Part;
  answer: string;
  tokens?: Partial<Tokens> | undefined;
}

export interface Tokens {
  input: number;
  cached: number;
  output: number;
  reasoning: number;
}

/** Of the batch: `settleLine` changes its lines and then itself, as the end of a batch does. */
export async function lockBatches(tx: Db, ids: readonly string[]): Promise<void> {
  if (dialectOf(tx) !== 'postgres') return;
  await sql`select id from batches where id in (${sql.join([...ids])}) order by id for update`.execute(tx);
}

/** Once for each line. @returns false where another process has it by now, or it is over. */
export async function settleLine(tx: Db, held: Held, { part, answer, tokens }: Settled): Promise<boolean> {
  const { batch_id: batchId, line, holder, fence } = held;
  const bytes = Buffer.byteLength(answer) + 1;
  const { rows } = await sql`
    update batch_lines set part = ${part}, answer = ${answer}, bytes = ${bytes}, holder = '', until_at = 0
    where batch_id = ${batchId} and line = ${line} and part is null and holder = ${holder} and fence = ${fence}
    returning line`.execute(tx);
  if (rows.length === 0) return false;
  const isOutput = part === 'output';
  const { input = 0, cached = 0, output = 0, reasoning = 0 } = tokens ?? {};
  await sql`update batches set
      completed = completed + ${isOutput ? 1 : 0}, failed = failed + ${isOutput ? 0 : 1},
      output_bytes = output_bytes + ${isOutput ? bytes : 0}, error_bytes = error_bytes + ${isOutput ? 0 : bytes},
      input_tokens = input_tokens + ${input}, cached_tokens = cached_tokens + ${cached},
      output_tokens = output_tokens + ${output}, reasoning_tokens = reasoning_tokens + ${reasoning}
    where id = ${batchId}`.execute(tx);
  return true;
}

/** Lines that are not over. @param runsToo also those that a process runs */
export const openLines = (
  tx: Db,
  batchId: string,
  { nowMs, limit, runsToo }: { nowMs: number; limit: number; runsToo: boolean },
): Promise<LineRow[]> => {
  const query = tables(tx)
    .selectFrom('batch_lines')
    .selectAll()
    .where('batch_id', '=', batchId)
    .where('part', 'is', null);
  const some = runsToo
    ? query
    : query.where((eb) => eb.or([eb('holder', '=', ''), eb('until_at', '<=', nowMs)]));
  const first = some.orderBy('line').limit(limit);
  return (dialectOf(tx) === 'postgres' ? first.forUpdate() : first).execute();
};

export async function anyOpen(db: Db, batchId: string): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('batch_lines')
    .select('line')
    .where('batch_id', '=', batchId)
    .where('part', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const READ_LINES = 500;
const READ_BYTES = 4 * 1024 * 1024;

/** The next answers of a file of results, in the order of the input; [] behind the last one. */
export async function answersAfter(
  db: Db,
  { batchId, part, after }: { batchId: string; part: Part; after: number },
): Promise<Pick<LineRow, 'line' | 'answer'>[]> {
  const next = tables(db)
    .selectFrom('batch_lines')
    .where('batch_id', '=', batchId)
    .where('part', '=', part)
    .where('line', '>', after)
    .orderBy('line');
  const sizes = await next.select(['line', 'bytes']).limit(READ_LINES).execute();
  let sum = 0;
  const fits = sizes.filter(({ bytes }, index) => (sum += bytes) <= READ_BYTES || index === 0);
  const last = fits.at(-1);
  return last === undefined ? [] : next.select(['line', 'answer']).where('line', '<=', last.line).execute();
}

/** Those of a file of results that was deleted. */
export async function forgetAnswers(tx: Db, batchId: string, part: Part): Promise<void> {
  await sql`update batch_lines set answer = null, bytes = 0
    where batch_id = ${batchId} and part = ${part} and answer is not null`.execute(tx);
}
