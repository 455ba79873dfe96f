import { KeywardApiError } from '../errors.ts';
import { Backoff } from '../retry.ts';
import { ChunkSender } from './chunk-sender.ts';
import { JobEnded, JobFailure, type EndReason } from './job-failure.ts';
import type { Handle, JobContext, WorkerEvent, WorkerJob } from './worker-types.ts';
import type { Assigned, Lease, Report, WorkerCalls } from './worker-calls.ts';

interface Surroundings {
  calls: WorkerCalls;
  handle: Handle;
  /** GPUs of the worker. */
  gpus: number;
  say: (event: WorkerEvent) => void;
  /** Whether no other job runs. */
  isLast: () => boolean;
  /** There is progress to be told with a heartbeat. */
  progressed: () => void;
  /** The server refuses the key. */
  refused: (error: unknown) => void;
}

const MESSAGE_MAX_LENGTH = 10_000;
const PROGRESS_MAX_BYTES = 4_096;
/** A report is tried a little longer than the job may run: the clocks begin at different moments. */
const REPORT_EXTRA_MS = 30_000;

/** One job under its lease, from its begin to its report. */
export class RunningJob {
  readonly assigned: Assigned;
  /** When nothing of it is left to do. Never rejects. */
  readonly over: Promise<void>;
  readonly #around: Surroundings;
  readonly #ending = new AbortController();
  /** Ends reports too: the lease is over, or the worker. */
  readonly #leaving = new AbortController();
  readonly #startedMs = performance.now();
  #progress: { progress?: unknown } = {};
  #isReporting = false;

  constructor(assigned: Assigned, around: Surroundings) {
    this.assigned = assigned;
    this.#around = around;
    this.over = this.#run();
  }

