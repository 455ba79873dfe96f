import type { Db } from '../../storage/index.ts';

/** `steps`: JSON of `Step[]`; `workspaces`: JSON of the slugs that they search. */
export type WorkflowRow = {
  id: string;
  owner_id: string;
  name: string;
  description: string;
  steps: string;
  workspaces: string;
  created_at: number;
  updated_at: number;
};

export const EXECUTION_STATES = ['RUNNING', 'COMPLETED', 'FAILED', 'CANCELED'] as const;
export type ExecutionState = (typeof EXECUTION_STATES)[number];

/** A run of a workflow, or a task of a swarm, whose steps are its members. */
export type ExecutionRow = {
  id: string;
  kind: 'workflow' | 'swarm';
  owner_id: string;
  /** The key that executed it. */
  key_id: string;
  /** Null for a task of a swarm. */
  workflow_id: string | null;
  name: string;
  /** JSON: slugs. A key that does not cover them all does not see the execution. */
  workspaces: string;
  /** JSON */
  inputs: string;
  /** JSON of `SwarmTask`; null for a workflow. */
  swarm: string | null;
  state: ExecutionState;
  /** JSON of `Ending`: how it ends as soon as its jobs are canceled. */
  ending: string | null;
  error_code: string | null;
  error_message: string | null;
  created_at: number;
  deadline_at: number | null;
  finished_at: number | null;
  holder: string;
  until_at: number;
  fence: number;
};

/** SUBMITTED: its job is in the queue or runs. SKIPPED: the execution ended before it began. */
export const STEP_STATES = ['PENDING', 'SUBMITTED', 'COMPLETED', 'FAILED', 'CANCELED', 'SKIPPED'] as const;
export type StepState = (typeof STEP_STATES)[number];

export type StepRow = {
  execution_id: string;
  /** From 0, in the order of the workflow. */
  place: number;
  step_id: string;
  /** JSON of `Step`. */
  definition: string;
  state: StepState;
  job_id: string | null;
  /** Of a search in this server; a job counts its own. */
  attempts: number;
  /** Not started again before. */
  retry_at: number;
  /** JSON */
  output: string | null;
  error_code: string | null;
  error_message: string | null;
  started_at: number | null;
  finished_at: number | null;
};

export type LogRow = {
  execution_id: string;
  seq: number;
  at: number;
  /** Null: the execution as a whole. */
  step_id: string | null;
  event: string;
  message: string;
};

export type MemberRow = {
  swarm_id: string;
  worker_id: string;
  owner_id: string;
  /** With which it joined; '': not known. */
  key_id: string;
  role: string;
  capability: string;
  region: string | null;
  priority: number;
  joined_at: number;
};

type Tables = {
  agent_workflows: WorkflowRow;
  agent_executions: ExecutionRow;
  agent_steps: StepRow;
  agent_log: LogRow;
  swarm_members: MemberRow;
};

export const tables = (db: Db) => db.withTables<Tables>();
