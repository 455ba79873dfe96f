import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { jsonIn } from '../../base/json-text.ts';
import { isObject } from '../../base/is-object.ts';
import type { Context } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { fields, formOf, membersText, type Columns, type OutputChoice } from '../output.ts';
import { durationSeconds, given, pastTime, wholeNumber } from '../parse.ts';
import { pagedList, request } from '../request.ts';
import { followJob, resultText, waitForResult } from './waiting.ts';

export {
  batchCancel as 'batch-cancel',
  batchList as 'batch-list',
  batchResult as 'batch-result',
  batchStatus as 'batch-status',
  batchSubmit as 'batch-submit',
} from './batch/verbs.ts';

type Job = components['schemas']['Job'];
type JobRequest = components['schemas']['JobRequest'];

const STATES: string[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'];
const ID_ARG = { type: 'positional', description: 'Id of the job: job_…', required: true } as const;

export const submit = request({
  args: {
    prompt: { type: 'string', alias: 'p', description: 'The prompt, as one message of a user' },
    payload: {
      type: 'string',
      description: 'In place of the prompt: a JSON object that the worker gets as it is',
    },
    model: { type: 'string', alias: 'm', description: 'Name of the model. Default: any' },
    type: { type: 'string', description: 'Type of the job. Default: inference' },
    constraints: {
      type: 'string',
      description: 'What the worker must have, as JSON, such as {"min_vram_gb": 24}',
    },
    ttl: { type: 'string', description: 'How long it may wait for a worker: seconds, or 15m. Default: 900' },
    'run-timeout': {
      type: 'string',
      description: 'How long an attempt may take: seconds, or 10m. Default: 600',
    },
    'max-attempts': { type: 'string', description: 'How often it may fail, 1 to 20. Default: 3' },
    priority: { type: 'string', description: '0 to 9 (first), among your jobs. Default: 5' },
    'not-before': { type: 'string', description: 'No worker gets it before, such as 2027-01-31T09:00:00Z' },
    recovery: {
      type: 'enum',
      options: ['restart', 'fail'] as string[],
      description: 'When its worker is lost: another begins anew, or it fails. Default: restart',
    },
    'webhook-url': { type: 'string', description: 'Where its end is reported' },
    metadata: { type: 'string', description: 'A JSON object of your own' },
    'idempotency-key': { type: 'string', description: 'A repeat with the same key submits nothing' },
    wait: { type: 'boolean', alias: 'w', description: 'Wait for the result and print it' },
    follow: { type: 'boolean', alias: 'f', description: 'Print the output while the worker writes it' },
  },
  examples: [
    'client submit --prompt "What is AITBC?" --model gemma3:1b',
    'client submit --prompt "Write a haiku." --follow',
    `client submit --payload '{"messages": [{"role": "user", "content": "hi"}]}' --wait --output json`,
  ],
  notes:
    'Exit code with --wait or --follow: 0 if the job was completed, 1 if it failed, expired or was canceled.\n' +
    'Ctrl-C stops waiting; the job goes on: keyward client cancel ends it.',
  parse: (args) => ({ body: bodyOf(args), key: args['idempotency-key'], ...args }),
  send: async (client, { body, key, wait, follow, ...choice }, context): Promise<Shown> => {
    const params = key === undefined ? {} : { params: { header: { 'idempotency-key': key } } };
    const job = await unwrap(client.POST('/v1/jobs', { body, ...params }));
    sayProblem(context, job);
    if (follow === true) {
      const isText = formOf(choice as OutputChoice, context) === 'table';
      return { result: await followJob(client, context, { id: job.job_id, isText }), isWritten: isText };
    }
    if (wait === true) return { result: await waitForResult(client, context, job.job_id) };
    say(context.io, `Its result: keyward client result ${job.job_id} --wait`);
    return { job };
  },
  table: shownText,
  shown: ({ result, job }) => result ?? job,
  after: ({ result }) => (result === undefined || result.state === 'COMPLETED' ? EXIT.ok : EXIT.failure),
});

interface Shown {
  job?: Job;
  result?: components['schemas']['JobResult'];
  /** The output is on the screen. */
  isWritten?: boolean;
}

function shownText({ job, result, isWritten }: Shown): string {
  if (result === undefined) return membersText(job);
  return isWritten === true && result.state === 'COMPLETED' ? '' : resultText(result);
}

interface SubmitChoice {
  prompt?: string | undefined;
  payload?: string | undefined;
  model?: string | undefined;
  type?: string | undefined;
  constraints?: string | undefined;
  ttl?: string | undefined;
  'run-timeout'?: string | undefined;
  priority?: string | undefined;
  'max-attempts'?: string | undefined;
  'not-before'?: string | undefined;
  recovery?: string | undefined;
  'webhook-url'?: string | undefined;
  metadata?: string | undefined;
}

function bodyOf({
  prompt,
  payload,
  model,
  type,
  constraints,
  ttl,
  priority,
  metadata,
  recovery,
  ...rest
}: SubmitChoice): JobRequest {
  if ((prompt === undefined) === (payload === undefined))
    throw usageError('Give --prompt or --payload.', { example: 'keyward client submit --prompt "Hello"' });
  // A number alone is in seconds, as the commands of AITBC send it.
  const seconds = (flag: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    return /^[1-9]\d*$/.test(text) ? Number(text) : durationSeconds(flag, text);
  };
  return given({
    prompt,
    payload: payload === undefined ? undefined : objectIn('payload', payload),
    model,
    type,
    constraints: constraints === undefined ? undefined : objectIn('constraints', constraints),
    ttl_seconds: seconds('ttl', ttl),
    run_timeout_seconds: seconds('run-timeout', rest['run-timeout']),
    priority: numberIn('priority', priority, { min: 0, max: 9 }),
    max_attempts: numberIn('max-attempts', rest['max-attempts'], { min: 1, max: 20 }),
    not_before: rest['not-before'],
    recovery: recovery as JobRequest['recovery'],
    webhook_url: rest['webhook-url'],
    metadata: metadata === undefined ? undefined : objectIn('metadata', metadata),
  });
}

const numberIn = (flag: string, text: string | undefined, range: { min: number; max: number }) =>
  text === undefined ? undefined : wholeNumber(flag, text, range);

function objectIn(flag: string, text: string): Record<string, unknown> {
  const value = jsonIn(text);
  if (isObject(value)) return value;
  throw usageError(`--${flag} must be a JSON object, such as {"seed": 1}.`);
}

/** What a person should know at once: nobody can do it. */
function sayProblem({ io }: Context, { is_possible: isPossible, impossible_because: because }: Job): void {
  if (isPossible) return;
  const why = because.includes('no_worker')
    ? 'no worker is known'
    : `no known worker has: ${because.join(', ')}`;
  say(io, `The job waits, and ${why}.`);
}

const jobOf = (client: KeywardClient, id: string, wait = 0): Promise<Job> =>
  unwrap(
    client.GET('/v1/jobs/{id}', { params: { path: { id }, query: given({ wait: wait || undefined }) } }),
  );

export const status = request({
  args: { id: ID_ARG },
  examples: ['client status job_4fT9aBcDeF12'],
  send: (client, { id }) => jobOf(client, id),
});

export const result = request({
  args: { id: ID_ARG, wait: { type: 'boolean', alias: 'w', description: 'Wait for the end of the job' } },
  examples: ['client result job_4fT9aBcDeF12', 'client result job_4fT9aBcDeF12 --wait --output json'],
  notes: 'Exit code 0 if the job was completed, 1 if it failed, expired, was canceled, or is not over.',
  send: (client, { id, wait }, context) =>
    wait === true
      ? waitForResult(client, context, id)
      : unwrap(client.GET('/v1/jobs/{id}/result', { params: { path: { id } } })),
  table: resultText,
  after: ({ state }) => (state === 'COMPLETED' ? EXIT.ok : EXIT.failure),
});

const COLUMNS: Columns<Job> = {
  id: ({ job_id }) => job_id,
  ...fields('state'),
  requested: ({ requested_at }) => requested_at,
  problem: ({ error, waiting }) => error?.code ?? waiting?.reason,
  worker: ({ assigned_worker }) => assigned_worker,
  ...fields('attempt', 'type'),
};

export const history = pagedList({
  args: {
    state: { type: 'enum', options: STATES, description: 'Only jobs in this state' },
    type: { type: 'string', description: 'Only jobs of this type' },
    from: { type: 'string', description: 'Only jobs since this time, or this age such as 7d' },
    to: { type: 'string', description: 'Only jobs before this time' },
  },
  examples: ['client history', 'client history --state FAILED --from 1d --all'],
  whenEmpty: 'Submit a job: keyward client submit --prompt "Hello" --wait',
  columns: COLUMNS,
  parse: ({ state, type, from, to }) =>
    given({
      state: state as Job['state'] | undefined,
      type,
      from: pastTime('from', from),
      to: pastTime('to', to),
    }),
  open: (client, filter) => (page) =>
    unwrap(client.GET('/v1/jobs', { params: { query: { ...page, ...filter } } })),
});

export const cancel = request({
  args: { id: ID_ARG },
  examples: ['client cancel job_4fT9aBcDeF12'],
  send: (client, { id }) => unwrap(client.POST('/v1/jobs/{id}/cancel', { params: { path: { id } } })),
});

export const receipts = request({
  args: { id: ID_ARG },
  examples: [
    'client receipts job_4fT9aBcDeF12',
    '$ keyward client receipts job_4fT9aBcDeF12 --json > receipt.json',
  ],
  notes: 'Verify it anywhere, without the server: keyward receipts verify receipt.json',
  send: (client, { id }) => unwrap(client.GET('/v1/jobs/{id}/receipt', { params: { path: { id } } })),
});
