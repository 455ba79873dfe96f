import { Type } from 'typebox';
import { JOB_STATES, RECOVERIES, WORKER_STATES } from '../../jobs/index.ts';
import * as s from '../schemas.ts';

/* Shapes of jobs and of the workers that do them. */

const Text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, ...(description !== undefined && { description }) });
const Names = (description: string) => Type.Array(Text(300), { maxItems: 100, description });
const Seconds = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });

const Labels = Type.Record(Type.String(), Type.String({ maxLength: 200 }), { maxProperties: 50 });

export const Constraints = Type.Partial(
  Type.Object({
    models: Names('Any of these'),
    gpu: Text(200, 'A part of the name of a GPU, such as 4090'),
    min_vram_gb: Type.Number({ minimum: 0, maximum: 100_000, description: 'Of one GPU' }),
    cuda: Type.String({
      pattern: String.raw`^\d{1,3}(\.\d{1,3})?$`,
      description: 'a version such as 12.4, or later',
    }),
    digest: Text(200, 'Of the model'),
    quantization: Text(50, 'Such as q4_K_M'),
    min_context: Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'Tokens' }),
    features: Names('All of these, such as tools'),
    region: Text(100),
    max_price_per_hour: Type.Number({ minimum: 0, maximum: 1_000_000, description: 'USD of a whole worker' }),
    labels: Labels,
    owners: Names('Ids of owners: only their workers'),
    not_owners: Names('Ids of owners: none of their workers'),
    workers: Names(
      'Ids of workers: only these. Also names of your own workers, or of workers of owners in owners or in the selector of the key',
    ),
    not_workers: Names('Ids or names: none of these workers'),
  }),
  { title: 'JobConstraints', description: 'What a worker must have', ...s.closed },
);

const Payload = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Any JSON object. The worker gets it as it is; {"prompt": p} becomes messages',
});

export const JobRequest = Type.Object(
  {
    payload: Type.Optional(Payload),
    prompt: Type.Optional(
      Type.String({ minLength: 1, description: 'In place of payload: one message of a user' }),
    ),
    messages: Type.Optional(Type.Array(Type.Unknown(), { minItems: 1, maxItems: 10_000 })),
    model: Type.Optional(Text(300, 'The model that does it. Default: any')),
    type: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9_.-]{0,63}$',
        description:
          'a word such as inference: small letters, digits, "_", "." and "-", at most 64 characters. Default: inference',
      }),
    ),
    constraints: Type.Optional(Constraints),
    ttl_seconds: Type.Optional(Seconds(1, 86_400, 'How long it may wait for a worker. Default: 900')),
    run_timeout_seconds: Type.Optional(Seconds(1, 86_400, 'How long an attempt may take. Default: 600')),
    max_attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, description: 'Default: 3' })),
    priority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 9,
        description: '9: first, among jobs of the same owner. Default: 5',
      }),
    ),
    not_before: Type.Optional(s.Time),
    recovery: Type.Optional(
      s.oneOf(RECOVERIES, {
        description:
          'restart: another worker begins anew when one is lost; fail: the job fails. Default: restart',
      }),
    ),
    webhook_url: Type.Optional(s.WebUrl),
    metadata: Type.Optional(s.Metadata),
  },
  { title: 'JobRequest', ...s.closed },
);

const Excluded = Type.Record(Type.String(), Type.Integer(), {
  description: 'Number of known workers by the reason why they do not have the job',
});

export const Job = Type.Object(
  {
    job_id: Type.String(),
    type: Type.String(),
    state: s.oneOf(JOB_STATES),
    requested_at: s.Time,
    started_at: s.nullable(s.Time),
    finished_at: s.nullable(s.Time),
    expires_at: s.Time,
    attempt: Type.Integer({ description: 'Number of workers that have had the job so far' }),
    max_attempts: Type.Integer(),
    priority: Type.Integer(),
    queue_position: s.nullable(
      Type.Integer({ description: '1: next. null: it does not wait, or the position is above 1,000' }),
    ),
    eta_seconds: s.nullable(Type.Number()),
    waiting: s.nullable(
      Type.Object({ reason: Type.String(), workers_online: Type.Integer(), excluded: Excluded }),
      { description: 'Why it still waits. null: it does not' },
    ),
    is_possible: Type.Boolean({ description: 'Whether some known worker can do it' }),
    impossible_because: Type.Array(Type.String(), {
      description: 'The constraints that no known worker meets',
    }),
    progress: Type.Unknown({ description: 'As the worker reported it' }),
    assigned_worker: s.nullable(Type.String()),
    error: s.nullable(Type.Object({ code: Type.String(), message: Type.String() })),
    metadata: s.Metadata,
  },
  { title: 'Job' },
);

export const JobList = Type.Object(
  {
    items: Type.Array(Job),
    total: s.nullable(Type.Integer({ description: 'null: more than 10,000' })),
    next_cursor: s.nullable(Type.String()),
  },
  { title: 'JobList' },
);

const GpuSeconds = (description: string) => Type.Number({ description });

