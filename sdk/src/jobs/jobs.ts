import { apiError, KeywardApiError } from '../errors.ts';
import type { components } from '../generated/openapi.d.ts';
import { Backoff, persistently } from '../retry.ts';
import { readEvents } from '../sse.ts';
import { cutOff } from '../answer.ts';
import { orAborted } from '../abort.ts';
import { jsonRequest, Outgoing, type CallOptions, type Connection } from '../transport.ts';
import { KeywardJobError } from './job-error.ts';

/** What a client submits: `prompt`, `messages` or `payload`, with the `model` and `constraints`. */
export type JobInput = components['schemas']['JobRequest'];
/** A job that is over, with its result. */
export type JobResult = components['schemas']['JobResult'];
export type JobState = JobResult['state'];

/**
 * What happens to a job. `output`: a piece, as its worker sent it. `reset`: another attempt begins, and all pieces before are
 * void. `result`: the last one.
 */
export type JobPiece =
  | { kind: 'state'; jobId: string; state: JobState; attempt: number }
  | { kind: 'progress'; attempt: number; progress: unknown }
  | { kind: 'output'; attempt: number; output: unknown }
  | { kind: 'reset'; attempt: number }
  | { kind: 'result'; result: JobResult };

/** The queue of jobs. `run` and `stream` submit once, however often a request is repeated, and survive a restart of the server. */
export interface KeywardJobs {
  /**
   * Submits a job, waits for its end, and gives its result.
   * @param input `prompt`, `messages` or `payload`, and the `model`; `constraints` say which workers may do it
   * @param options `signal` cancels the job
   * @throws KeywardJobError where the job ends as `FAILED`, `CANCELED` or `EXPIRED`: its `state` and `code` say why
   * @throws KeywardApiError such as `insufficient_scope`, `queue_full`, `invalid_input`
   * @throws KeywardConnectionError where the server cannot be reached for 300,000 ms
   * @example
   * ```ts
   * const { result } = await client.jobs.run({ prompt: 'Hello', model: 'gemma3:1b' });
   * ```
   */
  run(input: JobInput, options?: CallOptions): Promise<JobResult>;
  /**
   * Submits a job and gives its output as the worker sends it, then its result. Leaving the loop cancels the job. After a lost
   * connection it goes on behind the last piece.
   * @param input as for `run`
   * @param options `signal` cancels the job
   * @throws as `run`
   * @example
   * ```ts
   * for await (const piece of client.jobs.stream({ prompt: 'Hello', model: 'gemma3:1b' }))
   *   if (piece.kind === 'output') console.log(piece.output);
   *   else if (piece.kind === 'reset') console.log('Another worker begins anew.');
   * ```
   */
  stream(input: JobInput, options?: CallOptions): AsyncGenerator<JobPiece>;
  /**
   * Gives what happens to a job that was submitted before: first what happened so far, then the rest. Leaving the loop leaves
   * the job alone. After a lost connection it goes on behind the last piece.
   * @param id of the job
   * @param options `signal` ends the reading
   * @throws KeywardApiError such as `not_found`
   * @throws KeywardConnectionError where the server cannot be reached for 300,000 ms
   * @example
   * ```ts
   * for await (const piece of client.jobs.follow('job_0mk3x9q2v4fT9aBcDeF12')) console.log(piece.kind);
   * ```
   */
  follow(id: string, options?: CallOptions): AsyncGenerator<JobPiece>;
}

/** How long a server that cannot be reached is tried: it may be restarting. */
const PATIENCE_MS = 300_000;
/** Of one request; the server answers before. */
const WAIT_SECONDS = 50;
/** The server sends something every 15 s. */
const SILENCE_MAX_MS = 45_000;
const CANCEL_MAX_MS = 5_000;
/** What a repeat does not change soon: the caller decides. */
const NOT_SOON = new Set(['queue_full', 'budget_exceeded', 'budget_too_small']);

export async function runJob(
  connection: Connection,
  input: JobInput,
  { signal = new AbortController().signal }: CallOptions = {},
): Promise<JobResult> {
  const id = await submit(connection, input, signal);
  try {
    return completed(await resultOf(connection, id, signal));
  } catch (error) {
    if (signal.aborted) await cancel(connection, id);
    throw error;
  }
}

export async function* streamJob(
  connection: Connection,
  input: JobInput,
  { signal = new AbortController().signal }: CallOptions = {},
): AsyncGenerator<JobPiece> {
  const id = await submit(connection, input, signal);
  let isOver = false;
  try {
    for await (const piece of piecesOf(connection, id, signal)) {
      isOver = piece.kind === 'state' && isFinal(piece.state);
      yield piece;
    }
    const result = completed(await resultOf(connection, id, signal));
    yield { kind: 'result', result };
  } finally {
    if (!isOver) await cancel(connection, id);
  }
}

