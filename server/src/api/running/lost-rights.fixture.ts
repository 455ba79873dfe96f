import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { vi } from 'vitest';
import type { StartServer, TestServer } from '../../../test/server.ts';
import { chatAnswer, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { piece } from '../../chat/chats.fixture.ts';
import { requestLine } from '../../openai/batches/batches.fixture.ts';
import { EMBEDDING_MODEL } from '../../retrieval/retrieval.fixture.ts';
import { Settings } from '../../settings/index.ts';
import { openRequest, type OpenRequest } from './open-request.fixture.ts';

/** A key, or a person in a browser. */
export interface Asker {
  headers: Record<string, string>;
  /** The id of its owner, under which all its requests run. */
  subject: string;
}

/** A request that takes long. */
export interface LongWork {
  name: string;
  method?: string;
  path: string;
  /** Left out: half of a body is sent, and its rest never. */
  body?: object;
  type?: string;
  half?: string;
}

const MESSAGES = [{ role: 'user', content: 'Hi' }];
const CHAT = { message: 'Hi', mode: 'chat' };
const FORM = 'multipart/form-data; boundary=half';
const HALF_FILE =
  '--half\r\nContent-Disposition: form-data; name="file"; filename="late.txt"\r\n\r\nThe first half';

/** The chats that users of every role may have. */
export const chatsIn = (slug: string): LongWork[] => [
  { name: 'a workspace streams', path: `/api/v1/workspace/${slug}/stream-chat`, body: CHAT },
  { name: 'a workspace answers as a whole', path: `/api/v1/workspace/${slug}/chat`, body: CHAT },
  {
    name: 'an agent',
    path: `/api/v1/workspace/${slug}/stream-chat`,
    body: { message: '@agent Hi' },
  },
  {
    name: 'a workspace as a model',
    path: '/api/v1/openai/chat/completions',
    body: { model: slug, stream: true, messages: MESSAGES },
  },
];

/** Of a session alone. */
export const ownChatIn = (slug: string): LongWork => ({
  name: 'an own chat',
  path: `/api/workspace/${slug}/stream-chat`,
  body: CHAT,
});

export const threadIn = (slug: string, thread: string): LongWork => ({
  name: 'a thread',
  path: `/api/v1/workspace/${slug}/thread/${thread}/stream-chat`,
  body: CHAT,
});

/** Two servers on one database, with a model that begins each answer and ends none. */
export class LongWorld {
  readonly server: TestServer;
  readonly second: TestServer;
  readonly upstream: TestUpstream;
  #location = '';
  #word = 'first';
  #held: ServerResponse[] = [];

  private constructor(server: TestServer, second: TestServer, upstream: TestUpstream) {
    this.server = server;
    this.second = second;
    this.upstream = upstream;
    upstream.models = ['gpt-test', EMBEDDING_MODEL];
    upstream.answer((response, { path, body }) => {
      this.#held.push(response);
      const { stream = false } = JSON.parse(body.toString()) as { stream?: boolean };
      if (stream && !path.endsWith('/embeddings'))
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(piece(this.#word));
      return new Promise((resolve) => response.on('close', resolve));
    });
  }

  static async open(start: StartServer): Promise<LongWorld> {
    const upstream = await startTestUpstream();
    const server = await start();
    const world = new LongWorld(server, await start(server.environment), upstream);
    const { storage, sealing } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: EMBEDDING_MODEL } }));
    await world.post('/v1/upstreams', { name: 'endless', base_url: upstream.baseUrl });
    const { documents } = await world.post<{ documents: { location: string }[] }>('/v1/document/raw-text', {
      textContent: 'A text.',
      metadata: { title: 'Text' },
    });
    world.#location = documents[0]?.location ?? '';
    return world;
  }

  /** As the administrator. @throws where it is refused. */
  async post<T = unknown>(path: string, body: object = {}): Promise<T> {
    const answer = await this.server.request<T>('POST', path, { body });
    if (answer.status >= 300) throw new Error(answer.text);
    return answer.body;
  }

  async newWorkspace(name: string): Promise<string> {
    const body = { name, chatModel: 'gpt-test', chatMode: 'chat' };
    return (await this.post<{ workspace: { slug: string } }>('/v1/workspace/new', body)).workspace.slug;
  }

  async newThread(slug: string): Promise<string> {
    return (await this.post<{ thread: { slug: string } }>(`/v1/workspace/${slug}/thread/new`)).thread.slug;
  }

  /** All that somebody with every scope can have going on. */
  async everything(asker: Asker, slug: string): Promise<LongWork[]> {
    const job = await this.as<{ job_id: string }>(asker, '/v1/jobs', { prompt: 'Hi', model: 'nowhere' });
    return [
      ...chatsIn(slug),
      threadIn(slug, await this.newThread(slug)),
      {
        name: 'a model',
        path: '/v1/chat/completions',
        body: { model: 'gpt-test', stream: true, messages: MESSAGES },
      },
      { name: 'a vector', path: '/v1/embeddings', body: { model: EMBEDDING_MODEL, input: 'Hi' } },
      {
        name: 'embedding',
        path: `/api/v1/workspace/${slug}/update-embeddings`,
        body: { adds: [this.#location], deletes: [] },
      },
      { name: 'an upload', path: '/api/v1/document/upload', type: FORM, half: HALF_FILE },
      { name: 'an import', path: '/v1/keys/import', type: 'application/x-ndjson', half: '{"name":"late"' },
      { name: 'a waiting look', method: 'GET', path: `/v1/jobs/${job.job_id}/result?wait=30` },
      { name: 'events of a job', method: 'GET', path: `/v1/jobs/${job.job_id}/events` },
    ];
  }

  /** The open requests of a worker. */
  async worker(asker: Asker): Promise<LongWork[]> {
    const body = { capabilities: { models: ['none'] } };
    const { worker_id } = await this.as<{ worker_id: string }>(asker, '/v1/workers/register', body);
    return [
      { name: 'a poll', path: '/v1/workers/poll', body: { max_wait_seconds: 30 } },
      { name: 'a control stream', method: 'GET', path: `/v1/workers/${worker_id}/control` },
    ];
  }

  /** A line of it runs when this resolves. */
  async batch(asker: Asker): Promise<void> {
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new File([`${JSON.stringify(requestLine('a'))}\n`], 'lines.jsonl'));
    const file = await this.as<{ id: string }>(asker, '/v1/files', form);
    const batch = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' };
    await this.as(asker, '/v1/batches', batch);
    await vi.waitFor(() => assert.ok(this.running(asker.subject).includes('batches.line')), {
      timeout: 10_000,
    });
  }

  async as<T>({ headers }: Asker, path: string, body: object): Promise<T> {
    const answer = await this.second.request<T>('POST', path, { key: null, headers, body });
    if (answer.status >= 300) throw new Error(answer.text);
    return answer.body;
  }

  begin({ headers }: Asker, { method = 'POST', path, body, type, half }: LongWork): OpenRequest {
    const open = openRequest(this.second, { method, path, key: null, headers, ...(type && { type }) });
    if (half === undefined) open.end(body === undefined ? '' : JSON.stringify(body));
    else open.send(half);
    return open;
  }

  /** The routes of what runs under a subject, on both servers. */
  running(subject: string): string[] {
    const runs = [this.server, this.second].flatMap(({ app }) => app.core.nodes.runs.newest());
    return runs.filter((run) => run.isUnder(subject)).map((run) => run.about.route);
  }

  /** How many requests the model has been sent, and has not ended. */
  asked(): number {
    return this.#held.length;
  }

  /** The model goes on with all its answers, and says so in new ones. */
  saysTooLate(): void {
    this.#word = 'too late';
    for (const response of this.#held)
      if (!response.destroyed && response.headersSent) response.write(piece('too late'));
  }

  /** Ends what is left, for the next test. */
  reset(): void {
    this.#word = 'first';
    for (const response of this.#held.splice(0)) {
      if (response.destroyed) continue;
      if (response.headersSent) response.end('data: [DONE]\n\n');
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(chatAnswer()));
    }
  }

  /** How many answers of the model nobody has given up. */
  open(): number {
    return this.#held.filter(({ destroyed }) => !destroyed).length;
  }
}
