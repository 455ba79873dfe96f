import { KeywardApiError, unwrap, type KeywardClient } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../../client.ts';
import { verb, type Context } from '../../command.ts';
import { CliError, EXIT, usageError } from '../../exit.ts';
import { inputFile, isStream, outputFile } from '../../files.ts';
import { say } from '../../io.ts';
import { fields, type Columns } from '../../output.ts';
import { given } from '../../parse.ts';
import { pagedList, request } from '../../request.ts';
import { batchOf, batchText, isOver, isWhole, waitForBatch, writeResults, type Batch } from './follow.ts';
import { ENDPOINTS, readRequests, type Endpoint } from './input.ts';
import { SubmissionRecord } from './record.ts';
import { counted } from '../../count-text.ts';

/** Of the route. */
const BATCHES_MAX = 100;
const ID_ARG = { type: 'positional', description: 'Id of the batch: batch_…', required: true } as const;
const OUTPUT_ARG = outputFile({
  type: 'string',
  description: 'Write the results into this file, a JSON object a line',
  valueHint: 'file',
});

export const batchSubmit = request({
  args: {
    file: inputFile({
      type: 'positional',
      description: 'File with the requests: NDJSON, or CSV with a column prompt',
      required: true,
    }),
    model: { type: 'string', alias: 'm', description: 'Model of the lines that name none' },
    endpoint: { type: 'enum', options: [...ENDPOINTS], description: 'Default: /v1/chat/completions' },
    window: { type: 'string', description: 'Time within which it is run, such as 24h or 90m. Default: 24h' },
    'output-file': OUTPUT_ARG,
    anew: { type: 'boolean', description: 'Submit it again, although it was submitted before' },
    wait: {
      type: 'boolean',
      default: true,
      description: 'Wait for the end',
      negativeDescription: 'Submit only',
    },
  },
  examples: [
    'client batch-submit prompts.ndjson --model gemma3:1b --output-file results.jsonl',
    'client batch-submit prompts.csv --model gemma3:1b --no-wait',
    '$ ./prompts.sh | keyward client batch-submit - --model gemma3:1b --output-file - > results.jsonl',
  ],
  notes:
    'A line is {"prompt": "…"}, a request such as {"messages": […]}, or a whole line of the OpenAI Batch API.\n' +
    'Stdin is CSV where its first line names the columns. It is read to its end before anything is sent, and refused\n' +
    'where it ends within a request. Run again with the same requests, also from stdin, it goes on with the same batch\n' +
    'after a crash or Ctrl-C: nothing is submitted twice. Other requests are a new batch.\n' +
    'Exit code 0: each request has an answer; 1: some have failed, or the batch has.',
  parse: async (
    { file, model, endpoint = '/v1/chat/completions', window = '24h', wait, anew, ...args },
    { io },
  ) => {
    const choice = { file, model, endpoint };
    if (!wait && args['output-file'] !== undefined)
      throw usageError('--output-file needs the end of the batch.', {
        hint: 'Leave out --no-wait, or fetch the results later.',
        example: 'keyward client batch-result batch_4fT9aBcDeF12 --output-file results.jsonl',
      });
    const requests = await readRequests(io, choice);
    return { ...requests, endpoint: choice.endpoint, window, wait, anew, path: args['output-file'] };
  },
  send: async (client, { text, count, endpoint, window, wait, anew, path }, context) => {
    const record = new SubmissionRecord(context, [client.url, endpoint, window, text]);
    if (anew === true) await record.remove();
    const id = await submitted(client, context, { text, count, endpoint, window, record });
    if (!wait) return batchOf(client, id);
    const batch = await waitForBatch(client, context, id);
    if (path !== undefined) await writeResults(client, context, { batch, path });
    // From here on the same file is a new batch.
    await record.remove();
    return batch;
  },
  table: batchText,
  // Stdout has the results.
  aside: (_, { path }) => isStream(path),
  after: (batch, { io }) => {
    if (!isOver(batch) || isWhole(batch)) return EXIT.ok;
    if (batch.error_file_id !== null)
      say(io, `Some requests failed: keyward client batch-result ${batch.id}`);
    return EXIT.failure;
  },
});

interface Submitting {
  text: string;
  count: number;
  endpoint: Endpoint;
  window: string;
  record: SubmissionRecord;
}

