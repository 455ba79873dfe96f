import type { Caller } from '../../access/index.ts';
import type { JobsContext } from '../context.ts';
import { heldBy } from '../store/worker-store.ts';
import * as store from './booking-store.ts';
import { findOwnWorker, workerNotFound } from '../workers/register.ts';
import { gpusOf, type GpuView } from './gpu.ts';

const NANO = 1_000_000_000;

export interface OfferInput {
  /** USD of the whole worker; null: that of its registration. Left out: as it is. */
  price_per_hour?: number | null | undefined;
  description?: string | null | undefined;
  is_bookable?: boolean | undefined;
}

/**
 * Sets the offer of a worker of the caller's owner. It stays when the worker registers again.
 * @param named id of a GPU or worker, or name of a worker. @throws KeywardError `worker_not_found`
 */
export async function setOffer(
  context: JobsContext,
  caller: Caller,
  { named, input }: { named: string; input: OfferInput },
): Promise<{ worker_id: string; gpus: GpuView[] }> {
  const worker = /^(wrk_[0-9A-Za-z]{12})-\d{1,2}$/.exec(named)?.[1] ?? named;
  const { id } = await findOwnWorker(context, caller, worker);
  const { price_per_hour: price, description, is_bookable: isBookable } = input;
  const change = {
    ...(price !== undefined && { priceNano: price === null ? null : Math.round(price * NANO) }),
    ...(description !== undefined && { description }),
    ...(isBookable !== undefined && { isBookable }),
  };
  const row = await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const changed = await store.setOffer(tx, id, change);
    if (changed === undefined) throw workerNotFound();
    return { result: changed, entry: { action: 'marketplace.offer', target: id, details: { ...input } } };
  });
  // Its price decides which jobs it may have.
  context.queue.workerChanged(id);
  const held = (await heldBy(context.storage.db, [id])).get(id) ?? 0;
  return { worker_id: id, gpus: gpusOf(row, { caller, held, nowMs: context.clock.nowMs() }) };
}
