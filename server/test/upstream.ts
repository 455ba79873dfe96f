import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** What an upstream received. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Resolves when the connection ended before the answer did. */
  aborted: Promise<void>;
}

/** How the next request is answered. */
export type Behaviour = (response: ServerResponse, received: Received) => void | Promise<void>;

/** A real HTTP server that speaks OpenAI's API as it is told to. */
export interface TestUpstream {
  /** With `/v1`. */
  readonly baseUrl: string;
  readonly received: Received[];
  /** The behaviours of the next requests to anything but `/models`; the last one stays. */
  answer(...behaviours: Behaviour[]): void;
  /** What `GET /models` lists. */
  models: string[];
  /** Instead of the list. */
  modelsAnswer: Behaviour | undefined;
  close(): Promise<void>;
}

/** @param port to come back on a port known from before. */
export async function startTestUpstream(port = 0): Promise<TestUpstream> {
  let behaviours: Behaviour[] = [json(chatAnswer())];
  const received: Received[] = [];
  const server = createServer((request, response) => void serve(request, response));
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const entry: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
      aborted: new Promise((resolve) => {
        response.once('close', () => {
          if (!response.writableFinished) resolve();
        });
      }),
    };
    received.push(entry);
    if (entry.path.endsWith('/models')) {
      const list = { object: 'list', data: upstream.models.map((id) => ({ id, object: 'model' })) };
      return (upstream.modelsAnswer ?? json(list))(response, entry);
    }
    const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
    await behaviour?.(response, entry);
  }
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const upstream: TestUpstream = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    received,
    models: ['gpt-test'],
    modelsAnswer: undefined,
    answer: (...next) => {
      behaviours = next;
    },
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return upstream;
}

export const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

export function chatAnswer(usage: object | undefined = USAGE): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-test',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'Grüße, "wörld" 🌍' }, finish_reason: 'stop' },
    ],
    ...(usage === undefined ? {} : { usage }),
  };
}

/** The events of a streamed answer; `usage` as an extra chunk where given. */
export function chatEvents(options: { usage?: object; ending?: string } = {}): Buffer {
  const { usage, ending = '\n\n' } = options;
  const base = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-test',
  };
  const chunk = (delta: object, finish: string | null) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(usage === undefined ? {} : { usage: null }),
  });
  const chunks: object[] = [
    chunk({ role: 'assistant', content: '' }, null),
    chunk({ content: 'Grüße 🌍' }, null),
    chunk({ content: ' {"usage":{"prompt_tokens":1}} "choices":[]' }, null),
    chunk({}, 'stop'),
  ];
  if (usage !== undefined) chunks.push({ ...base, choices: [], usage });
  const events = [...chunks.map((data) => JSON.stringify(data)), '[DONE]'];
  return Buffer.from(events.map((data) => `data: ${data}${ending}`).join(''));
}

export function json(body: object, status = 200, headers: Record<string, string> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Writes the pieces one by one, with a pause between so that each is a packet of its own. */
export function stream(
  pieces: Buffer[],
  options: { pauseMs?: number; end?: 'reset' | 'hang' } = {},
): Behaviour {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    for (const piece of pieces) {
      response.write(piece);
      await sleep(options.pauseMs ?? 1);
    }
    if (options.end === 'reset') response.socket?.resetAndDestroy();
    else if (options.end !== 'hang') response.end();
  };
}

/** Answers nothing, ever. */
export const hang: Behaviour = () => undefined;

/** Closes the connection without an answer. */
export const slam: Behaviour = (response) => {
  response.socket?.resetAndDestroy();
};

export function gzipped(body: object): Behaviour {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(JSON.stringify(body)));
  };
}

/** Announces more bytes than it sends. */
export function cutOff(body: object): Behaviour {
  return (response) => {
    const bytes = Buffer.from(JSON.stringify(body));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(bytes.length) });
    response.write(bytes.subarray(0, bytes.length - 10), () => {
      response.socket?.destroy();
    });
  };
}

/** A stream of this size, written as fast as the reader takes it. `onWritten` tells how far it is, in bytes. */
export function huge(bytes: number, onWritten: (bytes: number) => void): Behaviour {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = Buffer.from(`data: {"choices":[{"delta":{"content":"${'x'.repeat(16_000)}"}}]}\n\n`);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    for (let written = 0; written < bytes && !response.destroyed; written += event.length) {
      onWritten(written);
      if (!response.write(event))
        await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    }
    response.end();
  };
}