/** Each step is noted before the next one: a run after a crash finds the same batch. @returns its id */
async function submitted(
  client: KeywardClient,
  { io }: Context,
  { text, count, endpoint, window, record }: Submitting,
): Promise<string> {
  const submission = await record.read();
  if (submission.batchId !== undefined) {
    await batchOf(client, submission.batchId).catch(refuseUnknown);
    say(io, `Going on with ${submission.batchId}, which was submitted before.`);
    return submission.batchId;
  }
  await record.write(submission);
  submission.fileId ??= await upload(client, text);
  await record.write(submission);
  const { fileId, idempotencyKey } = submission;
  const batch = await unwrap(
    client.POST('/v1/batches', {
      params: { header: { 'idempotency-key': idempotencyKey } },
      body: { input_file_id: fileId, endpoint, completion_window: window },
    }),
  ).catch(refuseUnknown);
  await record.write({ ...submission, batchId: batch.id });
  say(io, `${batch.id}: ${counted(count, 'request')} submitted.`);
  return batch.id;
}

/** It was deleted, or belongs to another owner: whether it was run is not known, so it is not submitted again by itself. */
function refuseUnknown(error: unknown): never {
  if (!(error instanceof KeywardApiError) || error.status !== 404) throw error;
  throw new CliError('This file was submitted before, and its batch does not exist for this key any more.', {
    exitCode: EXIT.notFound,
    hint: 'Submit it again with --anew.',
  });
}

async function upload(client: KeywardClient, text: string): Promise<string> {
  const form = new FormData();
  form.set('purpose', 'batch');
  form.set('file', new Blob([text]), 'requests.jsonl');
  const { id } = await unwrap(
    client.POST('/v1/files', {
      // The form is made here: its file is no text.
      body: { file: '', purpose: 'batch' },
      bodySerializer: () => form,
    }),
  );
  return id;
}

const BATCHES: Columns<Batch> = {
  ...fields('id', 'status'),
  answered: ({ request_counts: { completed, total } }) => `${completed} of ${total}`,
  failed: ({ request_counts: { failed } }) => failed,
  created: ({ created_at: at }) => new Date(at * 1_000).toISOString(),
};

/** The list of the OpenAI API, as all other lists of the command line. */
export const batchList = pagedList({
  args: {},
  examples: ['client batch-list', 'client batch-list --all --output json'],
  whenEmpty: 'Submit one: keyward client batch-submit prompts.ndjson --model gemma3:1b',
  columns: BATCHES,
  open:
    (client) =>
    async ({ limit = 50, cursor }) => {
      const query = given({ limit: Math.min(limit, BATCHES_MAX), after: cursor });
      const { data, has_more: hasMore } = await unwrap(client.GET('/v1/batches', { params: { query } }));
      return { items: data, next_cursor: hasMore ? (data.at(-1)?.id ?? null) : null };
    },
});

export const batchStatus = request({
  args: { id: ID_ARG, wait: { type: 'boolean', alias: 'w', description: 'Wait for the end of the batch' } },
  examples: ['client batch-status batch_4fT9aBcDeF12', 'client batch-status batch_4fT9aBcDeF12 --wait'],
  send: (client, { id, wait }, context) =>
    wait === true ? waitForBatch(client, context, id) : batchOf(client, id),
  table: batchText,
});

export const batchCancel = request({
  args: { id: ID_ARG },
  examples: ['client batch-cancel batch_4fT9aBcDeF12'],
  notes: 'The answers so far are kept: keyward client batch-result prints them.',
  send: (client, { id }) => unwrap(client.POST('/v1/batches/{id}/cancel', { params: { path: { id } } })),
  table: batchText,
});

export const batchResult = verb({
  args: { id: ID_ARG, 'output-file': OUTPUT_ARG, ...CLIENT_ARGS },
  examples: [
    'client batch-result batch_4fT9aBcDeF12 --output-file results.jsonl',
    '$ keyward client batch-result batch_4fT9aBcDeF12 > results.jsonl',
  ],
  notes:
    'Each line names its request by custom_id. Requests that failed stand behind those with an answer.\n' +
    'Exit code 0: each request has an answer; 1: some have failed, or the batch has.',
  run: async ({ id, 'output-file': path, ...choice }, context) => {
    const client = await openClient(choice, context);
    const batch = await batchOf(client, id);
    if (!isOver(batch))
      throw new CliError(`The batch is ${batch.status}: there are no results yet.`, {
        hint: 'Wait for its end.',
        example: `keyward client batch-status ${id} --wait`,
      });
    await writeResults(client, context, { batch, path });
    // Only results go to stdout.
    say(context.io, batchText(batch));
    return isWhole(batch) ? EXIT.ok : EXIT.failure;
  },
});
