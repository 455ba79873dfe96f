import type { Caller } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { jsonIn } from '../../base/json-text.ts';
import { refuseModels, type WorkerState } from '../../jobs/index.ts';
import type { AgentsContext } from '../context.ts';
import { errorOf, statesOf, type StepViewState } from '../executions/execution-view.ts';
import { begin, type RunningContext } from '../executions/executions.ts';
import type { Strategy } from '../executions/moves.ts';
import { stepsOf } from '../store/execution-store.ts';
import type { ExecutionRow } from '../store/tables.ts';
import type { Step } from '../workflows/workflow.ts';
import { refuseWithout } from '../workflows/workflows.ts';
import { DEFAULT_SWARM, membersNow, noSwarm, type Member } from './members.ts';
import { reduce, type Outcome, type Reducer } from './reducers.ts';

export const STRATEGIES = ['consensus', 'map-reduce', 'first'] as const satisfies Strategy[];
export const COLLABORATORS_MAX = 100;
const DEFAULT_TIMEOUT_SECONDS = 300;
const RETRIES = 2;

export interface TaskInput {
  /** Several texts, one for each member: with map-reduce. */
  task: string | readonly string[];
  /** How many members, or which: ids or names. */
  collaborators?: number | readonly string[] | undefined;
  strategy?: Strategy | undefined;
  timeout_seconds?: number | undefined;
  swarm_id?: string | undefined;
  model?: string | undefined;
  capability?: string | undefined;
  owners?: readonly string[] | undefined;
}

/** `swarm` of an execution. */
interface SwarmTask {
  swarm_id: string;
  strategy: Strategy;
  names: Record<string, string>;
}

/** Begins a job for each member. @throws KeywardError `not_found`, `conflict` for too few members, `invalid_input` */
export async function coordinate(
  context: RunningContext,
  caller: Caller,
  input: TaskInput,
): Promise<ExecutionRow> {
  const { strategy = 'consensus', swarm_id: swarmId = DEFAULT_SWARM, model, task } = input;
  const { timeout_seconds: timeout = DEFAULT_TIMEOUT_SECONDS } = input;
  refuseWithout(caller, 'jobs:submit');
  refuseModels(caller.selectors, model === undefined ? [] : [model]);
  const texts = [task].flat();
  if (texts.length > 1 && strategy !== 'map-reduce')
    throw invalidField('task', 'must be one text with this strategy', 'Several texts need map-reduce.');
  const members = chosen(await membersNow(context, swarmId), input);
  if (texts.length > 1 && texts.length !== members.length)
    throw invalidField(
      'task',
      `has ${texts.length} texts for ${members.length} members: each member gets one`,
      'Set collaborators to the number of texts.',
    );
  const steps = members.map(({ worker }, at): Step => ({
    id: worker.id,
    type: 'inference',
    model: model ?? null,
    prompt: texts[texts.length === 1 ? 0 : at] ?? '',
    workspace: null,
    top_n: null,
    depends_on: [],
    timeout_seconds: timeout,
    max_retries: RETRIES,
    worker: worker.id,
  }));
  const names = Object.fromEntries(members.map(({ worker: { id, name } }) => [id, name]));
  const swarm: SwarmTask = { swarm_id: swarmId, strategy, names };
  const execution = {
    id: newId('swt'),
    kind: 'swarm',
    workflow_id: null,
    name: swarmId,
    workspaces: '[]',
    inputs: JSON.stringify({ task }),
    swarm: JSON.stringify(swarm),
    deadline_at: context.clock.nowMs() + timeout * 1_000,
  } as const;
  return begin(context, caller, { execution, steps });
}

/** Those that are online first, then those of a higher priority. */
function chosen(all: readonly Member[], input: TaskInput): Member[] {
  if (all.length === 0) throw noSwarm();
  const { collaborators, capability, owners, task } = input;
  const fitting = all.filter(
    ({ row }) =>
      (capability === undefined || row.capability === capability) &&
      (owners === undefined || owners.includes(row.owner_id)),
  );
  if (typeof collaborators === 'object') return named(fitting, collaborators);
  const online = fitting.filter(({ state }) => state === 'online');
  const count = collaborators ?? (typeof task === 'object' && task.length > 1 ? task.length : undefined);
  const wanted = count ?? Math.min(online.length, COLLABORATORS_MAX);
  if (wanted === 0 || wanted > online.length)
    throw new KeywardError(
      'conflict',
      `${online.length} fitting members of the swarm are online; ${count ?? 'at least one'} must be.`,
      { hint: 'GET /v1/swarm/status?swarm_id=… lists the members. Name members to wait for them.' },
    );
  return online.toSorted((a, b) => b.row.priority - a.row.priority).slice(0, wanted);
}

