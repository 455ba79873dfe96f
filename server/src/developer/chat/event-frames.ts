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

/** Server-sent events, each sent at once but no faster than the reader takes them. `events` ends when the reader leaves. */
export async function sendFrames<E>(
  response: ServerResponse,
  { events, first, framesOf, headers }: Frames<E>,
): Promise<void> {
  try {
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
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

const dataOf = (frame: object | string): string =>
  typeof frame === 'string' ? frame : JSON.stringify(frame);

/** Resolves when the response has room again, or is closed. */
async function writable(response: ServerResponse): Promise<void> {
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
