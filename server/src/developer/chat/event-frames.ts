import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export interface Frames<E> {
  events: AsyncGenerator<E>;
  /** One of them that was waited for before there was an answer. */
  first?: IteratorResult<E, unknown>;
  /** What of an event goes out: JSON, and text as it is. */
  framesOf: (event: E) => readonly (object | string)[];
  headers: Record<string, string>;
}

/**
 * Server-sent events, each sent as soon as it is there and no faster than the reader takes them. A reader that goes away ends
 * `events` too, and with it whatever makes them.
 */
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

/** Until there is room again, or nobody left to write to. */
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
