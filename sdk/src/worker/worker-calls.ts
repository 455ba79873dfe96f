import { KeywardApiError } from '../errors.ts';
import type { components } from '../generated/openapi.d.ts';
import { readEvents, type ServerEvent } from '../sse.ts';
import { cutOff } from '../answer.ts';
import { jsonRequest, Outgoing, type Connection } from '../transport.ts';
import type { FailCode } from './job-failure.ts';
import { ResultSender, type Outgoing as OutgoingResult, type ResultOutcome } from './result-sender.ts';

export type Capabilities = components['schemas']['Capabilities'];
export type Assigned = components['schemas']['WorkerJob'];
type Beaten = components['schemas']['WorkerLeases'];

export interface Registration {
  capabilities: Capabilities;
  concurrency: number;
  region?: string;
  price_per_hour?: number;
}

export interface Lease {
  job_id: string;
  lease_token: string;
  progress?: unknown;
}

export interface Beat {
  leases: Lease[];
  status: 'online' | 'draining';
}

const QUICK_MS = 15_000;
const POLL_SECONDS = 15;
const POLL_MAX_MS = (POLL_SECONDS + 15) * 1_000;
/** A result may have 64 MiB. */
const RESULT_MAX_MS = 300_000;
/** Of small ones, for which others wait. */
const RESULTS_MAX_MS = 30_000;
/** Of `Prefer`: no receipts, which the worker does not read. Clients get theirs from the job. */
const MINIMAL = 'return=minimal';
/** The server sends something every 15 s. */
const SILENCE_MAX_MS = 45_000;

/** The requests of a worker, each sent once; only results share some. */
export class WorkerCalls {
  /** Reports of results. */
  readonly results = new ResultSender({
    one: (id, body, signal) => this.report(id, { verb: 'result', body }, signal),
    several: async (results, signal) => {
      const body = { results };
      const answer = await this.#post('results', {
        body,
        signal,
        timeoutMs: RESULTS_MAX_MS,
        prefer: MINIMAL,
      });
      return ((await answer.json()) as { results: ResultOutcome[] }).results;
    },
  });
  readonly #connection: Connection;
  readonly #name: string | undefined;
  /** Tells this program from another one under the same name. */
  readonly #process = crypto.randomUUID();

  /** @param name undefined: the server names the worker after its key */
  constructor(connection: Connection, name: string | undefined) {
    this.#connection = connection;
    this.#name = name;
  }

  async register(
    body: Registration,
    signal: AbortSignal,
  ): Promise<components['schemas']['RegisteredWorker']> {
    const answer = await this.#post('register', { body, signal, timeoutMs: QUICK_MS });
    return (await answer.json()) as components['schemas']['RegisteredWorker'];
  }

  async poll(max: number, signal: AbortSignal): Promise<Assigned[]> {
    const body = { max_jobs: max, max_wait_seconds: POLL_SECONDS };
    const answer = await this.#post('poll', { body, signal, timeoutMs: POLL_MAX_MS });
    if (answer.status === 204) return [];
    const jobs = (await answer.json()) as Assigned | { jobs: Assigned[] };
    return 'jobs' in jobs ? jobs.jobs : [jobs];
  }

  /** Its leases are in the order of those of the body. */
  async heartbeat(body: Beat, signal: AbortSignal): Promise<Beaten> {
    try {
      const answer = await this.#post('heartbeat', { body, signal, timeoutMs: QUICK_MS });
      // A server of before does not say whether there is another one.
      return { has_twin: false, ...((await answer.json()) as Partial<Beaten> & Pick<Beaten, 'leases'>) };
    } catch (error) {
      // All of them are lost.
      if (error instanceof KeywardApiError && error.code === 'lease_lost')
        return { leases: error.details['leases'] as Beaten['leases'], has_twin: false };
      throw error;
    }
  }

  /** Throws at its end. */
  async *control(workerId: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const { send, url } = this.#connection;
    const headers = { accept: 'text/event-stream' };
    const request = new Outgoing(`${url}/v1/workers/${workerId}/control`, { headers, signal });
    const response = await send(request, { defaultTimeoutMs: SILENCE_MAX_MS });
    yield* readEvents(response.body);
    throw cutOff(response);
  }

  /** @param lines NDJSON. @param from how many pieces of this attempt come before them */
  async chunks(
    { job_id: id, lease_token: token }: Assigned,
    { lines, from }: { lines: string; from: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { send, url } = this.#connection;
    const request = new Outgoing(`${url}/v1/workers/${id}/chunks?from=${from}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'x-lease-token': token },
      body: lines,
      signal,
    });
    this.#named(request);
    await (await send(request, { defaultTimeoutMs: QUICK_MS })).body?.cancel();
  }

  async report(
    id: string,
    { verb, body }: Pick<Report, 'verb' | 'body'>,
    signal: AbortSignal,
  ): Promise<void> {
    const timeoutMs = RESULT_MAX_MS;
    const answer = await this.#post(`${id}/${verb}`, { body, signal, timeoutMs, prefer: MINIMAL });
    await answer.body?.cancel();
  }

  async #post(
    path: string,
    {
      body,
      signal,
      timeoutMs,
      prefer,
    }: { body: unknown; signal: AbortSignal; timeoutMs: number; prefer?: string },
  ): Promise<Response> {
    const request = jsonRequest(this.#connection, `/v1/workers/${path}`, { body, signal });
    if (prefer !== undefined) request.headers.set('prefer', prefer);
    this.#named(request);
    return this.#connection.send(request, { defaultTimeoutMs: timeoutMs });
  }

  #named(request: Outgoing): void {
    request.headers.set('x-miner-process', this.#process);
    if (this.#name !== undefined) request.headers.set('x-miner-id', this.#name);
  }
}

export type Report =
  | ({ verb: 'result' } & Pick<OutgoingResult, 'body' | 'length'>)
  | {
      verb: 'fail';
      body: { lease_token: string; error_code: FailCode; error_message: string };
      error: unknown;
    };
