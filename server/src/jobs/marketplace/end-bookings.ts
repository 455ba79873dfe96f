import { isoTime } from '../../base/clock.ts';
import { isOwnerActive } from '../../keys/index.ts';
import type { JobsContext } from '../context.ts';
import * as store from './booking-store.ts';

/** Ends the bookings of owners that are suspended or deleted: nobody else could use these workers until their end. */
export async function endBookings(context: JobsContext): Promise<void> {
  const { storage, clock, keys, audit, queue } = context;
  const nowMs = clock.nowMs();
  for (const { id: workerId, booked_by: bookedBy } of await store.bookedWorkers(storage.db, nowMs)) {
    if (await isOwnerActive(keys, bookedBy)) continue;
    await audit.change({ kind: 'system' }, async (tx) => {
      const isActive = await isOwnerActive(keys, bookedBy, tx);
      const row = isActive ? undefined : await store.release(tx, { workerId, bookedBy, nowMs });
      const details = { booked_by: bookedBy, ended: isoTime(nowMs) };
      const entry = { action: 'marketplace.release', target: workerId, details };
      return { result: undefined, ...(row !== undefined && { entry }) };
    });
    queue.bookingChanged(workerId);
  }
}
