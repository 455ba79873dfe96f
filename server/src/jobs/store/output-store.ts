import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { tables } from './tables.ts';

export interface Piece {
  seq: number;
  attempt: number;
  /** JSON */
  piece: string;
}

export type Added = 'added' | 'lost' | 'too_large';

/**
 * Adds pieces to the output of a lease that a worker of this owner holds: all of them, or none where the output would have
 * more than `maxBytes`.
 */
export async function addOutput(
  tx: Db,
  { id, token, ownerId, maxBytes }: { id: string; token: string; ownerId: string; maxBytes: number },
  pieces: readonly string[],
): Promise<Added> {
  const size = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const isHeld = sql`id = ${id} and lease_token = ${token} and state = 'RUNNING'
    and exists (select 1 from workers where workers.id = jobs.worker_id and workers.owner_id = ${ownerId})`;
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
