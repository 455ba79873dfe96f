import { holdsScope, type Caller } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { WorkerRow } from '../store/tables.ts';
import { bookedFor, candidateOf, stateOf } from '../workers/worker.ts';

export const GPU_STATES = ['online', 'busy', 'booked', 'offline'] as const;
export type GpuState = (typeof GPU_STATES)[number];

const NANO = 1_000_000_000;

/** Times ISO 8601. Price, booking and state are those of the whole worker. */
export interface GpuView {
  /** Such as `wrk_4fT9aBcDeF12-0`: the worker and the place of the GPU in it. */
  gpu_id: string;
  worker_id: string;
  owner_id: string;
  model: string;
  memory_mb: number;
  cuda: string | null;
  /** How many GPUs the worker has. */
  gpus: number;
  models: string[];
  region: string | null;
  price_per_hour: number | null;
  description: string | null;
  state: GpuState;
  /** Whether this caller could book it when it is free. */
  is_bookable: boolean;
  booked_until: string | null;
  /** Only for the one who has booked it, and for administrators. */
  booked_by: string | null;
}

/** @param held the leases that the worker holds. */
export function gpusOf(
  row: WorkerRow,
  { caller, held, nowMs }: { caller: Caller; held: number; nowMs: number },
): GpuView[] {
  const { capabilities } = candidateOf(row);
  const bookedBy = bookedFor(row, nowMs);
  const maySee = bookedBy === caller.ownerId || mayAdminister(caller);
  const shared = {
    worker_id: row.id,
    owner_id: row.owner_id,
    gpus: capabilities.gpus.length,
    models: capabilities.models.map(({ name }) => name),
    region: row.region,
    price_per_hour: row.price_nano === null ? null : row.price_nano / NANO,
    description: row.offer_description,
    state: gpuState(row, held, nowMs),
    is_bookable: row.is_bookable === 1 || row.owner_id === caller.ownerId,
    booked_until: bookedBy === undefined ? null : isoTime(row.booked_until),
    booked_by: maySee ? (bookedBy ?? null) : null,
  };
  return capabilities.gpus.map(({ name, memory_mb, cuda = null }, at) => ({
    gpu_id: `${row.id}-${at}`,
    model: name,
    memory_mb,
    cuda,
    ...shared,
  }));
}

/** A booked worker that works is booked; one that gets no job is busy, or offline where it leaves or is paused. */
function gpuState(row: WorkerRow, held: number, nowMs: number): GpuState {
  const state = stateOf(row, nowMs);
  if (state === 'offline' || state === 'draining' || state === 'paused') return 'offline';
  if (bookedFor(row, nowMs) !== undefined) return 'booked';
  return state === 'resting' || held >= row.concurrency ? 'busy' : 'online';
}

/** Of the roles only the administrator has this scope. */
export const mayAdminister = (caller: Caller): boolean => holdsScope(caller, 'workers:manage');

/** @returns the id of the worker in the id of a GPU, and the place of the GPU. */
export function placeOf(gpuId: string): { workerId: string; at: number } {
  const [workerId = '', at = ''] = gpuId.split('-');
  return { workerId, at: Number(at) };
}

export const gpuNotFound = (): KeywardError =>
  new KeywardError('not_found', 'There is no such GPU.', {
    hint: 'GET /v1/marketplace/gpu/list lists all GPUs.',
  });
