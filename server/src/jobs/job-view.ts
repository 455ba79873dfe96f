import { isoTime } from '../base/clock.ts';
import type { Caller } from '../access/index.ts';
import { jsonIn } from '../base/json-text.ts';
import type { JobsContext } from './context.ts';
import type { JobRow, JobState } from './job.ts';
import type { Db } from '../storage/index.ts';
import { RunningCounts } from './limits/running-counts.ts';
import type { Pace } from './pace.ts';
import { impossible, misfit, type Candidate, type Misfit, type Spec } from './spec.ts';
import { countBefore } from './store/job-store.ts';
import { findLanes } from './store/lane-store.ts';
import { heldBy, seenSince } from './store/worker-store.ts';
import { bookedFor, candidateOf, KNOWN_MS, stateOf, type WorkerState } from './workers/worker.ts';

/** Of the position in the queue; above it the position is unknown. */
const POSITION_MAX = 1_000;
/** Workers that an answer looks at. */
const WORKERS_MAX = 2_000;

export type Excluded = Partial<
  Record<Misfit | 'busy' | 'booked' | 'draining' | 'resting' | 'offline', number>
>;

/** Why a job still waits. */
export interface Waiting {
  reason: string;
  workers_online: number;
  /** Known workers by the reason why they do not have the job. */
  excluded: Excluded;
}

/** What the row alone says, and nobody has written. Times ISO 8601. */
export interface JobFacts {
  job_id: string;
  type: string;
  state: JobState;
  requested_at: string;
  started_at: string | null;
  finished_at: string | null;
  expires_at: string;
  attempt: number;
  max_attempts: number;
  priority: number;
}

export interface JobView extends JobFacts {
  /** 1: next; null: not waiting, or above 1,000. */
  queue_position: number | null;
  eta_seconds: number | null;
  waiting: Waiting | null;
  is_possible: boolean;
  /** The constraints that no known worker meets. */
  impossible_because: string[];
  progress: unknown;
  assigned_worker: string | null;
  error: { code: string; message: string } | null;
  metadata: Record<string, unknown>;
}

/** In the order of the rows. */
export async function viewsOfJobs(context: JobsContext, rows: readonly JobRow[]): Promise<JobView[]> {
  const waiting = rows.filter(({ state }) => state === 'QUEUED');
  const crowd = waiting.length === 0 ? undefined : await crowdOf(context, waiting);
  const views: JobView[] = [];
  for (const row of rows) {
    const queued = row.state === 'QUEUED' && crowd !== undefined ? await queuedView(crowd, row) : NOT_QUEUED;
    views.push(viewOf(row, queued));
  }
  return views;
}

export const viewOfJob = async (context: JobsContext, row: JobRow): Promise<JobView> =>
  (await viewsOfJobs(context, [row]))[0] as JobView;

export const factsOf = (row: JobRow): JobFacts => ({
  job_id: row.id,
  type: row.type,
  state: row.state,
  requested_at: isoTime(row.requested_at),
  started_at: isoTime(row.started_at),
  finished_at: isoTime(row.finished_at),
  expires_at: isoTime(row.expires_at),
  attempt: row.attempt,
  max_attempts: row.max_attempts,
  priority: row.priority,
});

const viewOf = (row: JobRow, queued: Queued): JobView => ({
  ...factsOf(row),
  ...queued,
  progress: row.progress === null ? null : jsonIn(row.progress),
  assigned_worker: row.worker_id,
  error:
    row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? row.error_code },
  metadata: jsonIn(row.metadata) as Record<string, unknown>,
});

type Queued = Pick<
  JobView,
  'queue_position' | 'eta_seconds' | 'waiting' | 'is_possible' | 'impossible_because'
>;

const NOT_QUEUED: Queued = {
  queue_position: null,
  eta_seconds: null,
  waiting: null,
  is_possible: true,
  impossible_because: [],
};

