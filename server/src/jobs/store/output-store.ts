import { sql, type RawBuilder } from 'kysely';
import { dialectOf, type Db } from '../../storage/index.ts';
import { tables } from './tables.ts';

export interface Piece {
  seq: number;
  attempt: number;
  /** JSON */
  piece: string;
}

/** `stored`: the pieces of this attempt so far, where the first of the new ones would leave a gap. */
export type Added = 'added' | 'lost' | 'too_large' | { stored: number };

interface Target {
  id: string;
  token: string;
  /** Of the worker. */
  ownerId: string;
  maxBytes: number;
  /** How many pieces of this attempt come before these; undefined: all that are stored. */
  from: number | undefined;
}

/**
 * Adds pieces to the output of a lease that a worker of this owner holds: all of them, or none where the output would have
 * more than `maxBytes`. Those that are stored already, by their number, are passed over.
 */
export async function addOutput(tx: Db, target: Target, given: readonly string[]): Promise<Added> {
  const { id, token, ownerId, maxBytes, from } = target;
  const isHeld = sql`id = ${id} and lease_token = ${token} and state = 'RUNNING'
    and exists (select 1 from workers where workers.id = jobs.worker_id and workers.owner_id = ${ownerId})`;
  let pieces = given;
  if (from !== undefined) {
    const stored = await countPieces(tx, id, isHeld);
    if (stored === undefined) return 'lost';
    if (from > stored) return { stored };
    pieces = given.slice(stored - from);
  }
  const size = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const { rows } = await sql<{ attempt: number; output_seq: number }>`
    update jobs set output_seq = output_seq + ${pieces.length}, output_bytes = output_bytes + ${size}
    where ${isHeld} and output_bytes + ${size} <= ${maxBytes}
    returning attempt, output_seq`.execute(tx);
  const [row] = rows;
  if (row === undefined) {
    const held = await sql`select 1 from jobs where ${isHeld}`.execute(tx);
    return held.rows.length > 0 ? 'too_large' : 'lost';
  }
  const first = row.output_seq - pieces.length + 1;
  const values = pieces.map((piece, index) => ({
    job_id: id,
    seq: first + index,
    attempt: row.attempt,
    piece,
  }));
  if (values.length > 0) await tables(tx).insertInto('job_output').values(values).execute();
  return 'added';
}

/**
 * The pieces of the running attempt; the job stays locked. Those of earlier attempts are deleted at their end, and the others
 * have numbers without gaps. @returns undefined where the lease is lost
 */
async function countPieces(tx: Db, id: string, isHeld: RawBuilder<unknown>): Promise<number | undefined> {
  const lock = dialectOf(tx) === 'postgres' ? sql`for update` : sql``;
  const { rows } = await sql<{ output_seq: number }>`
    select output_seq from jobs where ${isHeld} ${lock}`.execute(tx);
  const [job] = rows;
  if (job === undefined) return undefined;
  const { rows: firsts } = await sql<{ first: number | null }>`
    select min(seq) as first from job_output where job_id = ${id}`.execute(tx);
  const first = firsts[0]?.first ?? null;
  return first === null ? 0 : job.output_seq - first + 1;
}

export const outputAfter = (db: Db, jobId: string, after: number, limit: number): Promise<Piece[]> =>
  tables(db)
    .selectFrom('job_output')
    .select(['seq', 'attempt', 'piece'])
    .where('job_id', '=', jobId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();

/** Of attempts that have ended without a result. */
export const deleteOutput = async (tx: Db, jobId: string): Promise<void> => {
  await tables(tx).deleteFrom('job_output').where('job_id', '=', jobId).execute();
};
