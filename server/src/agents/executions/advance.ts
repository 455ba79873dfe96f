import { holdsScope, lackOf, type Caller, type Scope } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { cancelJob, findByIdempotencyKey, findJobs, findWorkers } from '../../jobs/index.ts';
import { LeaseLostError, refuseLost, type Db, type Held } from '../../storage/index.ts';
import type { AgentsContext } from '../context.ts';
import * as store from '../store/execution-store.ts';
import { membersAmong } from '../store/member-store.ts';
import type { ExecutionRow, StepRow } from '../store/tables.ts';
import { definitionOf, isOver, LATE, nextMoves, type Ending } from './moves.ts';
import { settledBy } from './output.ts';
import { jobKeyOf, startStep } from './start-step.ts';

interface Advanced {
  /** Nothing more is to be done by this process. */
  isOver: boolean;
  /** Something was written: look again at once. */
  hasChanged: boolean;
  /** Jobs to wait for. */
  jobIds: string[];
}

interface Work {
  context: AgentsContext;
  held: Held;
  signal: AbortSignal;
  execution: ExecutionRow;
  steps: readonly StepRow[];
}

/**
 * One look at an execution that this process holds: stores what has ended, starts what can start.
 * @throws LeaseLostError
 */
export async function advance(context: AgentsContext, held: Held, signal: AbortSignal): Promise<Advanced> {
  const { db } = context.storage;
  const id = String(held.key['id']);
  const execution = await store.findExecution(db, id);
  if (execution?.state !== 'RUNNING' || execution.fence !== held.fence)
    return { isOver: true, hasChanged: false, jobIds: [] };
  const work: Work = { context, held, signal, execution, steps: await store.stepsOf(db, id) };
  if (execution.ending !== null) {
    await finish(work, JSON.parse(execution.ending) as Ending);
    return { isOver: true, hasChanged: true, jobIds: [] };
  }
  // Each time anew, and before the jobs of steps, which the queue cancels too: the key may have ended, or lost a scope.
  const caller = await callerNow(context, execution);
  const refusal = refusalOf(caller, work);
  if (caller === undefined || refusal !== undefined) {
    await decide(work, refusal ?? KEY_ENDED);
    return { isOver: false, hasChanged: true, jobIds: submittedJobs(work) };
  }
  const changes = await settled(work);
  if (execution.kind === 'swarm') changes.push(...(await departed(work)));
  if (changes.length === 0) return move(work, caller);
  await write(work, (tx) => storeSteps(tx, work, changes));
  return { isOver: false, hasChanged: true, jobIds: [] };
}

type Change = [step: StepRow, change: Partial<StepRow>];

/** What the jobs of steps have come to. */
async function settled({ context, execution, steps }: Work): Promise<Change[]> {
  const { db } = context.storage;
  const waiting = steps.filter(({ state }) => state === 'SUBMITTED');
  const jobs = new Map((await findJobs(db, jobIdsOf(waiting))).map((job) => [job.id, job]));
  const changes: Change[] = [];
  for (const step of waiting) {
    const job = jobs.get(step.job_id ?? '');
    // A job of a task waits as long as the task does: whichever of both clocks is read first, the member was late.
    const isLate = execution.kind === 'swarm' && job?.state === 'EXPIRED';
    const end = isLate ? { state: 'CANCELED' as const, ...MEMBER_LATE } : await settledBy(db, job);
    if (end !== undefined) changes.push([step, { ...end, finished_at: context.clock.nowMs() }]);
  }
  return changes;
}

