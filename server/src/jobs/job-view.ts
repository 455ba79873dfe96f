import { isoTime } from '../base/clock.ts';
import type { Caller } from '../access/index.ts';
import { jsonIn } from '../base/json-text.ts';
import type { JobsContext } from './context.ts';
import type { JobRow, JobState } from './job.ts';
import type { Db } from '../storage/index.ts';
import type { Excluded, Prospects } from './known-workers.ts';
import { RunningCounts } from './limits/running-counts.ts';
import type { Allowed } from './spec.ts';
import { countBefore } from './store/job-store.ts';

/** Of the position in the queue; above it the position is unknown. */
const POSITION_MAX = 1_000;

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
    const isQueued = row.state === 'QUEUED' && crowd !== undefined;
    views.push(viewOf(row, isQueued ? await queuedView(context, row, crowd) : NOT_QUEUED));
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
  /** By key; those that have ended have undefined. */
  callers: ReadonlyMap<string, Caller | undefined>;
  rooms: RunningCounts;
  /** By lane. */
  prospects: ReadonlyMap<number, Prospects | undefined>;
}

async function crowdOf(
  { storage: { db }, submitters, ceilings, workers }: JobsContext,
  rows: readonly JobRow[],
): Promise<Crowd> {
  const callers = await submitters.callers(
    db,
    rows.map(({ key_id: keyId }) => keyId),
  );
  await ceilings.read([...callers.values()].filter((caller) => caller !== undefined));
  const allowedBy = (caller: Caller | undefined): Allowed | undefined =>
    caller && { caller, ceiling: ceilings.of(caller) };
  const byLane = new Map(rows.map(({ lane, key_id: keyId }) => [lane, allowedBy(callers.get(keyId))]));
  return { callers, rooms: new RunningCounts(db, submitters), prospects: await workers.prospects(byLane) };
}

async function queuedView({ storage, clock, pace }: JobsContext, row: JobRow, crowd: Crowd): Promise<Queued> {
  const prospects = crowd.prospects.get(row.lane);
  if (prospects === undefined) return NOT_QUEUED;
  const { model, places, online, excluded, because } = prospects;
  const position = await positionOf(storage.db, row, prospects);
  const room = await crowd.rooms.of(crowd.callers.get(row.key_id));
  return {
    queue_position: position,
    eta_seconds: position === null ? null : pace.secondsUntil(model, { position, places }),
    waiting: {
      reason: reasonOf(row, { ...prospects, room, nowMs: clock.nowMs() }),
      workers_online: online,
      excluded,
    },
    is_possible: because.length === 0,
    impossible_because: [...because],
  };
}

/** A submission to a long queue does not count a thousand jobs each time. */
async function positionOf(db: Db, row: JobRow, prospects: Prospects): Promise<number | null> {
  if (row.held_until > 0 || row.queued_at >= prospects.deepFromMs) return null;
  const before = await countBefore(db, row, POSITION_MAX);
  if (before < POSITION_MAX) return before + 1;
  prospects.deepFromMs = Math.min(prospects.deepFromMs, row.queued_at);
  return null;
}

function reasonOf(
  { held_until: heldUntil, attempt }: JobRow,
  { because, online, isFree, excluded, room, nowMs }: Prospects & { room: number; nowMs: number },
): string {
  if (heldUntil > nowMs) return attempt === 0 ? 'not_before' : 'backoff';
  if (online === 0) return 'no_worker_online';
  if (because.length > 0) return `no_worker_with_${because.join('_and_')}`;
  if (room === 0) return 'max_running';
  if (isFree) return 'in_queue';
  if (excluded.busy !== undefined) return 'workers_busy';
  return excluded.booked === undefined ? 'no_fitting_worker_online' : 'workers_booked';
}
