import { holdsScope, lackOf, type Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { randomBase62 } from '../../base/ids.ts';
import { jsonIn } from '../../base/json-text.ts';
import type { KeyWork } from '../../keys/index.ts';
import { ModelAccount, paidOnce, type Answer, type RequestBody } from '../../models/index.ts';
import { underPermit } from '../../storage/index.ts';
import { budgetExceeded } from '../../usage/index.ts';
import type { BatchesContext } from '../context.ts';
import { readRange } from '../store/file-store.ts';
import type { Settled } from '../store/line-store.ts';
import type { BatchRow, LineRow } from '../store/tables.ts';
import { answered, refused } from './answer-line.ts';
import { enter, NEEDED } from './in-flight.ts';
import { waitFor, type Wait } from './waits.ts';

/** How a try of a line ended. `key_ended`: so does the rest of its batch; `again`: as if it had not begun. */
export type Tried =
  | { kind: 'settled'; settled: Settled }
  | { kind: 'wait'; wait: Wait }
  | { kind: 'again' }
  | { kind: 'key_ended' };

/** Of jobs. */
const LOWEST_PRIORITY = 0;
const QUEUE_WAIT_MAX_MS = 86_400_000;

interface Work {
  batch: BatchRow;
  line: LineRow;
  /** Aborted where this process must not go on with it. */
  signal: AbortSignal;
}

/**
 * Runs a line once, with the power of its key at this moment and on its account: as a request that the key sends now. A change
 * that takes the key away ends it before it is acknowledged.
 */
export async function runLine(context: BatchesContext, work: Work): Promise<Tried> {
  const flight = await enter(context, work.batch);
  if (flight === undefined) return { kind: 'key_ended' };
  const abort = (): void => flight.abort();
  work.signal.addEventListener('abort', abort);
  if (work.signal.aborted) abort();
  try {
    return await underPermit(flight.run, () => tried(context, work, flight));
  } finally {
    work.signal.removeEventListener('abort', abort);
    flight.leave();
  }
}

async function tried(context: BatchesContext, work: Work, flight: KeyWork): Promise<Tried> {
  const { line, signal } = work;
  const requestId = `req_${randomBase62(12)}`;
  const payer = { isCounted: false };
  let release: (() => void) | undefined;
  try {
    release = await admitted(context, flight.caller, line);
    const answer = await asked(context, work, { flight, countsItself: () => (payer.isCounted = true) });
    const body = await bodyOf(answer, context.jobs.limits.resultMaxBytes);
    const wait = waitFor({ status: answer.status, headers: answer.headers }, line);
    if (wait !== undefined) return { kind: 'wait', wait };
    return { kind: 'settled', settled: answered(line, { status: answer.status, requestId, body }) };
  } catch (error) {
    // Its key has ended or has less power, or an administrator stopped it; `signal` says that this process gives it back.
    if (flight.endedBy === 'request_stopped')
      return { kind: 'settled', settled: refused(line, STOPPED, requestId) };
    if (flight.endedBy !== undefined || signal.aborted) return { kind: 'again' };
    if (!(error instanceof KeywardError)) throw error;
    const wait = waitFor(error, line);
    if (wait !== undefined) return { kind: 'wait', wait };
    const { keyId, ownerId } = flight.caller;
    if (!payer.isCounted) context.counters.count({ keyId, ownerId, code: error.code });
    return { kind: 'settled', settled: refused(line, error, requestId) };
  } finally {
    release?.();
  }
}

const STOPPED = new KeywardError(
  'request_stopped',
  'An administrator or the holder of the key stopped the request.',
);

/**
 * The checks of a request before its body is read.
 * @returns call it at the end. @throws KeywardError `insufficient_scope`, `rate_limited`, `budget_exceeded`
 */
async function admitted({ keys, clock }: BatchesContext, caller: Caller, line: LineRow): Promise<() => void> {
  for (const scope of NEEDED)
    if (!holdsScope(caller, scope)) throw new KeywardError('insufficient_scope', lackOf(caller, scope));
  const { holders, keyId } = caller;
  const admission = keys.limits.admit(holders);
  if (!admission.admitted)
    throw new KeywardError('rate_limited', `The limit "${admission.limit.name}" is reached.`, {
      headers: { 'retry-after': String(admission.retryAfterSeconds) },
    });
  try {
    const countsRequests = holders.some(({ budgets }) => budgets.some(({ unit }) => unit === 'requests'));
    if (countsRequests && line.is_admitted === 0) {
      const spent = await keys.budgets.spend(holders, 1);
      if (spent !== null) throw budgetExceeded(clock, keyId, spent);
    }
    // Noted where the line is put back.
    line.is_admitted = 1;
    return admission.release;
  } catch (error) {
    admission.release();
    throw error;
  }
}

async function asked(
  context: BatchesContext,
  { batch, line }: Work,
  { flight, countsItself }: { flight: KeyWork; countsItself: () => void },
): Promise<Answer> {
  const { models, budgets, counters, storage, clock } = context;
  const text = await readRange(storage.db, batch.input_file_id, line);
  const { body } = (jsonIn(text.toString()) ?? {}) as { body?: RequestBody & { model: string } };
  if (body === undefined)
    throw new KeywardError('internal', 'The request is not in the input file any more.');
  const account = new ModelAccount({ budgets, counters }, { caller: flight.caller, countsItself });
  const waitMs = Math.min(Math.max(batch.expires_at - clock.nowMs(), 1_000), QUEUE_WAIT_MAX_MS);
  return paidOnce(models, account, {
    path: batch.endpoint.slice('/v1'.length),
    model: body.model,
    // Written anew: a name that stands twice in the text is in it once.
    body: Buffer.from(JSON.stringify(body)),
    parsed: body,
    contentType: 'application/json',
    headers: {},
    signal: flight.signal,
    permit: flight.run,
    queueing: { priority: LOWEST_PRIORITY, waitMs },
  });
}

/** @returns JSON, or the text of another answer. @throws KeywardError where the answer broke off */
async function bodyOf(answer: Answer, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new KeywardError('too_large', `The answer has more than ${maxBytes} bytes.`, { status: 502 });
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof KeywardError) throw cause;
    throw new KeywardError('upstream_unavailable', 'The upstream ended its answer too early.');
  }
  const text = Buffer.concat(chunks).toString();
  return jsonIn(text) ?? text;
}