/** Members that left the swarm, or the server, before they had their job. */
async function departed({ context, execution, steps }: Work): Promise<Change[]> {
  const { db } = context.storage;
  const open = steps.filter(({ state }) => state === 'SUBMITTED' || state === 'PENDING');
  const ids = open.map(({ step_id: id }) => id);
  const swarm = JSON.parse(execution.swarm ?? '{}') as { swarm_id: string };
  const here = new Set(await membersAmong(db, swarm.swarm_id, ids));
  const workers = new Set((await findWorkers(db, ids)).map(({ id }) => id));
  const jobs = new Map((await findJobs(db, jobIdsOf(open))).map((job) => [job.id, job]));
  const gone = open.filter(
    ({ step_id: id, job_id: jobId }) =>
      (!here.has(id) || !workers.has(id)) && jobs.get(jobId ?? '')?.state !== 'RUNNING',
  );
  if (gone.length === 0) return [];
  await cancelJobs(context, await callerNow(context, execution), jobIdsOf(gone));
  const end = { state: 'CANCELED', ...MEMBER_LEFT, finished_at: context.clock.nowMs() } as const;
  return gone.map((step) => [step, end]);
}

const MEMBER_LATE = { error_code: LATE.code, error_message: LATE.message };
const MEMBER_LEFT = { error_code: 'member_left', error_message: 'The member left the swarm.' };

const submittedJobs = ({ steps }: Work): string[] =>
  jobIdsOf(steps.filter(({ state }) => state === 'SUBMITTED'));

async function move(work: Work, caller: Caller): Promise<Advanced> {
  const { context, execution, steps } = work;
  const { ending, ready } = nextMoves(execution, steps, context.clock.nowMs());
  const jobIds = submittedJobs(work);
  if (ending !== undefined) {
    await decide(work, ending);
    return { isOver: false, hasChanged: true, jobIds };
  }
  if (ready.length === 0) return { isOver: false, hasChanged: false, jobIds };
  const start = async (step: StepRow): Promise<Change> => [
    step,
    await startStep(context, { caller, execution, step, steps, signal: work.signal }),
  ];
  const changes = await Promise.all(ready.map(start));
  try {
    await write(work, (tx) => storeSteps(tx, work, changes));
  } catch (error) {
    if (error instanceof LeaseLostError) await withdraw(work, changes);
    throw error;
  }
  return { isOver: false, hasChanged: true, jobIds };
}

const KEY_ENDED: Ending = {
  state: 'CANCELED',
  error: { code: 'key_revoked', message: 'The key that executed it has ended.' },
  rest: { code: 'key_revoked', message: 'The key that executed it has ended.' },
};

function refusalOf(caller: Caller | undefined, { execution, steps }: Work): Ending | undefined {
  if (caller === undefined) return KEY_ENDED;
  const open = steps.filter((step) => !isOver(step));
  if (open.length === 0) return undefined;
  const needed: Scope[] = [execution.kind === 'swarm' ? 'swarm:coordinate' : 'agents:execute'];
  if (open.some((step) => definitionOf(step).type !== 'retrieve')) needed.push('jobs:submit');
  const missing = needed.find((scope) => !holdsScope(caller, scope));
  if (missing === undefined) return undefined;
  const error = { code: 'insufficient_scope', message: lackOf(caller, missing) };
  return { state: 'FAILED', error, rest: error };
}

/** The key as it is now; undefined: it has ended. */
export async function callerNow(
  { jobs, storage }: AgentsContext,
  { key_id: keyId }: ExecutionRow,
): Promise<Caller | undefined> {
  return (await jobs.submitters.callers(storage.db, [keyId])).get(keyId);
}

/** Jobs that were submitted while another process ended the execution: nobody else knows them. */
async function withdraw({ context, execution }: Work, changes: readonly Change[]): Promise<void> {
  const now = await store.findExecution(context.storage.db, execution.id);
  if (now?.state === 'RUNNING' && now.ending === null) return;
  const ids = changes.flatMap(([, { job_id: id }]) => id ?? []);
  await cancelJobs(context, await callerNow(context, execution), ids);
}

/** Stores how it ends, before the first job is canceled: a process that takes over does the same. */
const decide = (work: Work, ending: Ending): Promise<void> =>
  write(work, (tx) => store.updateExecution(tx, work.execution.id, { ending: JSON.stringify(ending) }));

