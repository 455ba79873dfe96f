import { holdsScope, type Actor, type Caller, type Scope } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { JobsContext } from '../context.ts';
import { missingToWork } from '../rights.ts';
import type { Capabilities, Gpu, WorkerModel } from '../spec.ts';
import type { Db } from '../../storage/index.ts';
import * as store from '../store/worker-store.ts';
import type { WorkerRow } from '../store/tables.ts';
import { bookedFor, candidateOf, hasTwin, KNOWN_MS, stateOf, type WorkerState } from './worker.ts';

export const PROTOCOL = 1;
const MB_PER_GB = 1_024;
const NANO = 1_000_000_000;
/** Workers of one owner that were seen within a week. */
const OWN_MAX = 1_000;
/** The capabilities of all workers are in memory together, once a second. */
const CAPABILITIES_MAX_BYTES = 65_536;
const DEFAULT_TYPES = ['inference', 'embedding', 'retrieve'];

export interface CapabilitiesInput {
  gpus?: readonly Gpu[] | undefined;
  /** As AITBC's tools send it. */
  gpu?: { model: string; memory_gb?: number | undefined } | undefined;
  models?: readonly (string | WorkerModel)[] | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  types?: readonly string[] | undefined;
}

export interface WorkerInput {
  capabilities: CapabilitiesInput;
  concurrency?: number | undefined;
  region?: string | undefined;
  /** USD of the whole worker. */
  price_per_hour?: number | undefined;
  protocol?: number | undefined;
}

export interface Registered {
  worker_id: string;
  heartbeat_seconds: number;
  lease_seconds: number;
  protocol: number;
  /** Of the key, to take jobs and report them. */
  missing_scopes: Scope[];
}

/** @param name unique under its owner. @param process the program, by a word of its own. A worker that registers again keeps its id and its leases. */
export async function registerWorker(
  context: JobsContext,
  caller: Caller,
  { name, process, input }: { name: string; process?: string | undefined; input: WorkerInput },
): Promise<Registered> {
  const { protocol = PROTOCOL } = input;
  if (protocol !== PROTOCOL)
    throw new KeywardError('invalid_input', `protocol: must be ${PROTOCOL}`, {
      errors: [{ field: 'protocol', message: `must be ${PROTOCOL}` }],
      hint: 'This server speaks this protocol only: take the matching version of the worker.',
    });
  const { clock, audit, clocks, queue } = context;
  const actor: Actor = { kind: 'key', caller };
  const row = await audit.change(actor, async (tx) => {
    const known = await store.findByName(tx, caller.ownerId, name);
    if (known === undefined) await refuseMany(tx, caller.ownerId, clock.nowMs());
    const worker = await store.putWorker(tx, {
      id: known?.id ?? newId('wrk'),
      owner_id: caller.ownerId,
      key_id: caller.keyId,
      name,
      capabilities: textOf(input.capabilities),
      concurrency: input.concurrency ?? 1,
      region: input.region ?? null,
      price_nano: input.price_per_hour === undefined ? null : Math.round(input.price_per_hour * NANO),
      protocol,
      process: process ?? null,
      seen_at: clock.nowMs(),
    });
    // Workers register often; only a new one, or one under another key, is news.
    const isNews = known === undefined || known.key_id !== caller.keyId;
    const entry = { action: 'workers.register', target: worker.id, details: { name } };
    return { result: worker, ...(isNews && { entry }) };
  });
  queue.workerChanged(row.id);
  return {
    worker_id: row.id,
    heartbeat_seconds: clocks.heartbeatMs / 1_000,
    lease_seconds: clocks.leaseMs / 1_000,
    protocol,
    missing_scopes: missingToWork(caller),
  };
}

/** Answers about waiting jobs look at the workers of all owners: one owner could otherwise hide those of others. */
async function refuseMany(tx: Db, ownerId: string, nowMs: number): Promise<void> {
  if ((await store.countKnown(tx, ownerId, nowMs - KNOWN_MS, OWN_MAX)) < OWN_MAX) return;
  throw new KeywardError('conflict', `This owner has ${OWN_MAX} workers, the maximum.`, {
    hint: 'Take some away: DELETE /v1/workers/{id}. One that was silent for a week does not count.',
  });
}

/** @throws KeywardError `invalid_input` */
function textOf(input: CapabilitiesInput): string {
  const text = JSON.stringify(capabilitiesOf(input));
  if (Buffer.byteLength(text) <= CAPABILITIES_MAX_BYTES) return text;
  throw invalidField(
    'capabilities',
    `must be at most ${CAPABILITIES_MAX_BYTES} bytes of JSON`,
    'Name fewer models, or say less about each.',
  );
}

/** One form of what tools send in several. */
export function capabilitiesOf(input: CapabilitiesInput): Capabilities {
  const { gpu, gpus = [], models = [], labels = {}, types = DEFAULT_TYPES } = input;
  const single: Gpu[] =
    gpu === undefined ? [] : [{ name: gpu.model, memory_mb: Math.round((gpu.memory_gb ?? 0) * MB_PER_GB) }];
  return {
    gpus: [...gpus, ...single],
    models: models.map((model) => (typeof model === 'string' ? { name: model } : model)),
    labels,
    types,
  };
}

