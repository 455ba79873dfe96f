import { randomUUID } from 'node:crypto';
import type { Answer, StartServer, TestServer } from '../../../test/server.ts';
import { chatEvents, startTestUpstream, stream } from '../../../test/upstream.ts';
import type { Received, TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { Settings } from '../../settings/index.ts';

/** The page that may show the widgets of these tests. */
export const SITE = 'https://shop.example';
/** What the model says. */
export const SAID = 'Grüße 🌍 {"usage":{"prompt_tokens":1}} "choices":[]';
/** Never to be seen by anybody. */
export const UPSTREAM_KEY = 'sk-of-the-upstream-1234';

export interface Asking {
  /** null: none is sent. */
  origin?: string | null;
  sessionId?: unknown;
  message?: unknown;
  more?: object;
  signal?: AbortSignal;
  server?: TestServer;
}

interface Sent {
  model: string;
  temperature?: number;
  messages: { role: string; content: string }[];
}

/** A server with a workspace `docs`, a model that answers, and a page that shows widgets. */
export class WidgetPage {
  readonly server: TestServer;
  readonly upstream: TestUpstream;

  constructor(server: TestServer, upstream: TestUpstream) {
    this.server = server;
    this.upstream = upstream;
  }

  static async open(start: StartServer): Promise<WidgetPage> {
    const upstream = await startTestUpstream();
    const server = await start();
    const body = { name: 'stub', base_url: upstream.baseUrl, api_key: UPSTREAM_KEY };
    await server.request('POST', '/v1/upstreams', { body });
    await server.request('POST', '/v1/workspace/new', {
      body: { name: 'Docs', openAiPrompt: 'You work in {workspace.name}.', chatModel: 'gpt-test' },
    });
    return new WidgetPage(server, upstream);
  }

  /** Nothing asked yet, the model answers, and one address may ask as often as it likes. */
  async reset(): Promise<void> {
    this.upstream.answer(
      stream([chatEvents({ usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })]),
    );
    this.upstream.received.length = 0;
    await this.set({ WidgetChatsPerAddressPerMinute: '1000', WidgetChatsPerAddressPerDay: '100000' });
  }

  async set(values: Record<string, string>): Promise<void> {
    const { storage, sealing } = this.server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    const changes = Object.entries(values).map(([name, value]) => [name, { value }] as const);
    await storage.transaction((tx) => settings.set(tx, Object.fromEntries(changes)));
  }

  /** The uuid of a new widget in mode chat, for pages of `SITE`. */
  async make(settings: object = {}, key = this.server.adminKey): Promise<string> {
    const body = { workspace_slug: 'docs', chat_mode: 'chat', allowlist_domains: [SITE], ...settings };
    const made = await this.server.request<{ embed: { uuid: string } }>('POST', '/v1/embed/new', {
      body,
      key,
    });
    return made.body.embed.uuid;
  }

  ask(uuid: string, asking: Asking = {}): Promise<Answer<unknown>> {
    const { origin = SITE, sessionId = randomUUID(), message = 'hello', more, signal } = asking;
    return (asking.server ?? this.server).request('POST', `/api/embed/${uuid}/stream-chat`, {
      key: null,
      // As pages send it: JSON that is called text.
      body: JSON.stringify({ sessionId, message, ...more }),
      headers: { 'content-type': 'text/plain', ...originHeader(origin) },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** What a page does with its session beside asking. */
  session<T>(method: 'GET' | 'DELETE', path: string, origin: string | null = SITE): Promise<Answer<T>> {
    return this.server.request<T>(method, `/api/embed/${path}`, { key: null, headers: originHeader(origin) });
  }

  /** What the model was asked. */
  asked(): Received[] {
    return this.upstream.received.filter(({ path }) => path.endsWith('/chat/completions'));
  }

  sent(index = -1): Sent {
    return JSON.parse(this.asked().at(index)?.body.toString() ?? '{}') as Sent;
  }
}

const originHeader = (origin: string | null): Record<string, string> => (origin === null ? {} : { origin });

export const framesOf = ({ text }: { text: string }): Record<string, unknown>[] =>
  text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => JSON.parse(frame.replace(/^data: /, '')) as Record<string, unknown>);

export const textOf = (answer: { text: string }): string =>
  framesOf(answer)
    .map(({ textResponse }) => textResponse)
    .join('');

export const refusalOf = ({ status, body }: Answer<unknown>): [number, unknown] => [
  status,
  (body as { error?: unknown }).error,
];
