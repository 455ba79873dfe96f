import type { Caller } from '../access/index.ts';
import { jsonIn } from '../base/json-text.ts';
import type { JobsContext } from './context.ts';
import { isFinal, type JobRow } from './job.ts';
import { findOwn } from './jobs.ts';
import { outputAfter } from './store/output-store.ts';

/** Pieces of output in one read. */
const PIECES = 200;

/** `id`: `attempt.piece`, of the last piece of output before or in it; a reader goes on behind it. */
export interface JobEvent {
  event: 'state' | 'progress' | 'output' | 'reset';
  id: string;
  data: object;
}

/**
 * What happens to a job, until it is over: its states, progress and output. `reset`: another attempt begins, and output so
 * far is void. Ends also with the signal. @param after id of the last event that the reader has
 * @throws KeywardError `job_not_found`
 */
export async function* eventsOfJob(
  context: JobsContext,
  caller: Pick<Caller, 'ownerId'>,
  { id, after, signal }: { id: string; after: string | undefined; signal: AbortSignal },
): AsyncGenerator<JobEvent> {
  const [, attempt = '0', piece = '0'] = /^(\d{1,9})\.(\d{1,15})$/.exec(after ?? '') ?? [];
  let seen = Number(piece);
  // Of the output that the reader has.
  let outputAttempt = seen > 0 ? Number(attempt) : 0;
  let shown = after === undefined ? '' : `RUNNING ${attempt}`;
  let progress: string | null = null;
  while (!signal.aborted) {
    // Before the read: a change after it must not be missed.
    const changed = context.news.next(id, signal);
    const job = await findOwn(context, caller, id);
    const eventId = (): string => `${job.attempt}.${seen}`;
    if (outputAttempt > 0 && (job.state === 'QUEUED' || job.attempt !== outputAttempt)) {
      outputAttempt = 0;
      yield { event: 'reset', id: eventId(), data: { attempt: job.attempt } };
    }
    const state = `${job.state} ${job.attempt}`;
    if (state !== shown && !isFinal(job.state)) {
      shown = state;
      yield { event: 'state', id: eventId(), data: stateOf(job) };
    }
    if (job.progress !== null && job.progress !== progress) {
      ({ progress } = job);
      const data = { attempt: job.attempt, progress: jsonIn(job.progress) };
      yield { event: 'progress', id: eventId(), data };
    }
    const pieces = await outputAfter(context.storage.db, id, seen, PIECES);
    for (const { seq, attempt: of, piece: text } of pieces) {
      if (outputAttempt > 0 && of !== outputAttempt)
        yield { event: 'reset', id: `${of}.${seen}`, data: { attempt: of } };
      seen = seq;
      outputAttempt = of;
      yield { event: 'output', id: `${of}.${seq}`, data: { attempt: of, output: jsonIn(text) } };
    }
    if (pieces.length === PIECES) continue;
    // All output came before the end: it was read after it.
    if (isFinal(job.state)) {
      yield { event: 'state', id: eventId(), data: stateOf(job) };
      return;
    }
    await changed;
  }
}

const stateOf = ({ id, state, attempt, worker_id, error_code: code, error_message: message }: JobRow) => ({
  job_id: id,
  state,
  attempt,
  assigned_worker: worker_id,
  error: code === null ? null : { code, message: message ?? code },
});
