import type { Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { jsonIn } from '../../base/json-text.ts';
import type { JobInput } from '../../jobs/index.ts';
import { accountsOf } from '../../models/index.ts';
import type { AgentsContext } from '../context.ts';
import type { ExecutionRow, StepRow } from '../store/tables.ts';
import { parseTemplate, RENDERED_MAX_BYTES, render } from '../workflows/template.ts';
import type { Step } from '../workflows/workflow.ts';
import { refuseWithout } from '../workflows/workflows.ts';
import { definitionOf } from './moves.ts';
import { failed, withOutput } from './output.ts';

const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;

interface Starting {
  caller: Caller;
  execution: ExecutionRow;
  step: StepRow;
  steps: readonly StepRow[];
  /** Aborted where this process must stop. */
  signal: AbortSignal;
}

/**
 * Submits the job of a step, or searches. A crash repeats it: the job has an idempotency key, so that it is submitted once.
 * @returns what to store of the step.
 */
export async function startStep(context: AgentsContext, starting: Starting): Promise<Partial<StepRow>> {
  const { execution, step, steps } = starting;
  const definition = definitionOf(step);
  const prompt =
    execution.kind === 'swarm' ? { text: definition.prompt } : promptOf(execution, definition, steps);
  const nowMs = context.clock.nowMs();
  const startedAt = step.started_at ?? nowMs;
  if (!('text' in prompt)) return { ...prompt, started_at: startedAt, finished_at: nowMs };
  try {
    if (definition.type === 'retrieve') {
      const found = withOutput(await passages(context, starting, prompt.text));
      return { ...found, started_at: startedAt, finished_at: context.clock.nowMs() };
    }
    const input = jobInputOf(execution, definition, prompt.text);
    const { row } = await context.jobs.submissions.submit(starting.caller, input, jobKeyOf(step));
    return {
      state: 'SUBMITTED',
      job_id: row.id,
      started_at: startedAt,
      error_code: null,
      error_message: null,
    };
  } catch (error) {
    if (!(error instanceof KeywardError)) throw error;
    return afterFailure(error, { step, definition, nowMs: context.clock.nowMs(), startedAt });
  }
}

/** The idempotency key of the job of a step. */
export const jobKeyOf = ({ execution_id: id, step_id: stepId }: StepRow): string => `${id}/${stepId}`;

function promptOf(
  { inputs }: ExecutionRow,
  { prompt }: Step,
  steps: readonly StepRow[],
): { text: string } | Partial<StepRow> {
  const outputs = new Map(
    steps.flatMap(({ step_id: id, output }) => (output === null ? [] : [[id, jsonIn(output)]])),
  );
  const rendered = render(parseTemplate(prompt).parts, { inputs: jsonIn(inputs), outputs });
  if ('text' in rendered) return rendered;
  if ('missing' in rendered) return failed('missing_value', `There is no {{${rendered.missing}}}.`);
  return failed('too_large', `The prompt would have more than ${RENDERED_MAX_BYTES} bytes.`);
}

function jobInputOf(execution: ExecutionRow, definition: Step, text: string): JobInput {
  const { id, type, model, timeout_seconds: timeout, max_retries: retries, worker } = definition;
  const isTask = execution.kind === 'swarm';
  return {
    type,
    ...(type === 'embedding'
      ? { payload: { endpoint: '/v1/embeddings', input: text, ...(model !== null && { model }) } }
      : { prompt: text, ...(model !== null && { model }) }),
    ...(worker !== undefined && { constraints: { workers: [worker] } }),
    run_timeout_seconds: timeout,
    ...(isTask && { ttl_seconds: timeout }),
    max_attempts: retries + 1,
    metadata: isTask ? { swarm_task: execution.id } : { execution: execution.id, step: id },
  };
}

/** The texts of a workspace that the key covers now, the nearest first, with blank lines between. */
async function passages(context: AgentsContext, starting: Starting, query: string): Promise<string> {
  const { caller, step } = starting;
  const { workspace: slug, top_n: topN, timeout_seconds: timeout } = definitionOf(step);
  const { workspaces, retrieval, budgets, counters } = context;
  refuseWithout(caller, 'workspaces:chat');
  const workspace = await workspaces.findCovered(caller, slug ?? '');
  if (workspace === undefined)
    throw new KeywardError('forbidden_resource', 'There is no such workspace that this key covers.');
  if (!(await retrieval.hasVectors(workspace.id))) return '';
  const payer = { caller, countsItself: () => undefined };
  const timer = AbortSignal.timeout(timeout * 1_000);
  const search = retrieval.search({
    collectionId: workspace.id,
    query,
    payer: { account: accountsOf({ budgets, counters }, payer, { isAside: true }) },
    signal: AbortSignal.any([timer, starting.signal]),
    topN: topN ?? workspace.topN,
    threshold: workspace.similarityThreshold,
    mode: workspace.vectorSearchMode,
  });
  const hits = await search.catch((cause: unknown) => {
    if (cause instanceof KeywardError || starting.signal.aborted) throw cause;
    if (timer.aborted)
      throw new KeywardError('upstream_timeout', 'The search took longer than timeout_seconds.', { cause });
    throw new KeywardError('internal', 'The search failed.', { cause });
  });
  return hits.map(({ text }) => text).join('\n\n');
}

interface Failure {
  step: StepRow;
  definition: Step;
  nowMs: number;
  startedAt: number;
}

/** A full queue is waited for; a search is tried again; anything else fails the step. */
function afterFailure(
  error: KeywardError,
  { step, definition, nowMs, startedAt }: Failure,
): Partial<StepRow> {
  const { code, status, message } = error;
  const isTemporary = status === 429 || status >= 500;
  const attempts = step.attempts + 1;
  const isSpent = definition.type === 'retrieve' && attempts > definition.max_retries;
  if (!isTemporary || isSpent)
    return { ...failed(code, message), attempts, started_at: startedAt, finished_at: nowMs };
  const waitMs = Math.min(RETRY_MS * 2 ** Math.min(step.attempts, 10), RETRY_MAX_MS);
  return { attempts, retry_at: nowMs + waitMs, error_code: code, error_message: message };
}
