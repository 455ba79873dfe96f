import type { ExecutionRow, StepRow } from '../store/tables.ts';
import type { Step } from '../workflows/workflow.ts';

/** How an execution ends, once the jobs that are left are canceled. */
export interface Ending {
  state: 'COMPLETED' | 'FAILED' | 'CANCELED';
  /** Null: nothing went wrong. */
  error: { code: string; message: string } | null;
  /** Why the steps that are left are canceled. */
  rest: { code: string; message: string };
}

export type Strategy = 'consensus' | 'map-reduce' | 'first';

export interface Moves {
  ending: Ending | undefined;
  /** Steps to start now. */
  ready: StepRow[];
}

const ENDED = new Set<string>(['COMPLETED', 'FAILED', 'CANCELED', 'SKIPPED']);

export const isOver = ({ state }: Pick<StepRow, 'state'>): boolean => ENDED.has(state);

export const definitionOf = ({ definition }: StepRow): Step => JSON.parse(definition) as Step;

/** What is to be done next. Pure. */
export function nextMoves(
  { kind, swarm, deadline_at: deadlineAt }: Pick<ExecutionRow, 'kind' | 'swarm' | 'deadline_at'>,
  steps: readonly StepRow[],
  nowMs: number,
): Moves {
  const strategy = swarm === null ? undefined : (JSON.parse(swarm) as { strategy: Strategy }).strategy;
  const isLate = deadlineAt !== null && nowMs >= deadlineAt;
  const ending = kind === 'swarm' ? endOfTask(steps, { strategy, isLate }) : endOfWorkflow(steps);
  if (ending !== undefined) return { ending, ready: [] };
  const done = new Set(steps.flatMap((step) => (step.state === 'COMPLETED' ? step.step_id : [])));
  const ready = steps.filter(
    (step) =>
      step.state === 'PENDING' &&
      step.retry_at <= nowMs &&
      definitionOf(step).depends_on.every((id) => done.has(id)),
  );
  return { ending, ready };
}

function endOfWorkflow(steps: readonly StepRow[]): Ending | undefined {
  const failed =
    steps.find(({ state }) => state === 'FAILED') ?? steps.find(({ state }) => state === 'CANCELED');
  if (failed === undefined)
    return steps.every(({ state }) => state === 'COMPLETED') ? { ...COMPLETED, rest: NOT_NEEDED } : undefined;
  const { step_id: id, error_code: code, error_message: message } = failed;
  return {
    state: failed.state === 'FAILED' ? 'FAILED' : 'CANCELED',
    error: { code: code ?? 'internal', message: `Step ${id}: ${message ?? code ?? ''}` },
    rest: { code: 'execution_ended', message: `The execution ended with step ${id}.` },
  };
}

function endOfTask(
  steps: readonly StepRow[],
  { strategy, isLate }: { strategy: Strategy | undefined; isLate: boolean },
): Ending | undefined {
  const hasOutput = steps.some(({ state }) => state === 'COMPLETED');
  if (hasOutput && strategy === 'first') return { ...COMPLETED, rest: NOT_NEEDED };
  if (!isLate && !steps.every(isOver)) return undefined;
  const rest = LATE;
  if (hasOutput) return { ...COMPLETED, rest };
  const keyEnded = steps.find(({ error_code: code }) => code === 'key_revoked');
  if (keyEnded !== undefined)
    return { state: 'CANCELED', error: { code: 'key_revoked', message: keyEnded.error_message ?? '' }, rest };
  return { state: 'FAILED', error: { code: 'no_output', message: 'No member gave an output.' }, rest };
}

/** Of a member of a task. */
export const LATE = { code: 'timeout', message: 'The member did not answer within timeout_seconds.' };
const COMPLETED = { state: 'COMPLETED', error: null } as const;
const NOT_NEEDED = { code: 'not_needed', message: 'Another member answered first.' };
