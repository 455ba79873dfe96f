import { KeywardApiError } from '../errors.ts';
import type { components } from '../generated/openapi.d.ts';
import { isTransient } from '../retry.ts';

type Results = components['schemas']['WorkerResults']['results'];
export type ResultOutcome = components['schemas']['WorkerOutcomes']['results'][number];

const RESULTS_MAX = 100;
const REQUEST_MAX_LENGTH = 1_048_576;
/** A larger one goes alone: others would wait for it. */
const ALONE_LENGTH = 262_144;
/** How long the first one waits for others. */
const COLLECT_MS = 2;

/** A result on its way to the server. */
export interface Outgoing {
  jobId: string;
  /** Without the id of the job. */
  body: Omit<Results[number], 'job_id'>;
  /** Characters of the result as JSON. */
  length: number;
}

interface Calls {
  one: (id: string, body: Outgoing['body'], signal: AbortSignal) => Promise<void>;
  /** @returns the outcomes in the order of the results. */
  several: (results: Results, signal: AbortSignal) => Promise<ResultOutcome[]>;
}

interface Waiting extends Outgoing {
  signal: AbortSignal;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Sends results that end within the same few milliseconds, or while others are on their way, in one request. Each is decided on
 * its own; where the request as a whole is refused, each is sent alone.
 */
export class ResultSender {
  readonly #calls: Calls;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  /** The server does not know the route. */
  #isUnknown = false;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /**
   * Resolves when the result is stored.
   * @param isLast no other job runs on this worker: it waits for none
   * @throws KeywardApiError, as of a request with this result alone; the reason of the signal
   */
  send(result: Outgoing, { signal, isLast }: { signal: AbortSignal; isLast: boolean }): Promise<void> {
    const { jobId, body, length } = result;
    const isIdle = isLast && this.#sending === undefined;
    if (this.#isUnknown || isIdle || length > ALONE_LENGTH) return this.#calls.one(jobId, body, signal);
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...result, signal, resolve, reject });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#sending ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
    while (this.#waiting.length > 0) await this.#sendSome(this.#next());
    this.#sending = undefined;
  }

  #next(): Waiting[] {
    let [count, length] = [0, 0];
    for (const next of this.#waiting.slice(0, RESULTS_MAX)) {
      length += next.length;
      if (count > 0 && length > REQUEST_MAX_LENGTH) break;
      count++;
    }
    return this.#waiting.splice(0, count).filter(({ signal }) => !signal.aborted);
  }

  async #sendSome(some: readonly Waiting[]): Promise<void> {
    if (some.length <= 1) return this.#sendAlone(some);
    const leaving = new AbortController();
    // Without anybody who waits for the answer.
    const leave = (): void => void (some.every(({ signal }) => signal.aborted) && leaving.abort());
    for (const { signal } of some) signal.addEventListener('abort', leave, { once: true });
    try {
      const results = some.map(({ jobId, body }) => ({ job_id: jobId, ...body }));
      const outcomes = await this.#calls.several(results, leaving.signal);
      for (const [at, { resolve, reject }] of some.entries()) {
        const { error = null } = outcomes[at] ?? {};
        if (error === null) resolve();
        else reject(errorOf(error));
      }
    } catch (error) {
      const status = error instanceof KeywardApiError ? error.status : 0;
      this.#isUnknown ||= status === 404 || status === 405;
      // A pause, or another key, is what each of them needs.
      if (isTransient(error) || status === 401 || status === 403)
        for (const { reject } of some) reject(error);
      else await this.#sendAlone(some);
    } finally {
      for (const { signal } of some) signal.removeEventListener('abort', leave);
    }
  }

  /** Never rejects. */
  async #sendAlone(some: readonly Waiting[]): Promise<void> {
    await Promise.all(
      some.map(({ jobId, body, signal, resolve, reject }) =>
        this.#calls.one(jobId, body, signal).then(resolve, reject),
      ),
    );
  }
}

const errorOf = ({ status, code, detail, hint }: NonNullable<ResultOutcome['error']>): KeywardApiError =>
  new KeywardApiError({
    url: '/v1/workers/results',
    status,
    code,
    message: detail,
    hint,
    errors: [],
    requestId: null,
    retryAfterSeconds: null,
    details: {},
  });
