import { JobFailure, type WorkerEvent } from '@keyward/sdk';
import { scrubText } from '../../base/scrub.ts';
import { cell } from '../output.ts';
import type { Io } from '../io.ts';
import { counted } from '../count-text.ts';

/** What a worker says: lines for people on stderr, or JSON lines on stdout. No prompt and no answer is in them. */
export class WorkerLog {
  readonly #io: Io;
  readonly #isJson: boolean;

  constructor(io: Io, isJson: boolean) {
    this.#io = io;
    this.#isJson = isJson;
  }

  say(event: string, words: string, fields: object = {}): void {
    const message = scrubText(cell(words));
    if (!this.#isJson) this.#io.stderr.write(`${message}\n`);
    else {
      const line = { time: new Date().toISOString(), event, message, ...fields };
      this.#io.stdout.write(`${JSON.stringify(line)}\n`);
    }
  }

  event(event: WorkerEvent): void {
    const { type, ...rest } = event;
    const { error, ...fields } = rest as { error?: unknown } & object;
    this.say(type, wordsOf(event), { ...fields, ...(error !== undefined && { error: reasonOf(error) }) });
  }
}

const END_WORDS = {
  canceled: 'was canceled',
  lease_lost: 'was given to another worker, or is over',
  timed_out: 'ran longer than it may',
  refused: 'was dropped, as the server refuses the key',
  stopped: 'was given back',
  output_lost: 'was given back, as its output may have a hole',
};

function wordsOf(event: WorkerEvent): string {
  switch (event.type) {
    case 'registered':
      return `Registered as ${event.workerId}; waiting for jobs.`;
    case 'job_started':
      return `${event.jobId} started${event.model === null ? '' : ` with ${event.model}`}${
        event.attempt > 1 ? ` (attempt ${event.attempt})` : ''
      }.`;
    case 'job_completed':
      return `${event.jobId} completed in ${event.seconds.toFixed(1)} s.`;
    case 'job_failed':
      return `${event.jobId} failed: ${event.code}: ${reasonOf(event.error)}`;
    case 'job_ended':
      return `${event.jobId} ${END_WORDS[event.reason]}.`;
    case 'disconnected':
      return `The server does not answer, and is tried again: ${reasonOf(event.error)}`;
    case 'reconnected':
      return 'The server answers again.';
    case 'paused':
      return 'An administrator has paused this worker: it gets no jobs until it is resumed.';
    case 'resumed':
      return 'Resumed: waiting for jobs.';
    case 'twin_found':
      return 'Another program runs as this worker too: their jobs count together. Give each its own --name.';
    case 'draining':
    default:
      return event.jobs === 0
        ? 'Stopping.'
        : `Stopping: ${counted(event.jobs, 'job')} may finish. A second signal stops at once.`;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof JobFailure) return error.message;
  return scrubText(error instanceof Error ? error.message : String(error));
}
