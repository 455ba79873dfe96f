import type { Caller } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import type { JobsContext } from '../context.ts';
import type { WorkerRow } from '../store/tables.ts';
import { findWorkers } from '../store/worker-store.ts';
import { bookedFor, candidateOf, ONLINE_MS, stateOf } from '../workers/worker.ts';
import * as store from './booking-store.ts';
import { gpuNotFound, mayAdminister, placeOf, type GpuView } from './gpu.ts';
import { findGpu } from './list-gpus.ts';

const HOUR_MS = 3_600_000;

/**
 * Books the worker of a GPU for the jobs of the caller's owner, from now. Jobs that it works on are finished.
 * @throws KeywardError `not_found`, `already_booked`, `conflict` where it is offline, `forbidden_resource`
 */
export async function bookGpu(
  context: JobsContext,
  caller: Caller,
  { gpuId, hours }: { gpuId: string; hours: number },
): Promise<GpuView> {
  const nowMs = context.clock.nowMs();
  const { workerId, at } = placeOf(gpuId);
  const booking: store.Booking = {
    workerId,
    ownerId: caller.ownerId,
    nowMs,
    untilMs: nowMs + Math.round(hours * HOUR_MS),
    seenSinceMs: nowMs - ONLINE_MS,
  };
  await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const row = await store.book(tx, booking);
    if (row === undefined) throw await refusalOf(tx, booking);
    if (candidateOf(row).capabilities.gpus[at] === undefined) throw gpuNotFound();
    const details = { booked_by: caller.ownerId, until: isoTime(row.booked_until) };
    return { result: undefined, entry: { action: 'marketplace.book', target: workerId, details } };
  });
  context.queue.bookingChanged(workerId);
  return findGpu(context, caller, gpuId);
}

/** Why a booking found nothing to change. */
async function refusalOf(
  tx: Db,
  { workerId, ownerId, nowMs }: Pick<store.Booking, 'workerId' | 'ownerId' | 'nowMs'>,
): Promise<KeywardError> {
  const [row] = await findWorkers(tx, [workerId]);
  if (row === undefined) return gpuNotFound();
  const isForbidden = row.is_bookable === 0 && row.owner_id !== ownerId;
  if (isForbidden)
    return new KeywardError('forbidden_resource', 'The owner of this GPU lets nobody else book it.', {
      hint: 'GET /v1/marketplace/gpu/list?available=true lists those that you can book.',
    });
  const holder = bookedFor(row, nowMs);
  return holder === undefined || holder === ownerId ? offline(row, nowMs) : alreadyBooked(row);
}

const alreadyBooked = ({ booked_until: untilMs }: WorkerRow): KeywardError =>
  new KeywardError('already_booked', `This GPU is booked until ${isoTime(untilMs)}.`, {
    hint: 'GET /v1/marketplace/gpu/list?available=true lists those that are free.',
    details: { booked_until: isoTime(untilMs) },
  });

const offline = (row: WorkerRow, nowMs: number): KeywardError =>
  new KeywardError('conflict', `The worker of this GPU is ${stateOf(row, nowMs)}: it cannot be booked.`, {
    hint: 'GET /v1/marketplace/gpu/list?available=true lists those that are free.',
  });

/**
 * Ends a booking before its time: by its booker or by an administrator. The booking of another owner does not exist for the
 * caller.
 * @throws KeywardError `not_found`
 */
export async function releaseGpu(
  context: JobsContext,
  caller: Caller,
  gpuId: string,
): Promise<{ worker_id: string; state: 'released' }> {
  const nowMs = context.clock.nowMs();
  const { workerId } = placeOf(gpuId);
  await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const [before] = await findWorkers(tx, [workerId]);
    if (before === undefined) throw gpuNotFound();
    const bookedBy = mayAdminister(caller) ? undefined : caller.ownerId;
    if ((await store.release(tx, { workerId, bookedBy, nowMs })) === undefined) throw noBooking();
    const details = { booked_by: before.booked_by, until: isoTime(before.booked_until) };
    return { result: undefined, entry: { action: 'marketplace.release', target: workerId, details } };
  });
  context.queue.bookingChanged(workerId);
  return { worker_id: workerId, state: 'released' };
}

const noBooking = (): KeywardError =>
  new KeywardError('not_found', 'You have no booking of this GPU.', {
    hint: 'It may have ended by itself: GET /v1/marketplace/gpu/{id} has its state.',
  });
