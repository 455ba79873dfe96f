import { Type } from 'typebox';
import { EXECUTION_STATES, STEP_ID, STEP_TYPES, STEP_VIEW_STATES, STEPS_MAX } from '../../agents/index.ts';
import * as s from '../schemas.ts';

/* Shapes of workflows and of their executions. */

const PROMPT_MAX_LENGTH = 100_000;

const StepId = Type.String({
  pattern: STEP_ID.source,
  description: 'a letter, then letters, digits, "_" and "-", at most 50 characters',
});

const StepRequest = Type.Object(
  {
    id: StepId,
    type: Type.Optional(
      s.oneOf(STEP_TYPES, { description: 'retrieve searches a workspace. Default: inference' }),
    ),
    model: Type.Optional(
      Type.String({ minLength: 1, maxLength: 300, description: 'Default: any that a worker chooses' }),
    ),
    prompt: Type.String({
      minLength: 1,
      maxLength: PROMPT_MAX_LENGTH,
      description: 'May have {{inputs.NAME}} and {{steps.ID.output}}. For retrieve: the query',
    }),
    workspace: Type.Optional(
      Type.String({ minLength: 1, maxLength: 300, description: 'Slug of the workspace, for retrieve' }),
    ),
    top_n: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'Passages, for retrieve. Default: the setting of the workspace',
      }),
    ),
    depends_on: Type.Optional(
      Type.Array(Type.String({ maxLength: 50 }), {
        maxItems: STEPS_MAX,
        description: 'Ids of steps that must be over first, besides those that the prompt names',
      }),
    ),
    timeout_seconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 86_400,
        description: 'How long an attempt may take. Default: 600',
      }),
    ),
    max_retries: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, description: 'Default: 2' })),
  },
  s.closed,
);

export const WorkflowRequest = Type.Object(
  {
    name: s.Name,
    description: Type.Optional(Type.String({ maxLength: 2_000 })),
    steps: Type.Optional(
      Type.Array(StepRequest, {
        minItems: 1,
        maxItems: STEPS_MAX,
        description: 'Default: one inference step, main, with the prompt {{inputs.prompt}}',
      }),
    ),
  },
  { title: 'WorkflowRequest', ...s.closed },
);

const Step = Type.Object({
  id: Type.String(),
  type: s.oneOf(STEP_TYPES),
  model: s.nullable(Type.String()),
  prompt: Type.String(),
  workspace: s.nullable(Type.String()),
  top_n: s.nullable(Type.Integer({ description: 'Passages. null: the setting of the workspace' })),
  depends_on: Type.Array(Type.String(), {
    description: 'Ids of the steps that must be over first, also those that the prompt names',
  }),
  timeout_seconds: Type.Integer(),
  max_retries: Type.Integer({ description: 'Further attempts after a failure' }),
});

export const Workflow = Type.Object(
  {
    workflow_id: Type.String({ description: 'Id of the workflow, such as wfl_4fT9aBcDeF12' }),
    name: Type.String(),
    description: Type.String(),
    steps: Type.Array(Step),
    created_at: s.Time,
    updated_at: s.Time,
  },
  { title: 'Workflow' },
);

export const ExecuteRequest = Type.Object(
  {
    inputs: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        maxProperties: 200,
        description: 'The values of {{inputs.NAME}}',
      }),
    ),
  },
  { title: 'ExecuteRequest', ...s.closed },
);

export const waitedQuery = Type.Object(
  {
    wait: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 60, description: 'Seconds to wait for its end. Default: 0' }),
    ),
  },
  s.closed,
);

export const Failure = s.nullable(Type.Object({ code: Type.String(), message: Type.String() }));

const executionProperties = {
  execution_id: Type.String({ description: 'Id of the execution, such as exec_4fT9aBcDeF12' }),
  workflow_id: s.nullable(Type.String(), { description: 'Id of the workflow' }),
  workflow_name: Type.String({ description: 'As it was when it was executed' }),
  state: s.oneOf(EXECUTION_STATES),
  error: Failure,
  created_at: s.Time,
  finished_at: s.nullable(s.Time),
};

export const Execution = Type.Object(executionProperties, { title: 'Execution' });

const statusProperties = {
  ...executionProperties,
  progress: Type.Object(
    {
      over: Type.Integer({ description: 'Steps that have ended' }),
      total: Type.Integer({ description: 'All steps' }),
    },
    { description: 'How far it is' },
  ),
  steps: Type.Array(
    Type.Object({
      id: Type.String(),
      type: s.oneOf(STEP_TYPES),
      state: s.oneOf(STEP_VIEW_STATES),
      job_id: s.nullable(Type.String()),
      error: Failure,
      started_at: s.nullable(s.Time),
      finished_at: s.nullable(s.Time),
    }),
  ),
};

export const ExecutionStatus = Type.Object(statusProperties, { title: 'ExecutionStatus' });

export const ExecutionDetails = Type.Object(
  {
    ...statusProperties,
    inputs: Type.Record(Type.String(), Type.Unknown()),
    outputs: Type.Record(Type.String(), Type.Unknown(), { description: 'By the ids of the steps' }),
    output: Type.Unknown({
      description: 'Of the step that no other one needs; of several, by their ids. null: not completed',
    }),
  },
  { title: 'ExecutionDetails' },
);

export const ExecutionLog = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        seq: Type.Integer(),
        at: s.Time,
        step: s.nullable(Type.String({ description: 'null: the execution as a whole' })),
        event: Type.String({ description: 'The new state, or WAITING' }),
        message: Type.String(),
      }),
    ),
  },
  { title: 'ExecutionLog' },
);
