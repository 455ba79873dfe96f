import type { Db } from '../../storage/index.ts';
import { tables } from '../rows.ts';

/** Work that one process does for all. */
export const leaseOf = (name: 'reembedding' | 'pgvector') => ({ table: 'retrieval_leases', key: { name } });

/** Of embedding again. */
export interface ReembeddingState {
  untilAt: number;
  /** Documents that failed in this round. */
  failed: number;
  lastError: string | null;
}

const NAME = 'reembedding';

export async function noteOutcome(
  tx: Db,
  { failed, lastError }: { failed: number; lastError: string | null },
): Promise<void> {
  const outcome = { failed, last_error: lastError };
  await tables(tx).updateTable('retrieval_leases').set(outcome).where('name', '=', NAME).execute();
}

export async function readReembeddingState(db: Db): Promise<ReembeddingState> {
  const row = await tables(db)
    .selectFrom('retrieval_leases')
    .select(['until_at as untilAt', 'failed', 'last_error as lastError'])
    .where('name', '=', NAME)
    .executeTakeFirst();
  return row ?? { untilAt: 0, failed: 0, lastError: null };
}
