import type { Db } from '../../storage/index.ts';
import { tables } from '../rows.ts';

/** How a piece of work that one process does for all stands. */
export interface Lease {
  holder: string;
  untilAt: number;
  /** What it could not do, in this round. */
  failed: number;
  lastError: string | null;
}

/** Takes or keeps a lease. @returns false while another process holds it. */
export async function holdLease(
  tx: Db,
  name: string,
  { holder, untilAt, nowMs }: { holder: string; untilAt: number; nowMs: number },
): Promise<boolean> {
  const row = await tables(tx)
    .insertInto('retrieval_leases')
    .values({ name, holder, until_at: untilAt, failed: 0, last_error: null })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder, until_at: untilAt })
        .where((eb) =>
          eb.or([eb('retrieval_leases.holder', '=', holder), eb('retrieval_leases.until_at', '<=', nowMs)]),
        ),
    )
    .returning('holder')
    .executeTakeFirst();
  return row?.holder === holder;
}

/** Others may take it at once. */
export async function endLease(tx: Db, name: string, holder: string): Promise<void> {
  await tables(tx)
    .updateTable('retrieval_leases')
    .set({ until_at: 0 })
    .where('name', '=', name)
    .where('holder', '=', holder)
    .execute();
}

export async function noteOutcome(
  tx: Db,
  name: string,
  outcome: { failed: number; lastError: string | null },
): Promise<void> {
  await tables(tx)
    .updateTable('retrieval_leases')
    .set({ failed: outcome.failed, last_error: outcome.lastError })
    .where('name', '=', name)
    .execute();
}

export async function readLease(db: Db, name: string): Promise<Lease | undefined> {
  const row = await tables(db)
    .selectFrom('retrieval_leases')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { holder: row.holder, untilAt: row.until_at, failed: row.failed, lastError: row.last_error };
}
