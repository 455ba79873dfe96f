import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export interface Frames<E> {
  events: AsyncGenerator<E>;
  /** The first event, where it was read before. */
  first?: IteratorResult<E, unknown>;
  /** Objects are sent as JSON, strings as they are. */
  framesOf: (event: E) => readonly (object | string)[];
  headers: Record<string, string>;
}

const EVENT_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

/** Server-sent events, each sent at once but no faster than the reader takes them. `events` ends when the reader leaves. */
export async function sendFrames<E>(
  response: ServerResponse,
  { events, first, framesOf, headers }: Frames<E>,
): Promise<void> {
  try {
    response.writeHead(200, { ...headers, ...EVENT_HEADERS });
    response.flushHeaders();
    for (let next = first ?? (await events.next()); next.done !== true; next = await events.next()) {
      if (response.destroyed) break;
      const written = framesOf(next.value).map((frame) => response.write(`data: ${dataOf(frame)}\n\n`));
      if (written.includes(false)) await writable(response);
    }
  } finally {
    await events.return(undefined);
  }
  response.end();
}

/** An event with a name and an id, by which a reader goes on. `data` is sent as JSON. */
export interface ServerEvent {
  event: string;
  id?: string;
  data: unknown;
}

/** Proxies close connections on which nothing is sent. */
const KEEP_ALIVE_MS = 15_000;

/** The same with names and ids. A comment is sent where nothing else is for 15 s. */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncGenerator<ServerEvent>,
  headers: Record<string, string> = {},
): Promise<void> {
  const alive = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS).unref();
  try {
    response.writeHead(200, { ...headers, ...EVENT_HEADERS });
    response.flushHeaders();
    for await (const { event, id, data } of events) {
      if (response.destroyed) break;
      const named = id === undefined ? '' : `id: ${id}\n`;
      if (!response.write(`${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
        await writable(response);
    }
  } finally {
    clearInterval(alive);
    await events.return(undefined);
  }
  response.end();
}

const dataOf = (frame: object | string): string =>
  typeof frame === 'string' ? frame : JSON.stringify(frame);

/** Resolves when the response has room again, or is closed. */
export async function writable(response: ServerResponse): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const settled = [once(response, 'drain', { signal }), once(response, 'close', { signal })];
  try {
    await Promise.race(settled);
  } finally {
    waiting.abort();
    await Promise.allSettled(settled);
  }
}
