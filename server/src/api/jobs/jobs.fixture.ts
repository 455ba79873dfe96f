import { createHmac } from 'node:crypto';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { Answer, NewKey, TestServer } from '../../../test/server.ts';
import type { Received } from '../../../test/upstream.ts';

export interface JobView {
  job_id: string;
  state: string;
  attempt: number;
  queue_position: number | null;
  waiting: { reason: string; workers_online: number; excluded: Record<string, number> } | null;
  is_possible: boolean;
  impossible_because: string[];
  assigned_worker: string | null;
  error: { code: string; message: string } | null;
}

export interface Assigned {
  job_id: string;
  attempt: number;
  lease_token: string;
  payload: Record<string, unknown>;
  model: string | null;
}

export interface Problem {
  code: string;
  detail: string;
}

export interface LeaseView {
  job_id: string;
  state: string;
}

/** A key of an owner of its own. */
export async function newOwnerKey(server: TestServer, name: string, fields: object = {}): Promise<NewKey> {
  const { body } = await server.request<{ id: string }>('POST', '/v1/owners', {
    body: { name: `${name} ${Math.random()}`, kind: 'person' },
  });
  return server.mint({ name, owner: body.id, ...fields });
}

/** A client of the queue, with a key. */
export class JobClient {
  readonly #server: TestServer;
  readonly key: string;

  constructor(server: TestServer, key: string) {
    this.#server = server;
    this.key = key;
  }

  submit(body: object = {}, headers: Record<string, string> = {}): Promise<Answer<JobView & Problem>> {
    const input = { prompt: 'test', ...body };
    return this.#server.request('POST', '/v1/jobs', { key: this.key, body: input, headers });
  }

  async id(body: object = {}): Promise<string> {
    return (await this.submit(body)).body.job_id;
  }

  async get(id: string, query = ''): Promise<JobView> {
    return (await this.ask<JobView>('GET', `/v1/jobs/${id}${query}`)).body;
  }

  /** At the end of the job. */
  result(id: string): Promise<Answer<{ state: string; result: unknown; error: { code: string } | null }>> {
    return this.ask('GET', `/v1/jobs/${id}/result?wait=30`);
  }

  ask<T>(method: string, path: string): Promise<Answer<T>> {
    return this.#server.request<T>(method, path, { key: this.key });
  }
}

/** A worker that speaks HTTP. */
export class TestWorker {
  readonly #server: TestServer;
  readonly key: string;
  readonly name: string;

  constructor(server: TestServer, key: string, name: string) {
    this.#server = server;
    this.key = key;
    this.name = name;
  }

  post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.#server.request<T>('POST', `/v1/workers/${path}`, {
      key: this.key,
      body,
      headers: { 'x-miner-id': this.name, ...headers },
    });
  }

  register(capabilities: object = { models: ['m'] }, more: object = {}) {
    return this.post<{ worker_id: string }>('register', { capabilities, ...more });
  }

  poll(body: object = {}): Promise<Answer<Assigned & { jobs: Assigned[] }>> {
    return this.post('poll', { max_wait_seconds: 0, ...body });
  }

  /** The next job, which must be there within 20 s. */
  async take(): Promise<Assigned> {
    const { status, body } = await this.poll({ max_wait_seconds: 20 });
    if (status !== 200) throw new Error(`No job: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  result({ job_id, lease_token }: Assigned, output: unknown = 'done', metrics: object = {}) {
    const usage = { prompt_tokens: 3, completion_tokens: 5 };
    return this.post<{ receipt: { gpu_seconds: number; attempts: unknown[] } } & Problem>(
      `${job_id}/result`,
      {
        lease_token,
        result: { output, usage },
        metrics,
      },
    );
  }

  fail({ job_id, lease_token }: Assigned, error_code: string) {
    return this.post<{ state: string } & Problem>(`${job_id}/fail`, {
      lease_token,
      error_code,
      error_message: `It was ${error_code}.`,
    });
  }

  chunks({ job_id, lease_token }: Assigned, pieces: readonly unknown[], query = '') {
    const body = pieces.map((piece) => `${JSON.stringify(piece)}\n`).join('');
    const headers = { 'x-lease-token': lease_token, 'content-type': 'application/x-ndjson' };
    return this.post<{ cancel_requested: boolean } & Problem>(`${job_id}/chunks${query}`, body, headers);
  }

  heartbeat(leases: readonly Assigned[] = [], status?: string) {
    return this.post<{ leases: LeaseView[] } & Problem>('heartbeat', {
      leases: leases.map(({ job_id, lease_token }) => ({ job_id, lease_token })),
      ...(status !== undefined && { status }),
    });
  }
}

/** Clocks that tests can wait for. */
export const SHORT_CLOCKS = {
  KEYWARD_JOB_LEASE_SECONDS: '2',
  KEYWARD_JOB_HEARTBEAT_SECONDS: '1',
  KEYWARD_JOB_SWEEP_SECONDS: '1',
  KEYWARD_JOB_GRACE_SECONDS: '1',
};

export interface SentEvent {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

/** Reads server-sent events until the stream ends or the caller stops. */
export async function* eventsAt(
  server: TestServer,
  path: string,
  { key, lastEventId, signal }: { key: string; lastEventId?: string; signal?: AbortSignal },
): AsyncGenerator<SentEvent> {
  const response = await fetch(server.url + path, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    ...(signal !== undefined && { signal }),
  });
  if (response.status !== 200 || response.body === null) throw new Error(`${path}: ${response.status}`);
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  try {
    for await (const { event = '', id, data } of events)
      yield { event, ...(id !== undefined && { id }), data: JSON.parse(data) as Record<string, unknown> };
  } catch (error) {
    // The caller stopped, or the server ended the connection.
    if (signal?.aborted !== true) throw error;
  }
}

/** After Standard Webhooks. */
export const isSigned = ({ headers, body }: Received, secret: string): boolean => {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body.toString()}`;
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
};
