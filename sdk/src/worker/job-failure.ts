/**
 * Why a job failed, as the server knows it. `model_missing` and `interrupted` cost the job no attempt; `upstream_error` and
 * `internal` count against the worker; `oom` and `model_missing` take the model from it until it registers again.
 */
export type FailCode =
  | 'oom'
  | 'model_missing'
  | 'context_too_long'
  | 'upstream_error'
  | 'refused'
  | 'bad_payload'
  | 'interrupted'
  | 'internal';

/**
 * Thrown by the function of a worker, to say why a job failed. Its message is shown to the owner of the job; that of any
 * other error is not.
 * @example
 * ```ts
 * if (typeof job.payload.text !== 'string') throw new JobFailure('bad_payload', 'payload.text: must be a text.');
 * ```
 */
export class JobFailure extends Error {
  readonly code: FailCode;

  /** @param message at most 10,000 characters */
  constructor(code: FailCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JobFailure';
    this.code = code;
  }
}

/** Why a worker must not go on with a job: nothing of it is reported, but for `stopped`. */
export type EndReason = 'canceled' | 'lease_lost' | 'timed_out' | 'refused' | 'stopped' | 'output_lost';

/** The reason of a job's signal. */
export class JobEnded extends Error {
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super(`The worker must not go on with this job: ${reason}.`);
    this.name = 'JobEnded';
    this.reason = reason;
  }
}
