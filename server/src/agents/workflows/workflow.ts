export const STEP_TYPES = ['inference', 'embedding', 'retrieve'] as const;
export type StepType = (typeof STEP_TYPES)[number];

export const STEP_ID = /^[A-Za-z][0-9A-Za-z_-]{0,49}$/;
export const STEPS_MAX = 100;

/** A step as it is sent. */
export interface StepInput {
  id: string;
  type?: StepType | undefined;
  model?: string | undefined;
  prompt: string;
  workspace?: string | undefined;
  top_n?: number | undefined;
  depends_on?: readonly string[] | undefined;
  timeout_seconds?: number | undefined;
  max_retries?: number | undefined;
}

/** A step as it is stored, complete. */
export interface Step {
  id: string;
  type: StepType;
  /** Null: any that a worker chooses. */
  model: string | null;
  /** A template; the query of a search. */
  prompt: string;
  /** Slug, for `retrieve`. */
  workspace: string | null;
  /** Passages, at most; null: the setting of the workspace. */
  top_n: number | null;
  /** Also the steps that the template names. */
  depends_on: string[];
  timeout_seconds: number;
  max_retries: number;
  /** Only this worker, for a task of a swarm. */
  worker?: string;
}

export interface WorkflowInput {
  name: string;
  description?: string | undefined;
  steps?: readonly StepInput[] | undefined;
}

/** What a workflow without steps does. */
export const DEFAULT_STEP: StepInput = { id: 'main', prompt: '{{inputs.prompt}}' };
