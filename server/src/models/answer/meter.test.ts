import { describe, expect, test } from 'vitest';
import { chatEvents, USAGE } from '../../../test/upstream.ts';
import { Meter, UsageStripper } from './meter.ts';

function pass(meter: Meter, pieces: Buffer[]): Buffer {
  const out = pieces.map((piece) => meter.push(piece)).concat(meter.end());
  return Buffer.concat(out.filter((piece) => piece !== undefined));
}

function split(bytes: Buffer, ...places: number[]): Buffer[] {
  const ends = [...places, bytes.length];
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)).filter((piece) => piece.length > 0);
}

const COUNTS = { tokensIn: 11, tokensOut: 7 };

describe('a passing stream', () => {
  test.for(['\n\n', '\r\n\r\n', '\r\r'])(
    'A stream passes byte for byte and its usage is read, wherever it is cut (%j)',
    (ending) => {
      const bytes = chatEvents({ usage: USAGE, ending });
      for (let at = 0; at <= bytes.length; at++) {
        const meter = new Meter();
        expect(pass(meter, split(bytes, at)).equals(bytes)).toBe(true);
        expect(meter.seen.counts).toEqual(COUNTS);
      }
    },
  );

  test.for(['\n\n', '\r\n\r\n', '\r\r'])(
    'Only the usage chunk is removed from a stream, wherever it is cut (%j)',
    (ending) => {
      const bytes = chatEvents({ usage: USAGE, ending });
      const text = bytes.toString();
      const from = text.lastIndexOf('data: {');
      const expected = text.slice(0, from) + text.slice(text.indexOf(ending, from) + ending.length);
      expect(expected).not.toContain('"total_tokens":18');
      for (let at = 0; at <= bytes.length; at++) {
        const meter = new UsageStripper();
        expect(pass(meter, split(bytes, at, Math.min(at + 7, bytes.length))).toString()).toBe(expected);
        expect(meter.seen.counts).toEqual(COUNTS);
      }
      const single = [...bytes].map((byte) => Buffer.of(byte));
      expect(pass(new UsageStripper(), single).toString()).toBe(expected);
    },
  );

  test('A chunk with usage and a choice, a chunk with neither, and invalid chunks stay in the stream', () => {
    const kept = [
      'data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n',
      'data: {"choices":[],"prompt_filter_results":[]}\n\n',
      ': comment\n\n',
      'data: {"usage":{"prompt_tokens":\n\n',
      'event: x\ndata: [1,"usage"]\n\n',
      'data: {"choices":[],"usage":null}',
    ];
    const bytes = Buffer.from(kept.join(''));
    for (let at = 0; at <= bytes.length; at++) {
      expect(pass(new UsageStripper(), split(bytes, at)).toString()).toBe(kept.join(''));
    }
  });

  test('The usage chunk is also removed as an unfinished last event', () => {
    const bytes = Buffer.from(
      'data: [1]\n\ndata: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}',
    );
    expect(pass(new UsageStripper(), [bytes]).toString()).toBe('data: [1]\n\n');
  });

  test('A complete event passes at once, and a very long one in pieces', () => {
    const meter = new UsageStripper();
    expect(meter.push(Buffer.from('data: 1\n\ndata: '))?.toString()).toBe('data: 1\n\n');
    expect(meter.push(Buffer.from('2\n\n'))?.toString()).toBe('data: 2\n\n');
    const long = Buffer.from(`data: ${'x'.repeat(200_000)}\n\ndata: 3\n\n`);
    const pieces = split(long, ...Array.from({ length: 20 }, (_, i) => (i + 1) * 9_999));
    const fresh = new UsageStripper();
    let out = '';
    for (const piece of pieces) {
      out += fresh.push(piece)?.toString() ?? '';
      expect(long.toString().startsWith(out)).toBe(true);
    }
    expect(out + (fresh.end()?.toString() ?? '')).toBe(long.toString());
  });

  test('Usage is read from the Messages API, where it comes in two parts, and from the Responses API', () => {
    const messages = new Meter();
    pass(messages, [
      Buffer.from(
        'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1}}}\n\n',
      ),
      Buffer.from('data: {"type":"message_delta","usage":{"output_tokens":42}}\n\n'),
    ]);
    expect(messages.seen.counts).toEqual({ tokensIn: 15, cachedIn: 5, tokensOut: 42 });
    const responses = new Meter();
    pass(responses, [
      Buffer.from(
        'data: {"type":"response.completed","response":{"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"total_tokens":12}}}\n\n',
      ),
    ]);
    expect(responses.seen.counts).toEqual({ tokensIn: 9, cachedIn: 4, tokensOut: 3 });
  });
});
