import { Type } from 'typebox';
import { BATCH_STATUSES, ENDPOINTS, FILE_PURPOSES } from '../../batches/index.ts';
import { closed, nullable, oneOf } from '../../http/index.ts';

const opt = Type.Optional;
const seconds = (what: string) => Type.Integer({ description: `${what}, in seconds since 1970` });
const whenever = (what: string) => nullable(seconds(what));

export const File = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('file'),
    bytes: Type.Integer({ description: 'Its size' }),
    created_at: seconds('When it was stored'),
    expires_at: seconds('When it is deleted'),
    filename: Type.String({ description: 'The name that it was sent with' }),
    purpose: oneOf(FILE_PURPOSES, { description: 'batch: requests; batch_output: results' }),
    status: Type.Literal('processed', { description: 'Always processed' }),
  },
  { title: 'OpenAIFile' },
);

export const FileForm = Type.Object({
  file: Type.String({ format: 'binary', description: 'Requests, a JSON object a line' }),
  purpose: Type.Literal('batch', { description: 'What the file is for' }),
  'expires_after[anchor]': opt(Type.Literal('created_at', { description: 'Where the time begins' })),
  'expires_after[seconds]': opt(
    Type.Integer({
      minimum: 3_600,
      maximum: 2_592_000,
      description: 'When to delete it, seconds after that',
    }),
  ),
});

export const Deleted = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('file'),
    deleted: Type.Boolean({ description: 'Always true' }),
  },
  { title: 'OpenAIFileDeleted' },
);

const BatchError = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    param: nullable(Type.String({ description: 'The member at fault, such as body.model; null: the line' })),
    line: nullable(Type.Integer({ description: 'The line of the input file, from 1; null: no single one' })),
  },
  { title: 'BatchError' },
);

const Metadata = Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 512 }), {
  maxProperties: 16,
  description: 'Names and values of your own',
});

export const Batch = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('batch'),
    endpoint: oneOf(ENDPOINTS, { description: 'Where its requests go' }),
    model: nullable(Type.String({ description: 'The model of all its requests; null: several' })),
    errors: nullable(Type.Object({ object: Type.Literal('list'), data: Type.Array(BatchError) }), {
      description: 'What is wrong with its input, or why it ended early; null: nothing',
    }),
    input_file_id: Type.String({ description: 'The file with its requests' }),
    completion_window: Type.String({ description: 'Within which time it is run, such as 24h' }),
    status: oneOf(BATCH_STATUSES, { description: 'How far it is' }),
    output_file_id: nullable(Type.String({ description: 'The file with the answers; null: none yet' })),
    error_file_id: nullable(
      Type.String({ description: 'The file with the requests that failed or were not run; null: none yet' }),
    ),
    created_at: seconds('When it was made'),
    in_progress_at: whenever('When its first request could run'),
    expires_at: seconds('When its window ends'),
    finalizing_at: whenever('When its last request was over'),
    completed_at: whenever('When it was completed'),
    failed_at: whenever('When its input was refused'),
    expired_at: whenever('When it ended with its window'),
    cancelling_at: whenever('When it was asked to end'),
    cancelled_at: whenever('When it had ended'),
    request_counts: Type.Object(
      {
        total: Type.Integer({ description: 'All requests' }),
        completed: Type.Integer({ description: 'Those with an answer' }),
        failed: Type.Integer({ description: 'Those that failed or were not run' }),
      },
      { description: 'How many requests it has' },
    ),
    usage: Type.Object(
      {
        input_tokens: Type.Integer({ description: 'Tokens of the requests' }),
        input_tokens_details: Type.Object(
          { cached_tokens: Type.Integer({ description: 'Those that the upstream had in its cache' }) },
          { description: 'Of these' },
        ),
        output_tokens: Type.Integer({ description: 'Tokens of the answers' }),
        output_tokens_details: Type.Object(
          { reasoning_tokens: Type.Integer({ description: 'Those that the answers do not show' }) },
          { description: 'Of these' },
        ),
        total_tokens: Type.Integer({ description: 'Both together' }),
      },
      { description: 'What the answers say that they took' },
    ),
    metadata: nullable(Metadata),
  },
  { title: 'Batch' },
);

export const BatchRequest = Type.Object(
  {
    input_file_id: Type.String({ maxLength: 100, description: 'A file with the purpose batch' }),
    endpoint: oneOf(ENDPOINTS, { description: 'That of each of its lines' }),
    completion_window: Type.String({
      description: 'a time of at most 7d, such as 24h or 90m',
      pattern: '^[1-9][0-9]{0,5}[smhd]$',
    }),
    metadata: opt(nullable(Metadata)),
    output_expires_after: opt(
      Type.Object(
        {
          anchor: Type.Literal('created_at', { description: 'Where the time begins' }),
          seconds: Type.Integer({ minimum: 3_600, maximum: 2_592_000, description: 'How long' }),
        },
        { ...closed, description: 'How long its results are kept' },
      ),
    ),
  },
  { ...closed, title: 'BatchRequest' },
);

export const listOf = <T extends typeof File | typeof Batch>(items: T, title: string) =>
  Type.Object(
    {
      object: Type.Literal('list'),
      data: Type.Array(items),
      first_id: nullable(Type.String()),
      last_id: nullable(Type.String()),
      has_more: Type.Boolean(),
    },
    { title },
  );