/** What the waiting jobs of one answer are compared with. */
interface Crowd {
  db: Db;
  nowMs: number;
  specs: ReadonlyMap<number, Spec>;
  /** Those that have ended have undefined. */
  callers: ReadonlyMap<string, Caller | undefined>;
  rooms: RunningCounts;
  workers: {
    candidate: Candidate;
    state: WorkerState;
    isFull: boolean;
    concurrency: number;
    /** Undefined: for everybody. */
    onlyFor: string | undefined;
  }[];
  pace: Pace;
}

async function crowdOf(
  { storage, clock, pace, submitters }: JobsContext,
  rows: readonly JobRow[],
): Promise<Crowd> {
  const { db } = storage;
  const nowMs = clock.nowMs();
  const lanes = await findLanes(db, [...new Set(rows.map(({ lane }) => lane))]);
  const workers = await seenSince(db, nowMs - KNOWN_MS, WORKERS_MAX);
  const held = await heldBy(
    db,
    workers.map(({ id }) => id),
  );
  return {
    db,
    nowMs,
    pace,
    callers: await submitters.callers(
      db,
      rows.map(({ key_id: keyId }) => keyId),
    ),
    rooms: new RunningCounts(db, submitters),
    specs: new Map(lanes.map(({ id, spec }) => [id, JSON.parse(spec) as Spec])),
    workers: workers.map((worker) => ({
      candidate: candidateOf(worker),
      state: stateOf(worker, nowMs),
      concurrency: worker.concurrency,
      isFull: (held.get(worker.id) ?? 0) >= worker.concurrency,
      onlyFor: bookedFor(worker, nowMs),
    })),
  };
}

async function queuedView(crowd: Crowd, row: JobRow): Promise<Queued> {
  const { db, nowMs, specs, workers, pace, callers, rooms } = crowd;
  const wanted = specs.get(row.lane);
  if (wanted === undefined) return NOT_QUEUED;
  const caller = callers.get(row.key_id);
  const spec = caller === undefined ? wanted : { ...wanted, keys_workers: caller.selectors.workers };
  const excluded: Excluded = {};
  let places = 0;
  for (const { candidate, state, isFull, concurrency, onlyFor } of workers) {
    const isBooked = onlyFor !== undefined && onlyFor !== row.owner_id;
    const away = state !== 'online' ? state : isBooked ? 'booked' : isFull ? 'busy' : undefined;
    const unfit = misfit(spec, candidate);
    if (unfit === undefined && state === 'online' && !isBooked) places += concurrency;
    const reason = unfit ?? away;
    if (reason !== undefined) excluded[reason] = (excluded[reason] ?? 0) + 1;
  }
  const online = workers.filter(({ state }) => state !== 'offline').length;
  const because =
    workers.length === 0
      ? ['no_worker']
      : impossible(
          spec,
          workers.map(({ candidate }) => candidate),
        );
  const isFree = Object.values(excluded).reduce((sum, count) => sum + count, 0) < workers.length;
  const before = row.held_until > 0 ? POSITION_MAX : await countBefore(db, row, POSITION_MAX);
  const position = before < POSITION_MAX ? before + 1 : null;
  return {
    queue_position: position,
    eta_seconds: position === null ? null : pace.secondsUntil(spec.models[0], { position, places }),
    waiting: {
      reason: reasonOf(row, { nowMs, because, online, isFree, excluded, room: await rooms.of(caller) }),
      workers_online: online,
      excluded,
    },
    is_possible: because.length === 0,
    impossible_because: because,
  };
}

function reasonOf(
  { held_until: heldUntil, attempt }: JobRow,
  {
    nowMs,
    because,
    online,
    isFree,
    excluded,
    room,
  }: {
    nowMs: number;
    because: readonly string[];
    online: number;
    isFree: boolean;
    excluded: Excluded;
    room: number;
  },
): string {
  if (heldUntil > nowMs) return attempt === 0 ? 'not_before' : 'backoff';
  if (online === 0) return 'no_worker_online';
  if (because.length > 0) return `no_worker_with_${because.join('_and_')}`;
  if (room === 0) return 'max_running';
  if (isFree) return 'in_queue';
  if (excluded.busy !== undefined) return 'workers_busy';
  return excluded.booked === undefined ? 'no_fitting_worker_online' : 'workers_booked';
}
