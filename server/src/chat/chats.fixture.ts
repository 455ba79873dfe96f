import { json, startTestUpstream, stream } from '../../test/upstream.ts';
import type { Behaviour, Received, TestUpstream } from '../../test/upstream.ts';
import type { Answer, StartServer, TestServer } from '../../test/server.ts';
import { systemClock } from '../base/clock.ts';
import { EMBEDDING_MODEL, embeddings } from '../retrieval/retrieval.fixture.ts';
import { Settings } from '../settings/index.ts';

export const CHAT_MODEL = 'chat-test';
const USAGE = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 };
/** A server counts the declarations of tools as well; one that said less would not be believed. */
const USAGE_WITH_TOOLS = { prompt_tokens: 300, completion_tokens: 4, total_tokens: 304 };

/** What a model was sent. */
export interface Asked {
  model: string;
  messages: { role: string; content: unknown; tool_calls?: unknown[]; tool_call_id?: string }[];
  temperature?: number;
  stream?: boolean;
  tools?: unknown[];
}

/** A model that says these pieces, streamed or whole as it is asked. @param delta other members of its first piece. */
export function says(pieces: readonly string[], delta: object = {}): Behaviour {
  return (response, received) => {
    const { stream: isStream, tools } = askedOf(received);
    const usage = tools === undefined ? USAGE : USAGE_WITH_TOOLS;
    const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'upstream-name' };
    if (isStream !== true) {
      const message = { role: 'assistant', content: pieces.join(''), ...delta };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      return json({ ...head, object: 'chat.completion', choices, usage })(response, received);
    }
    const chunk = (part: object, finish_reason: string | null = null) => ({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: part, finish_reason }],
    });
    const chunks = [
      chunk({ role: 'assistant', content: '', ...delta }),
      ...pieces.map((content) => chunk({ content })),
      chunk({}, 'stop'),
      { ...head, object: 'chat.completion.chunk', choices: [], usage },
    ];
    return stream([...chunks.map(eventOf), Buffer.from('data: [DONE]\n\n')])(response, received);
  };
}

export const eventOf = (data: object): Buffer => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);

/** One piece of a streamed answer. */
export const piece = (content: string): Buffer => eventOf({ choices: [{ index: 0, delta: { content } }] });

export const askedOf = (received: Received): Asked => JSON.parse(received.body.toString()) as Asked;

/** A model server for chats and embeddings, and a server whose workspaces use it. */
export interface ChatServer {
  server: TestServer;
  upstream: TestUpstream;
  /** The answers of the next chats; the last one stays. */
  answer(...behaviours: Behaviour[]): void;
  /** What chat models were sent since `answer`. */
  asked(): Asked[];
  /** The requests themselves. */
  received(): Received[];
  post(path: string, body: object, key?: string): Promise<Answer<ChatBody>>;
  /** Puts a text into a workspace. @returns its location. */
  add(slug: string, title: string, text: string): Promise<string>;
}

export interface ChatBody {
  id: string;
  type: string;
  textResponse: string | null;
  sources: Record<string, unknown>[];
  close: boolean;
  error: string | null;
  chatId?: number;
  metrics: Record<string, unknown>;
  thoughts?: string[];
}

export async function startChats(start: StartServer, more: (string | object)[] = []): Promise<ChatServer> {
  const upstream = await startTestUpstream();
  const server = await start();
  const { storage, sealing } = server.app.core;
  const settings = new Settings({ storage, sealing, clock: systemClock });
  await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: EMBEDDING_MODEL } }));
  const models = [CHAT_MODEL, EMBEDDING_MODEL, ...more];
  await server.request('POST', '/v1/upstreams', {
    body: { name: 'test', base_url: upstream.baseUrl, models },
  });
  let behaviours: Behaviour[] = [says(['Good ', 'day.'])];
  const received: Received[] = [];
  upstream.answer(async (response, request) => {
    if (request.path.endsWith('/embeddings')) return embeddings()(response, request);
    received.push(request);
    const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
    await behaviour?.(response, request);
  });
  const post = (path: string, body: object, key?: string) =>
    server.request<ChatBody>('POST', `/api/v1${path}`, { body, ...(key === undefined ? {} : { key }) });
  return {
    server,
    upstream,
    answer: (...next) => {
      behaviours = next;
      received.length = 0;
    },
    asked: () => received.map(askedOf),
    received: () => received,
    post,
    add: async (slug, title, textContent) => {
      const answer = await server.request<{ documents: { location: string }[] }>(
        'POST',
        '/v1/document/raw-text',
        {
          body: { textContent, metadata: { title }, addToWorkspaces: slug },
        },
      );
      const location = answer.body.documents[0]?.location;
      if (location === undefined) throw new Error(`no document was made: ${answer.text}`);
      return location;
    },
  };
}

/** The events of a stream, parsed; `[DONE]` as it is. */
export const framesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /, ''))
    .map((data) => (data === '[DONE]' ? { done: true } : (JSON.parse(data) as Record<string, unknown>)));
