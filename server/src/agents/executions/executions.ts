import type { Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { pageOf, readPlace, type Page } from '../../base/page.ts';
import type { AgentsContext } from '../context.ts';
import * as store from '../store/execution-store.ts';
import type { ExecutionRow, ExecutionState, LogRow, StepRow } from '../store/tables.ts';
import { missingInputs, parseTemplate, RENDERED_MAX_BYTES } from '../workflows/template.ts';
import type { Step } from '../workflows/workflow.ts';
import { findOwnWorkflow, refuseExecution, seesAll } from '../workflows/workflows.ts';
import type { Ending } from './moves.ts';
import type { Runner } from './runner.ts';

/** Running executions and tasks of one owner. */
const RUNNING_MAX = 1_000;
const CANCEL_WAIT_MS = 10_000;

export interface RunningContext extends AgentsContext {
  runner: Runner;
}

export type NewExecution = Pick<
  ExecutionRow,
  'id' | 'kind' | 'workflow_id' | 'name' | 'workspaces' | 'inputs' | 'swarm' | 'deadline_at'
>;

/** Stores it, and begins. No crash after the answer loses it. @throws KeywardError `queue_full` */
export async function begin(
  { runner, ...context }: RunningContext,
  { ownerId, keyId }: Caller,
  { execution, steps }: { execution: NewExecution; steps: readonly Step[] },
): Promise<ExecutionRow> {
  const row: ExecutionRow = {
    ...execution,
    owner_id: ownerId,
    key_id: keyId,
    state: 'RUNNING',
    ending: null,
    error_code: null,
    error_message: null,
    created_at: context.clock.nowMs(),
    finished_at: null,
    ...runner.lease(0),
  };
  await context.storage.transaction(async (tx) => {
    if ((await store.countRunning(tx, ownerId, RUNNING_MAX)) >= RUNNING_MAX) throw tooMany();
    await store.insertExecution(
      tx,
      row,
      steps.map((step, place) => newStep(row.id, step, place)),
    );
    const entry = { event: 'RUNNING', message: `Executed with the key ${keyId}.` };
    await store.addLog(tx, { execution_id: row.id, at: row.created_at, step_id: null, ...entry });
  });
  runner.follow(row.id, row.fence);
  return row;
}

const newStep = (executionId: string, step: Step, place: number): StepRow => ({
  execution_id: executionId,
  place,
  step_id: step.id,
  definition: JSON.stringify(step),
  state: 'PENDING',
  job_id: null,
  attempts: 0,
  retry_at: 0,
  output: null,
  error_code: null,
  error_message: null,
  started_at: null,
  finished_at: null,
});

/** @throws KeywardError `not_found`; `invalid_input` for a missing input; what the key itself may not do */
export async function execute(
  context: RunningContext,
  caller: Caller,
  { workflowId, inputs }: { workflowId: string; inputs: Record<string, unknown> },
): Promise<ExecutionRow> {
  const workflow = await findOwnWorkflow(context, caller, workflowId);
  const steps = JSON.parse(workflow.steps) as Step[];
  const missing = new Set(steps.flatMap(({ prompt }) => missingInputs(parseTemplate(prompt).parts, inputs)));
  if (missing.size > 0) throw missingInput([...missing]);
  const text = JSON.stringify(inputs);
  if (Buffer.byteLength(text) > RENDERED_MAX_BYTES)
    throw new KeywardError('too_large', `inputs: must have at most ${RENDERED_MAX_BYTES} bytes.`);
  await refuseExecution(context, caller, steps);
  const { name, workspaces } = workflow;
  const execution = {
    id: newId('exec'),
    kind: 'workflow',
    workflow_id: workflow.id,
    name,
    workspaces,
  } as const;
  return begin(context, caller, {
    execution: { ...execution, inputs: text, swarm: null, deadline_at: null },
    steps,
  });
}

const missingInput = (names: readonly string[]): KeywardError =>
  new KeywardError('invalid_input', `inputs.${names[0]}: is missing`, {
    errors: names.slice(0, 20).map((name) => ({ field: `inputs.${name}`, message: 'is missing' })),
    hint: `Send it: {"inputs": {"${names[0]?.split('.')[0]}": …}}.`,
  });

const tooMany = (): KeywardError =>
  new KeywardError('queue_full', `This owner has ${RUNNING_MAX} executions that run, the maximum.`, {
    hint: 'Wait until some are over, or cancel some.',
    headers: { 'retry-after': '5' },
  });

/** @throws KeywardError `not_found`, also for those of another owner or in workspaces that the key does not cover */
export async function findOwnExecution(
  { storage }: Pick<AgentsContext, 'storage'>,
  caller: Caller,
  id: string,
): Promise<ExecutionRow> {
  const row = await store.findExecution(storage.db, id);
  if (row !== undefined && row.owner_id === caller.ownerId && seesAll(caller, row)) return row;
  throw id.startsWith('exec')
    ? new KeywardError('not_found', 'There is no such execution.', {
        hint: 'GET /v1/agents/executions lists your executions.',
      })
    : new KeywardError('not_found', 'There is no such task of a swarm.');
}

/** Waits for its end. @returns it as it is then, or after the wait. */
export async function waitForExecution(
  context: AgentsContext,
  caller: Caller,
  { id, waitMs, signal }: { id: string; waitMs: number; signal: AbortSignal },
): Promise<ExecutionRow> {
  const endsMs = context.clock.monotonicMs() + waitMs;
  for (;;) {
    const leftMs = endsMs - context.clock.monotonicMs();
    // Before the read: a change after it must not be missed.
    const changed = leftMs > 0 ? context.jobs.news.next(id, signal, leftMs) : undefined;
    const row = await findOwnExecution(context, caller, id);
    if (row.state !== 'RUNNING' || changed === undefined || signal.aborted) return row;
    await changed;
  }
}

/** This process takes it over, so that its jobs are canceled also where the other one hangs. @throws KeywardError */
export async function cancelExecution(
  context: RunningContext,
  caller: Caller,
  { id, signal }: { id: string; signal: AbortSignal },
): Promise<ExecutionRow> {
  await findOwnExecution(context, caller, id);
  const fence = await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const row = await store.lockExecution(tx, id);
    if (row?.state !== 'RUNNING')
      throw new KeywardError('conflict', `The execution is ${row?.state ?? 'gone'} already.`);
    const lease = context.runner.lease(row.fence);
    // An end that is decided stays: its jobs are being canceled.
    await store.updateExecution(tx, id, { ...lease, ending: row.ending ?? JSON.stringify(CANCELED) });
    return { result: lease.fence, entry: { action: 'agents.cancel', target: id } };
  });
  context.runner.follow(id, fence);
  return waitForExecution(context, caller, { id, waitMs: CANCEL_WAIT_MS, signal });
}