export const Receipt = Type.Object(
  {
    job_id: Type.String(),
    owner_id: Type.String(),
    worker_id: Type.String(),
    worker_owner_id: Type.String(),
    outcome: Type.String(),
    attempts: Type.Array(
      Type.Object({
        attempt: Type.Integer(),
        worker_id: Type.String(),
        outcome: Type.String(),
        started_at: s.Time,
        ended_at: s.Time,
      }),
    ),
    gpu_seconds: GpuSeconds('What counts: the word of the worker, at most what the server measured'),
    gpu_seconds_claimed: GpuSeconds('The word of the worker'),
    gpu_seconds_measured: GpuSeconds('The time of the lease × the GPUs of the worker'),
    prompt_tokens: Type.Integer(),
    completion_tokens: Type.Integer(),
    model: s.nullable(Type.String()),
    model_digest: s.nullable(Type.String()),
    started_at: s.Time,
    finished_at: s.Time,
    key_id: Type.String({ description: 'Of the key that signed it' }),
    public_key: Type.String({ description: 'PEM' }),
    signature: Type.String({ description: 'Ed25519, base64' }),
  },
  {
    title: 'JobReceipt',
    description: 'What a job took, signed by this server. Verify it offline: keyward receipts verify',
  },
);

export const JobResult = Type.Object(
  {
    job_id: Type.String(),
    state: s.oneOf(JOB_STATES),
    result: Type.Unknown({ description: 'As the worker reported it. null: none' }),
    error: Job.properties.error,
    usage: s.nullable(
      Type.Object({
        prompt_tokens: Type.Integer(),
        completion_tokens: Type.Integer(),
        total_tokens: Type.Integer(),
      }),
    ),
    receipt: s.nullable(Receipt),
  },
  { title: 'JobResult' },
);

export const WAIT_MAX_SECONDS = 60;
export const waitQuery = {
  wait: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: WAIT_MAX_SECONDS,
      description: 'Seconds to wait for the end of the job. Default: 0',
    }),
  ),
};

const Gpu = Type.Object(
  {
    name: Text(200),
    memory_mb: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
    cuda: Type.Optional(Type.String({ maxLength: 20 })),
  },
  s.closed,
);

const WorkerModel = Type.Object(
  {
    name: Text(300),
    digest: Type.Optional(Text(200)),
    quantization: Type.Optional(Text(50)),
    context: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
    features: Type.Optional(Names('Such as tools')),
    loaded: Type.Optional(Type.Boolean({ description: 'Whether it is in memory' })),
    load_seconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
  },
  s.closed,
);

export const Capabilities = Type.Object(
  {
    gpus: Type.Optional(Type.Array(Gpu, { maxItems: 64 })),
    gpu: Type.Optional(
      Type.Object(
        { model: Text(200), memory_gb: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000 })) },
        { description: 'In place of gpus: a single one' },
      ),
    ),
    models: Type.Optional(
      Type.Array(Type.Union([Text(300), WorkerModel]), {
        maxItems: 500,
        description: 'Names, or more about them',
      }),
    ),
    labels: Type.Optional(Labels),
    types: Type.Optional(Names('Types of jobs. Default: inference, embedding, retrieve')),
  },
  { title: 'Capabilities', ...s.closed },
);

export const WorkerRequest = Type.Object(
  {
    capabilities: Capabilities,
    concurrency: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, description: 'Jobs at a time. Default: 1' }),
    ),
    region: Type.Optional(Text(100)),
    price_per_hour: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1_000_000, description: 'USD of the whole worker. No money moves' }),
    ),
    protocol: Type.Optional(Type.Integer({ description: 'Version of this protocol. Default: 1' })),
  },
  { title: 'WorkerRequest', ...s.closed },
);

export const WorkerJob = Type.Object(
  {
    job_id: Type.String(),
    attempt: Type.Integer(),
    lease_token: Type.String({ description: 'Belongs to every report about this job' }),
    lease_expires_at: s.Time,
    type: Type.String(),
    payload: Type.Record(Type.String(), Type.Unknown()),
    constraints: Type.Record(Type.String(), Type.Unknown()),
    model: s.nullable(Type.String({ description: 'The model of this worker that fits' })),
    run_timeout_seconds: Type.Number(),
  },
  { title: 'WorkerJob' },
);

export const Worker = Type.Object(
  {
    worker_id: Type.String(),
    name: Type.String(),
    owner_id: Type.String(),
    state: s.oneOf(WORKER_STATES, {
      description:
        'paused: an administrator lets it have no jobs; resting: it gets none for a time, after failures',
    }),
    capabilities: Type.Record(Type.String(), Type.Unknown()),
    concurrency: Type.Integer(),
    jobs: Type.Integer({ description: 'Jobs that it works on' }),
    region: s.nullable(Type.String()),
    price_per_hour: s.nullable(Type.Number()),
    booked_until: s.nullable(s.Time, { description: 'When its booking ends; null: it is not booked' }),
    paused_at: s.nullable(s.Time, { description: 'Since when it is paused; null: it is not' }),
    has_twin: Type.Boolean({
      description:
        'Whether two programs report under this name: their jobs count together. Give each machine a name of its own',
    }),
    registered_at: s.Time,
    seen_at: s.Time,
  },
  { title: 'Worker' },
);

export const LeaseToken = Type.String({
  pattern: '^[0-9a-f]{32}$',
  description: 'the lease_token of the job, 32 of 0-9 and a-f',
});
