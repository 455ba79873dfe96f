import type { Scope } from '../../access/index.ts';
import { enterKeyWork, type KeyWork } from '../../keys/index.ts';
import type { BatchesContext } from '../context.ts';
import type { BatchRow } from '../store/tables.ts';

/** The rights that a batch runs with; its key may have lost them since. */
export const NEEDED: readonly Scope[] = ['models:use', 'batches:write'];

/**
 * A line that runs, among the requests in flight.
 * @returns undefined where the key or its owner has ended
 */
export function enter(
  { storage, nodes, clock, jobs }: BatchesContext,
  { key_id: keyId }: Pick<BatchRow, 'key_id'>,
): Promise<KeyWork | undefined> {
  return enterKeyWork(
    { nodes, clock },
    {
      route: 'batches.line',
      needs: { scopes: NEEDED, types: ['one model'] },
      callerNow: async () => (await jobs.submitters.callers(storage.db, [keyId])).get(keyId),
    },
  );
}
