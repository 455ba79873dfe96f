import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { inputFile } from '../files.ts';
import { say } from '../io.ts';
import { cell, fields, membersText, tableOf, type Columns, type Shown } from '../output.ts';
import { given, jsonValue } from '../parse.ts';
import { NAMED_ARG } from '../things/thing-id.ts';
import { pagedList, request } from '../request.ts';
import { warnOfSameName } from '../things/same-name.ts';
import { forEach } from '../things/several.ts';
import { Wait } from '../wait/wait.ts';
import {
  inputsOf,
  pageOfWorkflows,
  stepsIn,
  workflowId,
  workflowsNamed,
  type Workflow,
} from './workflows.ts';
import { counted } from '../count-text.ts';

type Execution = components['schemas']['Execution'];
type Status = components['schemas']['ExecutionStatus'];
type Details = components['schemas']['ExecutionDetails'];

const EXECUTION_STATES: string[] = ['RUNNING', 'COMPLETED', 'FAILED', 'CANCELED'];
const WAIT_SECONDS = 30;
const EXECUTION_ARG = {
  type: 'positional',
  description: 'Id of an execution, such as exec_4fT9aBcDeF12',
  required: true,
} as const;

const COLUMNS: Columns<Workflow> = {
  id: ({ workflow_id: id }) => id,
  ...fields('name', 'description'),
  steps: ({ steps }) => steps.map(({ id }) => id).join(' '),
  created: ({ created_at: at }) => at,
};

const pathOf = (id: string) => ({ path: { id } });

export const create = request({
  args: {
    name: { type: 'positional', description: 'Name of the workflow', required: true },
    description: { type: 'string', description: 'Its description' },
    prompt: { type: 'string', description: 'Prompt of a single step, with {{inputs.NAME}}' },
    model: { type: 'string', description: 'Model of a single step. Default: any that a worker chooses' },
    steps: inputFile({ type: 'string', description: 'JSON file with the steps', valueHint: 'file' }),
  },
  examples: [
    'agent create --name test --description "test"',
    'agent create summary --prompt "Summarize: {{inputs.text}}" --model gemma3:1b',
    'agent create report --steps report.json',
  ],
  notes: 'Without --steps and --prompt, the one step has the prompt {{inputs.prompt}}.',
  parse: async ({ name, description, prompt, model, steps }, { io }) => {
    if (steps !== undefined && (prompt !== undefined || model !== undefined))
      throw usageError('Give --steps, or --prompt and --model.');
    const single = { id: 'main', prompt: prompt ?? '{{inputs.prompt}}', ...given({ model }) };
    const isSingle = prompt !== undefined || model !== undefined;
    const list = steps === undefined ? (isSingle ? [single] : undefined) : await stepsIn(io, steps);
    return { name, ...given({ description, steps: list }) };
  },
  send: async (client, body, { io }) => {
    const workflow = await unwrap(client.POST('/v1/agents/workflows', { body }));
    const made = { noun: 'workflow', remove: 'agent delete', id: workflow.workflow_id, name: body.name };
    await warnOfSameName(io, made, () => workflowsNamed(client, body.name));
    return workflow;
  },
  after: ({ workflow_id: id }, { io }) => say(io, `Execute it: keyward agent execute ${id}`),
});

export const list = pagedList({
  args: {},
  examples: ['agent list', 'agent list --all --output json'],
  whenEmpty: 'Create one: keyward agent create --name test',
  columns: COLUMNS,
  open: pageOfWorkflows,
});

export const executions = pagedList({
  args: {
    workflow: { type: 'string', description: 'Only of this workflow (id or name)' },
    state: { type: 'enum', options: EXECUTION_STATES, description: 'Only executions in this state' },
  },
  examples: ['agent executions', 'agent executions --workflow test --state RUNNING'],
  whenEmpty: 'Execute a workflow: keyward agent execute test',
  columns: {
    id: ({ execution_id: id }) => id,
    workflow: ({ workflow_name: name }) => name,
    ...fields('state'),
    created: ({ created_at: at }) => at,
    finished: ({ finished_at: at }) => at,
    error: ({ error }) => error?.message,
  } satisfies Columns<Execution>,
  open: async (client, { workflow, state }) => {
    const workflow_id = workflow === undefined ? undefined : await workflowId(client, workflow);
    const filter = given({ workflow_id, state: state as Execution['state'] | undefined });
    return (page) =>
      unwrap(client.GET('/v1/agents/executions', { params: { query: { ...page, ...filter } } }));
  },
});

export const execute = request({
  args: {
    workflow: NAMED_ARG,
    prompt: { type: 'string', description: 'The input prompt' },
    input: { type: 'string', description: 'An input as name=value; repeatable' },
    inputs: { type: 'string', description: 'All inputs, as a JSON object' },
    wait: { type: 'boolean', description: 'Wait for the end, and print the outputs' },
  },
  examples: [
    'agent execute test --prompt "What is AITBC?" --wait',
    'agent execute report --input topic=ferries --input language=sv',
    `agent execute report --inputs '{"topic": "ferries"}'`,
  ],
  notes: 'With --wait the exit code is 1 where the execution does not complete. Ctrl-C does not cancel it.',
  parse: ({ workflow, prompt, inputs, wait }, context) => {
    const whole = inputs === undefined ? undefined : jsonValue('inputs', inputs, '{"topic": "ferries"}');
    return {
      named: workflow,
      inputs: { ...given({ prompt }), ...inputsOf(context.all('input'), whole) },
      wait: wait === true,
    };
  },
  send: async (client, { named, inputs, wait }, context): Promise<Execution | Details> => {
    const id = await workflowId(client, named);
    const params = pathOf(id);
    const begun = await unwrap(
      client.POST('/v1/agents/workflows/{id}/execute', { params, body: { inputs } }),
    );
    if (wait) return followed(client, context, begun.execution_id);
    say(context.io, `Follow it: keyward agent status ${begun.execution_id} --wait`);
    return begun;
  },
  table: (value) => ('output' in value ? endText(value) : membersText(value)),
  after: codeOf,
});

