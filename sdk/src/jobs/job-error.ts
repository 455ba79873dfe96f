import type { JobResult, JobState } from './jobs.ts';

/** A job is over without a result. */
export class KeywardJobError extends Error {
  readonly jobId: string;
  /** `FAILED`, `CANCELED` or `EXPIRED`. */
  readonly state: JobState;
  /** Such as `oom`, `lease_lost`, `run_timeout`, `expired`, `canceled`. */
  readonly code: string;
  /** With the receipt of what was computed. */
  readonly result: JobResult;

  constructor(result: JobResult) {
    const { job_id: jobId, state, error } = result;
    super(`The job ${jobId} is ${state}: ${error?.message ?? 'the server does not say why'}`);
    this.name = 'KeywardJobError';
    this.jobId = jobId;
    this.state = state;
    this.code = error?.code ?? state.toLowerCase();
    this.result = result;
  }
}
