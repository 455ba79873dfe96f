import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/**
 * Server-sent events of JSON (text goes out as it is), each sent as soon as it is there and no faster than the reader
 * takes them. A reader that goes away ends `frames` too, and with it whatever makes them.
 */
export async function sendFrames(
  response: ServerResponse,
  frames: AsyncIterable<object | string>,
  headers: Record<string, string> = {},
): Promise<void> {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  for await (const frame of frames) {
    if (response.destroyed) break;
    const data = typeof frame === 'string' ? frame : JSON.stringify(frame);
    if (!response.write(`data: ${data}\n\n`)) await writable(response);
  }
  response.end();
}

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
