import { describe, expect, test } from 'vitest';
import { readEvents } from './sse.ts';

const STREAM =
  ': a remark\r\n\r\ndata: one\n\ndata: {"text":"Grüße 🌍"}\r\n\r\nevent: error\rdata: two\rdata:  lines\r\r' +
  'id: 7\ndata\n\nevent: lonely\n\ndata: last';
const EVENTS = [
  { event: 'message', data: 'one' },
  { event: 'message', data: '{"text":"Grüße 🌍"}' },
  { event: 'error', data: 'two\n lines' },
  { event: 'message', data: '', id: '7' },
];

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('events are the same however the bytes are split', () => {
  test.for([1, 2, 3, 5, 7, 64, 10_000])('in pieces of %d bytes', async (size) => {
    const events = [];
    for await (const event of readEvents(pieces(new TextEncoder().encode(STREAM), size))) events.push(event);
    // An event without an empty line after it was cut off, and does not count.
    expect(events).toEqual(EVENTS);
  });
});