/**
 * The worker that a request is of: `X-Miner-ID`, or the only one of the owner.
 * @throws KeywardError `worker_not_found`
 */
export async function findOwnWorker(
  { storage }: Pick<JobsContext, 'storage'>,
  { ownerId }: Pick<Caller, 'ownerId'>,
  named: string,
): Promise<WorkerRow> {
  const row = named.startsWith('wrk_')
    ? (await store.findWorkers(storage.db, [named]))[0]
    : await store.findByName(storage.db, ownerId, named);
  if (row === undefined || row.owner_id !== ownerId) throw workerNotFound();
  return row;
}

export const workerNotFound = (): KeywardError =>
  new KeywardError('worker_not_found', 'There is no such worker of this owner.', {
    hint: 'Register it first: POST /v1/workers/register.',
  });

/** Also its rest and its missing models end: it says what it can do now. @throws KeywardError `worker_not_found` */
export async function changeCapabilities(
  context: JobsContext,
  caller: Caller,
  { id, capabilities }: { id: string; capabilities: CapabilitiesInput },
): Promise<WorkerView> {
  const { id: known } = await findOwnWorker(context, caller, id);
  const change = { capabilities: textOf(capabilities), missing_models: '[]' };
  const row = await context.audit.change({ kind: 'key', caller }, async (tx) => ({
    result: await store.updateWorker(tx, known, change),
    entry: { action: 'workers.capabilities', target: known },
  }));
  if (row === undefined) throw workerNotFound();
  context.queue.workerChanged(known);
  const [view] = await viewsOf(context.storage.db, [row], context.clock.nowMs());
  if (view === undefined) throw workerNotFound();
  return view;
}

/**
 * Drains, and is deleted with its last lease.
 * @param named of the caller's owner; an administrator may name any worker by its id
 * @returns how many leases it holds.
 */
export async function leave(
  context: JobsContext,
  caller: Caller,
  named: string,
): Promise<{ leases: number }> {
  const [any] = holdsScope(caller, 'workers:manage')
    ? await store.findWorkers(context.storage.db, [named])
    : [];
  const { id: known, name } = any ?? (await findOwnWorker(context, caller, named));
  const leases = await context.audit.change({ kind: 'key', caller }, async (tx) => {
    await store.updateWorker(tx, known, { is_draining: 1, is_leaving: 1 });
    const held = (await store.heldBy(tx, [known])).get(known) ?? 0;
    if (held === 0) await store.deleteWorker(tx, known);
    return {
      result: held,
      entry: { action: 'workers.leave', target: known, details: { name, leases: held } },
    };
  });
  context.news.changed(known);
  context.queue.workerChanged(known);
  return { leases };
}

export interface WorkerView {
  worker_id: string;
  name: string;
  owner_id: string;
  state: WorkerState;
  capabilities: Capabilities;
  concurrency: number;
  /** Leases that it holds. */
  jobs: number;
  region: string | null;
  price_per_hour: number | null;
  /** Null: it is not booked. */
  booked_until: string | null;
  /** Null: it is not paused. */
  paused_at: string | null;
  /** Two programs report under its name. */
  has_twin: boolean;
  registered_at: string;
  seen_at: string;
}

export const WORKERS_LIST_MAX = 1_000;

/** Those of the caller's owner, or with `workers:read` of all owners, that were seen within a week; the latest first. */
export async function listWorkers(
  { storage, clock }: Pick<JobsContext, 'storage' | 'clock'>,
  caller: Pick<Caller, 'scopes' | 'ownerId'>,
): Promise<{ items: WorkerView[]; has_more: boolean }> {
  const nowMs = clock.nowMs();
  const ownerId = holdsScope(caller, 'workers:read') ? undefined : caller.ownerId;
  const rows = await store.seenSince(storage.db, nowMs - KNOWN_MS, WORKERS_LIST_MAX + 1, ownerId);
  const items = await viewsOf(storage.db, rows.slice(0, WORKERS_LIST_MAX), nowMs);
  return { items, has_more: rows.length > WORKERS_LIST_MAX };
}

async function viewsOf(db: Db, rows: readonly WorkerRow[], nowMs: number): Promise<WorkerView[]> {
  const held = await store.heldBy(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => viewOfWorker(row, held.get(row.id) ?? 0, nowMs));
}

/** @param held the leases that it holds */
export function viewOfWorker(row: WorkerRow, held: number, nowMs: number): WorkerView {
  return {
    worker_id: row.id,
    name: row.name,
    owner_id: row.owner_id,
    state: stateOf(row, nowMs),
    capabilities: candidateOf(row).capabilities,
    concurrency: row.concurrency,
    jobs: held,
    region: row.region,
    price_per_hour: row.price_nano === null ? null : row.price_nano / NANO,
    booked_until: bookedFor(row, nowMs) === undefined ? null : isoTime(row.booked_until),
    paused_at: isoTime(row.paused_at),
    has_twin: hasTwin(row, nowMs),
    registered_at: isoTime(row.registered_at),
    seen_at: isoTime(row.seen_at),
  };
}
