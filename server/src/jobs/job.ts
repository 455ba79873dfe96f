/** What a job is: its states, and the rules that need no database. */

export const JOB_STATES = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** In one of these nothing changes any more. */
export const FINAL_STATES = ['COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'] as const satisfies JobState[];
export type FinalState = (typeof FINAL_STATES)[number];

export const isFinal = (state: JobState): state is FinalState => state !== 'QUEUED' && state !== 'RUNNING';

export const RECOVERIES = ['restart', 'fail'] as const;
export type Recovery = (typeof RECOVERIES)[number];

/**
 * What a failure costs: the job an attempt, the worker a mark, the worker this model until it registers again. `request`: it is
 * about what was asked, and another worker would say the same: a request of the OpenAI API ends with it.
 */
interface Cost {
  attempt: boolean;
  mark: boolean;
  model: boolean;
  request: boolean;
}

/** The reasons that a worker can give. */
export const FAIL_CODES = {
  oom: { attempt: true, mark: false, model: true, request: false },
  model_missing: { attempt: false, mark: false, model: true, request: false },
  context_too_long: { attempt: true, mark: false, model: false, request: true },
  upstream_error: { attempt: true, mark: true, model: false, request: false },
  refused: { attempt: true, mark: false, model: false, request: true },
  bad_payload: { attempt: true, mark: false, model: false, request: true },
  interrupted: { attempt: false, mark: false, model: false, request: false },
  internal: { attempt: true, mark: true, model: false, request: false },
} as const satisfies Record<string, Cost>;
export type FailCode = keyof typeof FAIL_CODES;

/** Attempts that cost nothing end too: a worker that always hands back would otherwise keep a job for ever. */
const FREE_ATTEMPTS_MAX = 20;

const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;

/** The wait before the next attempt, in ms. @param spent attempts that have failed */
export const backoffMs = (spent: number): number =>
  spent < 1 ? 0 : Math.min(BACKOFF_MS * 2 ** (spent - 1), BACKOFF_MAX_MS);

/** Whether a job that lost an attempt gets another. */
export const hasMore = ({
  attempt,
  spent,
  max_attempts: max,
}: Pick<JobRow, 'attempt' | 'spent' | 'max_attempts'>): boolean =>
  spent < max && attempt < max + FREE_ATTEMPTS_MAX;

/** A job without its texts. Times in ms since 1970, durations in ms. */
export type JobRow = {
  id: string;
  owner_id: string;
  /** The key that submitted it. */
  key_id: string;
  type: string;
  state: JobState;
  /** Jobs of one lane are alike for workers: same owner, constraints and priority. */
  lane: number;
  priority: number;
  requested_at: number;
  /** Its place in the lane. */
  queued_at: number;
  /** Not before this time; 0: now. */
  held_until: number;
  /** When it leaves the queue without having run. */
  expires_at: number;
  run_timeout_ms: number;
  started_at: number | null;
  finished_at: number | null;
  /** Leases so far. */
  attempt: number;
  /** Those of them that count. */
  spent: number;
  max_attempts: number;
  recovery: Recovery;
  worker_id: string | null;
  /** Of the worker, that does it; null: the job names none. */
  model: string | null;
  lease_token: string | null;
  lease_until: number | null;
  /** The key that the worker asked for it with; null: no lease yet, or one of before it was noted. */
  lease_key: string | null;
  /** Of the worker when it got the job, in 10⁻⁹ USD per hour: a price that it raises later counts for later jobs. */
  lease_price_nano: number | null;
  /** As many GPUs as the worker had then. */
  lease_gpus: number | null;
  /** When the running attempt must be over. */
  deadline_at: number | null;
  /** Of the last piece of output, over all attempts. */
  output_seq: number;
  /** Bytes of the output of this attempt. */
  output_bytes: number;
  /** JSON */
  progress: string | null;
  error_code: string | null;
  error_message: string | null;
  /** JSON */
  metadata: string;
  idempotency_key: string | null;
  request_hash: string | null;
  webhook_url: string | null;
  /** SHA-256 of what the worker reported: its repeat is known by it. */
  result_hash: string | null;
  /** When its texts were deleted. */
  deleted_at: number | null;
  /**
   * A request of the OpenAI API waits for it until then, and renews this while it does; 0: it has ended. It reserves and settles what
   * the job takes: the job itself is not charged. Null: a job of its own.
   */
  reader_until: number | null;
};

/** One lease of a job that has ended. */
export type AttemptRow = {
  job_id: string;
  attempt: number;
  worker_id: string;
  worker_owner_id: string;
  started_at: number;
  ended_at: number;
  outcome: 'completed' | 'failed' | 'lease_lost' | 'timed_out' | 'canceled';
  error_code: string | null;
  model: string | null;
  model_digest: string | null;
  tokens_in: number;
  tokens_out: number;
  /** As the worker says. */
  gpu_ms_claimed: number;
  /** Lease time × GPUs, as this server measured. */
  gpu_ms_measured: number;
};
