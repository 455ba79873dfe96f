import type { ClientOptions } from '../transport.ts';
import type { EndReason, FailCode } from './job-failure.ts';
import type { Capabilities } from './worker-calls.ts';

/** A job that the worker has. */
export interface WorkerJob {
  id: string;
  /** 1 for the first worker that has it. */
  attempt: number;
  /** Such as `inference`. */
  type: string;
  /** The model of this worker that fits; null: the job names none. */
  model: string | null;
  /** As the client sent it; `{"prompt": p}` has become `messages`. */
  payload: Record<string, unknown>;
  constraints: Record<string, unknown>;
  runTimeoutSeconds: number;
}

export interface JobContext {
  /** Aborted within a second when the job was canceled, its lease was lost, or the worker stops. */
  signal: AbortSignal;
  /**
   * Sends a piece of output to those who follow the job: any JSON value, of at most 1 MiB. Await it, so that a slow line slows
   * the function.
   */
  emit: (piece: unknown) => Promise<void>;
  /** Tells how far the job is: any JSON value of at most 4 KiB. Sent once a second at most. */
  progress: (value: unknown) => void;
}

/**
 * Does a job. What it returns is the result, such as `{output, usage: {prompt_tokens, completion_tokens}}`.
 * @throws JobFailure to say why it failed; another error counts as `internal`, and its message stays on this machine
 */
export type Handle = (job: WorkerJob, context: JobContext) => unknown;

/** What happens in a worker, for its log. */
export type WorkerEvent =
  | { type: 'registered'; workerId: string }
  | { type: 'job_started'; jobId: string; attempt: number; model: string | null }
  | { type: 'job_completed'; jobId: string; seconds: number }
  | { type: 'job_failed'; jobId: string; code: FailCode; error: unknown }
  | { type: 'job_ended'; jobId: string; reason: EndReason; error?: unknown }
  | { type: 'disconnected'; error: unknown }
  | { type: 'reconnected' }
  /** An administrator lets this worker have no jobs; it may finish those that it has. */
  | { type: 'paused' }
  | { type: 'resumed' }
  /** Another program reports under the same name: give each machine a name of its own. */
  | { type: 'twin_found' }
  | { type: 'draining'; jobs: number };

/** What {@link createWorker} needs to know. */
export interface WorkerOptions extends Pick<ClientOptions, 'url' | 'fetch'> {
  /** With the scopes `workers:register`, `workers:poll` and `workers:report`, such as one of the role `miner`. */
  apiKey: string;
  /**
   * Unique under the owner of the key. A worker that comes back with the same name is the same worker.
   * @default the id of the key, as each machine has its own
   */
  name?: string | undefined;
  /** Models, GPUs, labels, and types of jobs. */
  capabilities: Capabilities;
  /**
   * Jobs at a time.
   * @default 1
   */
  concurrency?: number | undefined;
  region?: string | undefined;
  /** USD of the whole worker. No money moves. */
  pricePerHour?: number | undefined;
  /** Does the jobs. */
  handle: Handle;
  /** Called for what happens, such as to write a log. It must not throw. */
  onEvent?: ((event: WorkerEvent) => void) | undefined;
}

/** A worker, made by {@link createWorker}. */
export interface KeywardWorker {
  /**
   * Serves jobs until `stop`. A server that cannot be reached is waited for, however long.
   * @throws KeywardApiError where the server refuses the key (401, 403) or the capabilities (422)
   * @example
   * ```ts
   * await worker.run();
   * ```
   */
  run(): Promise<void>;
  /**
   * Takes no more jobs, waits for those that run, and ends `run`. Jobs that still run after the time go back to the queue, and
   * cost no attempt. A second call may shorten the time.
   * @param options `timeoutMs` how long running jobs may take; default 30,000
   * @example
   * ```ts
   * process.once('SIGTERM', () => void worker.stop({ timeoutMs: 60_000 }));
   * ```
   */
  stop(options?: { timeoutMs?: number }): Promise<void>;
  /**
   * Tells the server what the worker can do now. Models that it had lost count again.
   * @param capabilities all of them
   * @example
   * ```ts
   * worker.update({ models: ['gemma3:1b', 'llama3.2'] });
   * ```
   */
  update(capabilities: Capabilities): void;
}
