import type { Caller } from '../../access/index.ts';
import { cursorOf, pageOf, readCursor, type Page } from '../../base/page.ts';
import type { JobsContext } from '../context.ts';
import type { WorkerRow } from '../store/tables.ts';
import { findWorkers, heldBy } from '../store/worker-store.ts';
import { KNOWN_MS } from '../workers/worker.ts';
import { pageOfWorkers } from './booking-store.ts';
import { gpuNotFound, gpusOf, placeOf, type GpuView } from './gpu.ts';

/** Workers in one read. */
const SLICE = 500;
/** Slices that a page looks at; the next page goes on behind them. */
const SLICES_MAX = 10;
const MB_PER_GB = 1_024;
/** As for jobs: 24 GB cards report a few MB less. */
const MEMORY_TOLERANCE = 0.97;
const BEHIND_ALL = 999;

type Context = Pick<JobsContext, 'storage' | 'clock'>;

export interface GpuFilter {
  /** Those that the caller could book now, or only the others. */
  available?: boolean | undefined;
  /** A part of the name of the GPU. */
  model?: string | undefined;
  /** GiB */
  memory_min?: number | undefined;
  region?: string | undefined;
  /** USD per hour. A worker without a price costs nothing. */
  price_max?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The GPUs of workers that were seen within a week, the latest registered worker first. */
export async function listGpus(
  context: Context,
  caller: Caller,
  { limit = 50, cursor, ...filter }: GpuFilter,
): Promise<Page<GpuView>> {
  const nowMs = context.clock.nowMs();
  const found: { gpu: GpuView; row: WorkerRow; at: number }[] = [];
  let after = readGpuPlace(cursor);
  for (let slices = 0; slices < SLICES_MAX; slices++) {
    const rows = await pageOfWorkers(context.storage.db, {
      seenSinceMs: nowMs - KNOWN_MS,
      after,
      isInclusive: true,
      limit: SLICE,
    });
    const held = await heldBy(
      context.storage.db,
      rows.map(({ id }) => id),
    );
    for (const row of rows) {
      const first = row.id === after?.id ? after.at + 1 : 0;
      for (const [at, gpu] of gpusOf(row, { caller, held: held.get(row.id) ?? 0, nowMs }).entries())
        if (at >= first && isWanted(gpu, filter)) found.push({ gpu, row, at });
    }
    const last = rows.at(-1);
    const isEnd = rows.length < SLICE || last === undefined;
    if (found.length > limit || isEnd) return pageOfGpus(found, limit);
    after = { createdAt: last.registered_at, id: last.id, at: BEHIND_ALL };
  }
  const place = after === undefined ? [] : [after.createdAt, after.id, after.at];
  return { items: found.map(({ gpu }) => gpu), next_cursor: cursorOf(place) };
}

function pageOfGpus(
  found: readonly { gpu: GpuView; row: WorkerRow; at: number }[],
  limit: number,
): Page<GpuView> {
  const { items, next_cursor } = pageOf(found, limit, ({ row, at }) => [row.registered_at, row.id, at]);
  return { items: items.map(({ gpu }) => gpu), next_cursor };
}

const GPU_PLACE = /^\d{1,15} wrk_[0-9A-Za-z]{12} \d{1,3}$/;

/** @throws KeywardError `invalid_input` naming `cursor` */
function readGpuPlace(cursor: string | undefined): { createdAt: number; id: string; at: number } | undefined {
  if (cursor === undefined) return undefined;
  const [createdAt, id = '', at] = readCursor(cursor, GPU_PLACE);
  return { createdAt: Number(createdAt), id, at: Number(at) };
}

function isWanted(
  gpu: GpuView,
  { available, model, memory_min: memory, region, price_max: price }: GpuFilter,
): boolean {
  if (available !== undefined && available !== (gpu.state === 'online' && gpu.is_bookable)) return false;
  if (model !== undefined && !gpu.model.toLowerCase().includes(model.toLowerCase())) return false;
  if (memory !== undefined && gpu.memory_mb < memory * MB_PER_GB * MEMORY_TOLERANCE) return false;
  if (region !== undefined && gpu.region !== region) return false;
  return price === undefined || (gpu.price_per_hour ?? 0) <= price;
}

/** @throws KeywardError `not_found` */
export async function findGpu(context: Context, caller: Caller, gpuId: string): Promise<GpuView> {
  const { db } = context.storage;
  const { workerId, at } = placeOf(gpuId);
  const [row] = await findWorkers(db, [workerId]);
  const nowMs = context.clock.nowMs();
  if (row === undefined || row.seen_at < nowMs - KNOWN_MS) throw gpuNotFound();
  const held = (await heldBy(db, [workerId])).get(workerId) ?? 0;
  const gpu = gpusOf(row, { caller, held, nowMs })[at];
  if (gpu === undefined) throw gpuNotFound();
  return gpu;
}