  /** Aborts the signal of the job. The first reason counts. The answer to a report says itself whether the lease was lost. */
  end(reason: EndReason): void {
    if (this.#isReporting && reason !== 'refused') return;
    if (!this.#ending.signal.aborted) this.#ending.abort(new JobEnded(reason));
    if (reason !== 'stopped' && reason !== 'output_lost') this.#leaving.abort();
  }

  /** @param attempt undefined: older servers do not say which one they mean */
  isOf(jobId: string, attempt = this.assigned.attempt): boolean {
    return this.assigned.job_id === jobId && this.assigned.attempt === attempt;
  }

  lease(): Lease {
    const { job_id, lease_token } = this.assigned;
    return { job_id, lease_token, ...this.#progress };
  }

  async #run(): Promise<void> {
    const { say } = this.#around;
    const { job_id: jobId, attempt, run_timeout_seconds: seconds } = this.assigned;
    const timer = setTimeout(() => this.end('timed_out'), seconds * 1_000);
    say({ type: 'job_started', jobId, attempt, model: this.assigned.model });
    try {
      const report = await this.#work();
      this.#isReporting = true;
      if (report !== undefined) await this.#report(report);
    } catch (error) {
      say({ type: 'job_ended', jobId, reason: this.#reason() ?? 'lease_lost', error });
    } finally {
      clearTimeout(timer);
    }
  }

  #reason(): EndReason | undefined {
    const { signal } = this.#ending;
    return signal.aborted ? (signal.reason as JobEnded).reason : undefined;
  }

  /** @returns undefined where nothing is to be reported. */
  async #work(): Promise<Report | undefined> {
    const { signal } = this.#ending;
    const ended = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    // A function that ignores its signal keeps nobody waiting.
    const report = await Promise.race([this.#handled(), ended]);
    const reason = this.#reason();
    if (reason === undefined) return report;
    if (reason === 'stopped') return this.#failed(new JobFailure('interrupted', 'The worker was stopped.'));
    if (reason === 'output_lost')
      return this.#failed(new JobFailure('interrupted', 'The server lost a part of the output.'));
    this.#around.say({ type: 'job_ended', jobId: this.assigned.job_id, reason });
    return undefined;
  }

  async #handled(): Promise<Report> {
    const chunks = new ChunkSender((lines, from) => this.#sendChunks(lines, from));
    const context: JobContext = {
      signal: this.#ending.signal,
      emit: (piece) => {
        const adding = chunks.add(piece);
        // Not every function awaits it; what went wrong is seen at the end.
        adding.catch(() => undefined);
        return adding;
      },
      progress: (value) => {
        const text = JSON.stringify(value) as string | undefined;
        if (text === undefined || new TextEncoder().encode(text).length > PROGRESS_MAX_BYTES)
          throw new RangeError('Progress must be a JSON value of at most 4 KiB.');
        this.#progress = { progress: value };
        this.#around.progressed();
      },
    };
    try {
      const result = (await this.#around.handle(jobOf(this.assigned), context)) ?? null;
      await chunks.flushed();
      // What is no JSON is a fault of the function, and is seen here.
      const text = JSON.stringify(result) as string | undefined;
      if (text === undefined) throw new TypeError('The result must be a JSON value.');
      const body = { ...this.#token(), result, metrics: this.#metrics() };
      return { verb: 'result', body, length: text.length };
    } catch (error) {
      return this.#failed(error);
    }
  }

  #token(): { lease_token: string } {
    return { lease_token: this.assigned.lease_token };
  }

  #metrics(): { gpu_seconds: number } {
    const seconds = (performance.now() - this.#startedMs) / 1_000;
    return { gpu_seconds: Math.round(seconds * this.#around.gpus * 1_000) / 1_000 };
  }

  /** The message of an unforeseen error may hold anything of this machine: it stays here. */
  #failed(error: unknown): Report {
    const isKnown = error instanceof JobFailure;
    const code = isKnown ? error.code : 'internal';
    const message = isKnown ? error.message : 'The function of the worker failed.';
    return {
      verb: 'fail',
      error,
      body: { ...this.#token(), error_code: code, error_message: message.slice(0, MESSAGE_MAX_LENGTH) },
    };
  }

  /** Until they are stored: the server passes over those that it has from a request without an answer. */
  async #sendChunks(lines: string, from: number): Promise<void> {
    const { signal } = this.#ending;
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.#around.calls.chunks(this.assigned, { lines, from }, signal);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (error instanceof KeywardApiError) {
          if (isRefusal(error)) this.#around.refused(error);
          else if (isOver(error)) this.end('lease_lost');
          else if (error.status === 413) throw tooLarge(error);
          // The server has lost pieces that it had stored, in a power cut.
          else if (error.code === 'conflict') this.end('output_lost');
        }
        if (signal.aborted) throw signal.reason;
        await backoff.wait(error, signal);
      }
    }
  }

  /** Until the server has it, or says that the lease is over. */
  async #report(report: Report): Promise<void> {
    const { calls, say, refused, isLast } = this.#around;
    const { job_id: jobId, run_timeout_seconds: seconds } = this.assigned;
    const untilMs = this.#startedMs + seconds * 1_000 + REPORT_EXTRA_MS;
    const backoff = new Backoff();
    const { signal } = this.#leaving;
    let isAlone = false;
    for (;;) {
      try {
        if (report.verb === 'result' && !isAlone)
          await calls.results.send({ jobId, ...report }, { signal, isLast: isLast() });
        else await calls.report(jobId, report, signal);
        const seconds = (performance.now() - this.#startedMs) / 1_000;
        return say(
          report.verb === 'result'
            ? { type: 'job_completed', jobId, seconds }
            : { type: 'job_failed', jobId, code: report.body.error_code, error: report.error },
        );
      } catch (error) {
        if (error instanceof KeywardApiError && error.status === 413 && report.verb === 'result')
          return this.#report(this.#failed(tooLarge(error)));
        if (isRefusal(error)) refused(error);
        if (isOver(error) || performance.now() > untilMs)
          return say({ type: 'job_ended', jobId, reason: 'lease_lost', error });
        // A line on which several do not get through may be good for one.
        isAlone = !(error instanceof KeywardApiError);
        await backoff.wait(error, signal);
      }
    }
  }
}

const jobOf = (job: Assigned): WorkerJob => ({
  id: job.job_id,
  attempt: job.attempt,
  type: job.type,
  model: job.model,
  payload: job.payload,
  constraints: job.constraints,
  runTimeoutSeconds: job.run_timeout_seconds,
});

const tooLarge = (error: KeywardApiError): JobFailure =>
  new JobFailure('bad_payload', 'The output is larger than the server takes.', { cause: error });

/** The key has ended, or lacks a scope. */
const isRefusal = (error: unknown): boolean =>
  error instanceof KeywardApiError && (error.status === 401 || error.status === 403);

/** Another worker has the job, or nobody needs it any more. */
const isOver = (error: unknown): boolean =>
  error instanceof KeywardApiError &&
  (error.code === 'lease_lost' || error.code === 'already_finished' || error.code === 'job_not_found');
