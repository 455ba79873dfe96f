import { sql } from 'kysely';
import { claimRows, type Db } from '../../storage/index.ts';
import { tables } from '../store/tables.ts';

/** Models for which work waits and no worker is online. Times in ms since 1970. */
export type WaitingRow = {
  /** As `WaitingWork` joins them. */
  models: string;
  /** Of the report. */
  id: string;
  /** When the first job came in. */
  since: number;
  tries: number;
  /** Null: it was reported. */
  next_at: number | null;
};

export const allWaiting = (db: Db): Promise<WaitingRow[]> =>
  tables(db).selectFrom('job_waiting').selectAll().execute();

/** Those that are there already stay as they are. */
export async function addWaiting(tx: Db, rows: readonly WaitingRow[]): Promise<void> {
  if (rows.length > 0)
    await tables(tx)
      .insertInto('job_waiting')
      .values([...rows])
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

export async function endWaiting(tx: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tables(tx).deleteFrom('job_waiting').where('id', 'in', ids).execute();
}

/** Those that are due. Each is due again at `retryMs`: so it is sent, should this process die now. */
export const claimWaiting = (
  tx: Db,
  { nowMs, retryMs, limit }: { nowMs: number; retryMs: number; limit: number },
): Promise<WaitingRow[]> =>
  claimRows<WaitingRow>(tx, {
    table: 'job_waiting',
    key: ['models'],
    where: sql<boolean>`next_at <= ${nowMs}`,
    order: sql`next_at, models`,
    limit,
    change: sql`update job_waiting set tries = tries + 1, next_at = ${retryMs}`,
  });

/** @param nextMs null: it was reported. */
export const setNext = async (tx: Db, id: string, nextMs: number | null): Promise<void> => {
  await tables(tx).updateTable('job_waiting').set({ next_at: nextMs }).where('id', '=', id).execute();
};