/** A repeat has the same Idempotency-Key: however often it is sent, there is one job. */
async function submit(connection: Connection, input: JobInput, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const idempotencyKey = randomText();
  const once = async (): Promise<string> => {
    const request = jsonRequest(connection, '/v1/jobs', { body: input });
    request.headers.set('idempotency-key', idempotencyKey);
    const { job_id: id } = (await (await connection.send(request)).json()) as { job_id: string };
    return id;
  };
  const unlessRefused = (): Promise<string | KeywardApiError> =>
    once().catch((error: unknown) => {
      if (error instanceof KeywardApiError && NOT_SOON.has(error.code)) return error;
      throw error;
    });
  const submitting = persistently(unlessRefused, { signal, forMs: PATIENCE_MS });
  try {
    const id = await orAborted(submitting, [signal]);
    if (typeof id !== 'string') throw id;
    return id;
  } catch (error) {
    // The caller has gone, and the answer was on its way.
    if (signal.aborted)
      void submitting.then(
        (id) => (typeof id === 'string' ? cancel(connection, id) : undefined),
        () => undefined,
      );
    throw error;
  }
}

/** At the end of the job. */
async function resultOf({ send, url }: Connection, id: string, signal: AbortSignal): Promise<JobResult> {
  const path = `${url}/v1/jobs/${id}/result?wait=${WAIT_SECONDS}`;
  const ask = async (): Promise<JobResult | undefined> => {
    try {
      return (await (await send(new Outgoing(path, { signal }))).json()) as JobResult;
    } catch (error) {
      if (error instanceof KeywardApiError && error.code === 'result_not_ready') return undefined;
      throw error;
    }
  };
  for (;;) {
    const result = await persistently(ask, { signal, forMs: PATIENCE_MS });
    if (result !== undefined) return result;
  }
}

/** Until the state is final. After a lost connection it goes on behind the last event. */
export const followJob = (
  connection: Connection,
  id: string,
  { signal = new AbortController().signal }: CallOptions = {},
): AsyncGenerator<JobPiece> => piecesOf(connection, id, signal);

async function* piecesOf(connection: Connection, id: string, signal: AbortSignal): AsyncGenerator<JobPiece> {
  const backoff = new Backoff();
  let lastEventId: string | undefined;
  let lostMs = Infinity;
  for (;;) {
    try {
      const response = await eventsAfter(connection, { id, lastEventId, signal });
      for await (const { event, data, id: eventId } of readEvents(response.body)) {
        backoff.reset();
        lostMs = Infinity;
        lastEventId = eventId ?? lastEventId;
        const said = JSON.parse(data) as Record<string, unknown>;
        if (event === 'error') throw apiError(said, response);
        const piece = pieceOf(event, said);
        if (piece === undefined) continue;
        yield piece;
        if (piece.kind === 'state' && isFinal(piece.state)) return;
      }
      throw cutOff(response);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      lostMs = Math.min(lostMs, performance.now());
      if (performance.now() - lostMs > PATIENCE_MS) throw error;
      await backoff.wait(error, signal);
    }
  }
}

interface Following {
  id: string;
  lastEventId: string | undefined;
  signal: AbortSignal;
}

function eventsAfter({ send, url }: Connection, { id, lastEventId, signal }: Following): Promise<Response> {
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const request = new Outgoing(`${url}/v1/jobs/${id}/events`, { headers, signal });
  return send(request, { defaultTimeoutMs: SILENCE_MAX_MS });
}

function pieceOf(event: string, said: Record<string, unknown>): JobPiece | undefined {
  const attempt = Number(said['attempt']);
  switch (event) {
    case 'state':
      return { kind: 'state', jobId: String(said['job_id']), state: said['state'] as JobState, attempt };
    case 'progress':
      return { kind: 'progress', attempt, progress: said['progress'] };
    case 'output':
      return { kind: 'output', attempt, output: said['output'] };
    case 'reset':
      return { kind: 'reset', attempt };
    default:
      return undefined;
  }
}

const isFinal = (state: JobState): boolean => state !== 'QUEUED' && state !== 'RUNNING';

function completed(result: JobResult): JobResult {
  if (result.state === 'COMPLETED') return result;
  throw new KeywardJobError(result);
}

/** Nobody waits for the result any more. A job that cannot be canceled runs on. */
async function cancel(connection: Connection, id: string): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MAX_MS);
  const request = new Outgoing(`${connection.url}/v1/jobs/${id}/cancel`, { method: 'POST', signal });
  await connection.send(request).catch(() => undefined);
}

/** 128 bits. Not `randomUUID`, which pages without TLS do not have. */
function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