function named(fitting: readonly Member[], wanted: readonly string[]): Member[] {
  const members = wanted.map((word, at) => {
    const found = fitting.filter(({ worker }) => worker.id === word || worker.name === word);
    const [member] = found;
    if (member === undefined)
      throw invalidField(`collaborators[${at}]`, 'names no fitting member of the swarm');
    if (found.length > 1)
      throw invalidField(`collaborators[${at}]`, 'is the name of several members', 'Give the id of one.');
    return member;
  });
  const twice = members.findIndex((member, at) => members.indexOf(member) !== at);
  if (twice >= 0) throw invalidField(`collaborators[${twice}]`, 'names a member for the second time');
  return members;
}

export interface TaskMemberView {
  worker_id: string;
  name: string;
  /** Of its job. */
  state: StepViewState;
  /** Of its worker now; `left`: it is no member any more. */
  presence: WorkerState | 'left';
  job_id: string | null;
  output: unknown;
  error: { code: string; message: string } | null;
}

export interface TaskView extends Omit<Outcome, 'isReached'> {
  task_id: string;
  swarm_id: string;
  strategy: Strategy;
  state: ExecutionRow['state'];
  error: { code: string; message: string } | null;
  is_reached: boolean;
  /** Names of members that left or are offline, and have given no output. */
  absent: string[];
  members: TaskMemberView[];
  created_at: string;
  deadline_at: string | null;
  finished_at: string | null;
}

type TaskRow = Pick<
  TaskView,
  'task_id' | 'swarm_id' | 'strategy' | 'state' | 'error' | 'created_at' | 'finished_at'
>;

/** A task without its outputs. */
export function rowOfTask(row: ExecutionRow): TaskRow {
  const { swarm_id, strategy } = JSON.parse(row.swarm ?? '{}') as SwarmTask;
  return {
    task_id: row.id,
    swarm_id,
    strategy,
    state: row.state,
    error: errorOf(row),
    created_at: isoTime(row.created_at),
    finished_at: isoTime(row.finished_at),
  };
}

/**
 * A task with the reducer of its strategy applied to the outputs so far.
 * @param threshold of a consensus: the part of all members that must agree; undefined: more than half
 * @throws KeywardError `not_found`; `invalid_input` for a threshold without a consensus
 */
export async function viewOfTask(
  context: AgentsContext,
  row: ExecutionRow,
  threshold?: number,
): Promise<TaskView> {
  const { swarm_id: swarmId, strategy, names } = JSON.parse(row.swarm ?? '{}') as SwarmTask;
  const steps = await stepsOf(context.storage.db, row.id);
  const states = await statesOf(context, steps);
  const here = new Map((await membersNow(context, swarmId)).map(({ worker, state }) => [worker.id, state]));
  const members = steps.map((step): TaskMemberView => ({
    worker_id: step.step_id,
    name: names[step.step_id] ?? step.step_id,
    state: states.get(step.place) ?? 'PENDING',
    presence: here.get(step.step_id) ?? 'left',
    job_id: step.job_id,
    output: step.output === null ? null : jsonIn(step.output),
    error: errorOf(step),
  }));
  const ballots = steps.flatMap(({ step_id: member, output, finished_at: at }) =>
    output === null ? [] : [{ member, output: jsonIn(output), atMs: at ?? 0 }],
  );
  const { isReached, ...outcome } = reduce(reducerOf(strategy, threshold), ballots, members.length);
  const isAbsent = ({ presence, state }: TaskMemberView): boolean =>
    state !== 'COMPLETED' && (presence === 'left' || presence === 'offline');
  return {
    ...rowOfTask(row),
    ...outcome,
    is_reached: isReached,
    absent: members.filter(isAbsent).map(({ name }) => name),
    members,
    deadline_at: isoTime(row.deadline_at),
  };
}

function reducerOf(strategy: Strategy, threshold: number | undefined): Reducer {
  if (threshold !== undefined && strategy !== 'consensus')
    throw invalidField('consensus_threshold', 'applies to tasks with the strategy consensus only');
  if (strategy === 'first') return { name: 'first' };
  if (strategy === 'map-reduce') return { name: 'merge' };
  return threshold === undefined ? { name: 'majority' } : { name: 'threshold', threshold };
}