/** Cancels the jobs that are left, then stores the end. */
async function finish(work: Work, ending: Ending): Promise<void> {
  const { context, execution, steps } = work;
  const open = steps.filter(({ state }) => state === 'SUBMITTED');
  // A key that has ended cancels nothing: the queue has done so.
  await cancelJobs(context, await callerNow(context, execution), [
    ...jobIdsOf(open),
    ...(await unstored(work)),
  ]);
  const nowMs = context.clock.nowMs();
  const rest = { error_code: ending.rest.code, error_message: ending.rest.message };
  const ends = new Map((await settled(work)).map(([step, end]) => [step.place, end]));
  const changes = steps.flatMap((step): Change[] => {
    if (isOver(step)) return [];
    const end = ends.get(step.place);
    if (end !== undefined && end.state !== 'CANCELED') return [[step, end]];
    const state = step.state === 'SUBMITTED' ? 'CANCELED' : 'SKIPPED';
    return [[step, { state, ...rest, finished_at: nowMs }]];
  });
  await write(work, async (tx) => {
    await storeSteps(tx, work, changes);
    const { state, error } = ending;
    const end = { error_code: error?.code ?? null, error_message: error?.message ?? null };
    await store.updateExecution(tx, execution.id, { state, ...end, finished_at: nowMs, until_at: 0 });
    await log(tx, work, { stepId: null, event: state, message: error?.message ?? 'The execution is over.' });
  });
}

/** Jobs of steps whose process died between the submission and the note of it. */
async function unstored({ context, execution, steps }: Work): Promise<string[]> {
  const ids: string[] = [];
  for (const step of steps.filter(({ state }) => state === 'PENDING')) {
    const job = await findByIdempotencyKey(context.storage.db, execution.owner_id, jobKeyOf(step));
    if (job !== undefined) ids.push(job.id);
  }
  return ids;
}

async function cancelJobs(
  { jobs }: AgentsContext,
  caller: Caller | undefined,
  ids: readonly string[],
): Promise<void> {
  if (caller === undefined) return;
  for (const id of ids)
    await cancelJob(jobs, caller, id).catch((error: unknown) => {
      const isEnded =
        error instanceof KeywardError && ['job_not_cancelable', 'job_not_found'].includes(error.code);
      if (!isEnded) throw error;
    });
}

/** Under the lease; tells those who wait. */
async function write({ context, held }: Work, work: (tx: Db) => Promise<void>): Promise<void> {
  await context.storage.transaction(async (tx) => {
    await refuseLost(tx, held);
    await work(tx);
  });
  context.jobs.news.changed(String(held.key['id']));
}

async function storeSteps(tx: Db, work: Work, changes: readonly Change[]): Promise<void> {
  for (const [step, change] of changes) {
    await store.updateStep(tx, step, change);
    const event = change.state ?? 'WAITING';
    // A wait for the same reason is one entry.
    if (change.state === undefined && change.error_code === step.error_code) continue;
    await log(tx, work, { stepId: step.step_id, event, message: messageOf(change) });
  }
}

function messageOf({
  state,
  job_id: jobId,
  error_code: code,
  error_message: message,
}: Partial<StepRow>): string {
  if (state === 'SUBMITTED') return `Submitted as ${jobId}.`;
  if (state === 'COMPLETED') return 'Its output is stored.';
  return `${code ?? 'canceled'}: ${message ?? ''}`;
}

const log = (
  tx: Db,
  { context, execution }: Work,
  { stepId, event, message }: { stepId: string | null; event: string; message: string },
): Promise<void> =>
  store.addLog(tx, {
    execution_id: execution.id,
    at: context.clock.nowMs(),
    step_id: stepId,
    event,
    message,
  });

const jobIdsOf = (steps: readonly StepRow[]): string[] => steps.flatMap(({ job_id: id }) => id ?? []);
