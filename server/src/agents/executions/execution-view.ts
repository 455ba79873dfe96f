import { isoTime } from '../../base/clock.ts';
import { jsonIn } from '../../base/json-text.ts';
import { findJobs } from '../../jobs/index.ts';
import type { AgentsContext } from '../context.ts';
import { stepsOf } from '../store/execution-store.ts';
import type { ExecutionRow, StepRow, StepState } from '../store/tables.ts';
import { definitionOf, isOver } from './moves.ts';

export const STEP_VIEW_STATES = [
  'PENDING',
  'QUEUED',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'SKIPPED',
] as const;
export type StepViewState = Exclude<StepState, 'SUBMITTED'> | 'QUEUED' | 'RUNNING';

type Failure = { code: string; message: string } | null;

export interface StepView {
  id: string;
  type: string;
  state: StepViewState;
  job_id: string | null;
  error: Failure;
  started_at: string | null;
  finished_at: string | null;
}

export interface ExecutionView {
  execution_id: string;
  workflow_id: string | null;
  workflow_name: string;
  state: ExecutionRow['state'];
  error: Failure;
  created_at: string;
  finished_at: string | null;
}

export const errorOf = ({
  error_code: code,
  error_message: message,
}: Pick<StepRow, 'error_code' | 'error_message'>) =>
  code === null ? null : { code, message: message ?? code };

export const viewOfExecution = (row: ExecutionRow): ExecutionView => ({
  execution_id: row.id,
  workflow_id: row.workflow_id,
  workflow_name: row.name,
  state: row.state,
  error: errorOf(row),
  created_at: isoTime(row.created_at),
  finished_at: isoTime(row.finished_at),
});

/** A submitted step as its job is. */
export async function statesOf(
  { storage }: Pick<AgentsContext, 'storage'>,
  steps: readonly StepRow[],
): Promise<Map<number, StepViewState>> {
  const submitted = steps.filter(({ state }) => state === 'SUBMITTED');
  const jobs = await findJobs(
    storage.db,
    submitted.flatMap(({ job_id: id }) => id ?? []),
  );
  const byId = new Map(jobs.map(({ id, state }) => [id, state]));
  return new Map(
    steps.map(({ place, state, job_id: jobId }) => [
      place,
      state !== 'SUBMITTED' ? state : byId.get(jobId ?? '') === 'QUEUED' ? 'QUEUED' : 'RUNNING',
    ]),
  );
}

async function viewsOfSteps(context: AgentsContext, steps: readonly StepRow[]): Promise<StepView[]> {
  const states = await statesOf(context, steps);
  return steps.map((step) => ({
    id: step.step_id,
    type: definitionOf(step).type,
    state: states.get(step.place) ?? 'PENDING',
    job_id: step.job_id,
    error: errorOf(step),
    started_at: isoTime(step.started_at),
    finished_at: isoTime(step.finished_at),
  }));
}

/** Without inputs and outputs. */
export async function statusOfExecution(context: AgentsContext, row: ExecutionRow) {
  const steps = await stepsOf(context.storage.db, row.id);
  return {
    ...viewOfExecution(row),
    progress: { over: steps.filter(isOver).length, total: steps.length },
    steps: await viewsOfSteps(context, steps),
  };
}

/** `output`: of the steps that no other step needs; of a single one, without its id. */
export async function detailsOfExecution(context: AgentsContext, row: ExecutionRow) {
  const steps = await stepsOf(context.storage.db, row.id);
  const outputs = Object.fromEntries(
    steps.flatMap(({ step_id: id, output }) => (output === null ? [] : [[id, jsonIn(output)]])),
  );
  const needed = new Set(steps.flatMap((step) => definitionOf(step).depends_on));
  const last = steps.map(({ step_id: id }) => id).filter((id) => !needed.has(id));
  const [only = ''] = last;
  const ends = Object.entries(outputs).filter(([id]) => last.includes(id));
  return {
    ...(await statusOfExecution(context, row)),
    inputs: jsonIn(row.inputs),
    outputs,
    output: row.state !== 'COMPLETED' ? null : last.length === 1 ? outputs[only] : Object.fromEntries(ends),
  };
}