const CANCELED: Ending = {
  state: 'CANCELED',
  error: { code: 'canceled', message: 'The execution was canceled.' },
  rest: { code: 'canceled', message: 'The execution was canceled.' },
};

interface ListInput {
  /** @default 'workflow' */
  kind?: ExecutionRow['kind'] | undefined;
  workflow_id?: string | undefined;
  state?: ExecutionState | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Newest first. Without those in workspaces that the key does not cover. */
export async function listExecutions(
  { storage }: Pick<AgentsContext, 'storage'>,
  caller: Caller,
  { kind = 'workflow', workflow_id: workflowId, state, limit = 50, cursor }: ListInput,
): Promise<Page<ExecutionRow>> {
  const page = { ownerId: caller.ownerId, kind, workflowId, state };
  const after = readPlace(cursor);
  const rows = await store.pageOfExecutions(storage.db, { ...page, after, limit: limit + 1 });
  const { items, next_cursor } = pageOf(rows, limit, (last) => [last.created_at, last.id]);
  return { items: items.filter((row) => seesAll(caller, row)), next_cursor };
}

/** @param after `seq` of the last entry that the reader has */
export async function logOfExecution(
  context: AgentsContext,
  caller: Caller,
  { id, after = 0, limit = 200 }: { id: string; after?: number | undefined; limit?: number | undefined },
): Promise<LogRow[]> {
  const row = await findOwnExecution(context, caller, id);
  return store.logOf(context.storage.db, row.id, after, limit);
}