/** Shows how many steps are over, until all are. */
function followed(client: KeywardClient, { io }: Context, id: string): Promise<Details> {
  const wait = new Wait(io, { id, again: `agent status ${id} --wait`, cancel: `agent cancel ${id}` });
  const params = pathOf(id);
  return wait.until(async () => {
    for (let seconds = 0; ;) {
      const query = { wait: seconds };
      const status = await wait.ask(() =>
        unwrap(client.GET('/v1/agents/executions/{id}/status', { params: { ...params, query } })),
      );
      const { over, total } = status.progress;
      const now = status.steps.filter(({ state }) => state === 'RUNNING' || state === 'QUEUED');
      const names = now.map((step) => `${cell(step.id)} ${step.state.toLowerCase()}`).join(', ');
      const why = await reasonOf(client, status.steps);
      wait.say(`${id}: ${over} of ${counted(total, 'step')}${names === '' ? '' : `: ${names}${why}`}`);
      if (status.state !== 'RUNNING') break;
      // The server answers at the end only; a first step is queued a moment after the start.
      seconds = Math.min(2 * seconds + 1, total > 1 ? 1 : WAIT_SECONDS);
    }
    return wait.ask(() =>
      unwrap(client.GET('/v1/agents/executions/{id}', { params: { ...params, query: {} } })),
    );
  });
}

/** Why the first step that is queued has no worker; empty where the key may not see its job. */
async function reasonOf(client: KeywardClient, steps: Status['steps']): Promise<string> {
  const job = steps.find(({ state, job_id: id }) => state === 'QUEUED' && id !== null)?.job_id;
  if (typeof job !== 'string') return '';
  const seen = await unwrap(client.GET('/v1/jobs/{id}', { params: pathOf(job) })).catch(() => undefined);
  const reason = seen?.waiting?.reason;
  return reason === undefined ? '' : ` (${reason.replaceAll('_', ' ')})`;
}

function endText({ output, ...rest }: Details): Shown {
  if (rest.state !== 'COMPLETED') return statusText(rest);
  return typeof output === 'string' ? safeText(output) : JSON.stringify(output, null, 2);
}

/** Without control characters but the ends of lines: a worker wrote it. */
const safeText = (text: string): string => text.split('\n').map(cell).join('\n');

function codeOf(value: Execution | Status): number | void {
  if (value.state === 'FAILED' || value.state === 'CANCELED') return EXIT.failure;
}

function statusText({ execution_id: id, workflow_name: name, state, error, steps }: Status): Shown {
  const head = membersText({ id, workflow: name, state, ...(error !== null && { error: error.message }) });
  const columns = {
    step: (step: Status['steps'][number]) => step.id,
    ...fields('type', 'state'),
    job: (step: Status['steps'][number]) => step.job_id,
    error: (step: Status['steps'][number]) => step.error?.message,
  };
  return [head, tableOf(steps, columns)];
}

export const status = request({
  args: {
    id: EXECUTION_ARG,
    wait: { type: 'boolean', description: 'Wait for the end, and print the outputs' },
  },
  examples: ['agent status exec_4fT9aBcDeF12', 'agent status exec_4fT9aBcDeF12 --wait'],
  send: (client, { id, wait }, context): Promise<Status | Details> =>
    wait === true
      ? followed(client, context, id)
      : unwrap(client.GET('/v1/agents/executions/{id}/status', { params: { ...pathOf(id), query: {} } })),
  table: (value) => ('output' in value ? endText(value) : statusText(value)),
  after: (value) => ('output' in value ? codeOf(value) : undefined),
});

export const logs = request({
  args: { id: EXECUTION_ARG },
  examples: ['agent logs exec_4fT9aBcDeF12'],
  send: async (client, { id }) => {
    const items: components['schemas']['ExecutionLog']['items'] = [];
    for (;;) {
      const query = { after: items.at(-1)?.seq ?? 0 };
      const params = { ...pathOf(id), query };
      const page = await unwrap(client.GET('/v1/agents/executions/{id}/logs', { params }));
      if (page.items.length === 0) return { items };
      items.push(...page.items);
    }
  },
  isList: true,
  table: ({ items }) => tableOf(items, fields('at', 'step', 'event', 'message')),
});

export const cancel = request({
  args: { id: EXECUTION_ARG },
  examples: ['agent cancel exec_4fT9aBcDeF12'],
  notes: 'It cancels the jobs of the execution, too.',
  send: (client, { id }) => unwrap(client.POST('/v1/agents/executions/{id}/cancel', { params: pathOf(id) })),
  table: statusText,
});

const remove = forEach({
  args: { workflow: NAMED_ARG },
  examples: ['agent delete test', 'agent delete draft test --yes'],
  notes: 'Executions stay, also those that run.',
  done: 'deleted',
  asks: (workflows) => `Delete ${workflows}?`,
  one: async (client, named) => {
    const id = await workflowId(client, named);
    await unwrap(client.DELETE('/v1/agents/workflows/{id}', { params: pathOf(id) }));
    return { workflow_id: id, state: 'deleted' };
  },
});
export { remove as delete };
