import { describe, expect, test } from 'vitest';
import { KeywardError } from '../../base/errors.ts';
import { StoredIdsSink } from './stored-ids-sink.ts';
import type { StoredIds } from './stored-ids.ts';

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
const about = (type: string, output: object[] = []): string =>
  event({ type, response: { id: 'resp_1', output } });
const DELTA = event({ type: 'response.output_text.delta', delta: '"response": {"id":"resp_9"}' });
const STREAM = `: hello\n\n${about('response.created')}${DELTA}${about('response.completed', [{ id: 'msg_1' }])}`;
const WHOLE = JSON.stringify({
  id: 'resp_1',
  output: [{ id: 'msg_1' }, { id: 5 }],
  metadata: { id: 'resp_9' },
});

/** A sink whose writes end when the test says so. */
function open(isEventStream: boolean) {
  const seen = { text: '', end: '', resumed: 0, aborted: 0 };
  const writes: { ids: StoredIds; done: PromiseWithResolvers<void> }[] = [];
  const sink = new StoredIdsSink(
    {
      write: (chunk) => {
        seen.text += chunk.toString();
        return true;
      },
      end: () => (seen.end += 'end'),
      fail: (error) => (seen.end += error instanceof KeywardError ? error.code : error.message),
    },
    {
      isEventStream,
      flow: { resume: () => seen.resumed++, abort: () => seen.aborted++ },
      remember: (ids) => {
        const done = Promise.withResolvers<void>();
        writes.push({ ids, done });
        return done.promise;
      },
    },
  );
  return { sink, seen, writes };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const piecesOf = (text: string, bytes: number): Buffer[] =>
  Array.from({ length: Math.ceil(text.length / bytes) }, (_, at) =>
    Buffer.from(text.slice(at * bytes, (at + 1) * bytes)),
  );

describe('the ids of what an upstream stores', () => {
  test.for([1, 7, 40, 10_000])(
    'a stream in pieces of %i bytes names no id before it is written',
    async (bytes) => {
      const { sink, seen, writes } = open(true);
      let written = 0;
      const write = async (): Promise<void> => {
        // The first write is for the response, the second for its item.
        const secret = written === 0 ? '"resp_1"' : '"msg_1"';
        expect(writes.length > written && seen.text.includes(secret)).toBe(false);
        for (const { done } of writes.slice(written)) done.resolve();
        written = writes.length;
        await settled();
      };
      for (const piece of piecesOf(STREAM, bytes)) {
        sink.write(piece);
        await write();
      }
      sink.end();
      await write();
      await write();
      expect([seen.text, seen.end]).toEqual([STREAM, 'end']);
      expect(writes.at(-1)?.ids).toEqual({ responseId: 'resp_1', itemIds: ['msg_1'] });
      expect(JSON.stringify(writes)).not.toContain('resp_9');
    },
  );

  test('a whole answer waits for its ids, and ends after them', async () => {
    const { sink, seen, writes } = open(false);
    for (const piece of piecesOf(WHOLE, 9)) sink.write(piece);
    sink.end();
    await settled();
    expect([seen.text, seen.end, writes.map(({ ids }) => ids)]).toEqual([
      '',
      '',
      [{ responseId: 'resp_1', itemIds: ['msg_1'] }],
    ]);
    writes[0]?.done.resolve();
    await settled();
    expect([seen.text, seen.end]).toEqual([WHOLE, 'end']);
  });

  test('an id that cannot be written is not passed on, and the upstream is stopped', async () => {
    const { sink, seen, writes } = open(true);
    sink.write(Buffer.from(about('response.created')));
    writes[0]?.done.reject(new Error('disk full'));
    await settled();
    expect([seen.text, seen.end, seen.aborted]).toEqual(['', 'storage_unavailable', 1]);
  });

  test('a caller that leaves meanwhile gets nothing more; an upstream that breaks off is told after the write', async () => {
    const left = open(true);
    left.sink.write(Buffer.from(about('response.created')));
    left.sink.drop();
    left.writes[0]?.done.resolve();
    await settled();
    expect([left.seen.text, left.seen.end]).toEqual(['', '']);
    const broken = open(true);
    broken.sink.write(Buffer.from(about('response.created')));
    broken.sink.fail(new Error('reset'));
    expect(broken.seen.end).toBe('');
    broken.writes[0]?.done.resolve();
    await settled();
    expect([broken.seen.text, broken.seen.end]).toEqual([about('response.created'), 'reset']);
  });

  test('a part of an answer that was cut off is dropped, for it may name an id', async () => {
    for (const isEventStream of [true, false]) {
      const { sink, seen } = open(isEventStream);
      sink.write(Buffer.from((isEventStream ? STREAM : WHOLE).slice(0, 25)));
      sink.fail(new Error('reset'));
      expect(seen.text).not.toContain('resp_1');
      expect(seen.end).toBe('reset');
    }
  });

  test('an answer that is too long to be held passes, with the id at its beginning', async () => {
    const { sink, seen, writes } = open(false);
    const long = `{"id":"resp_1","x":"${'x'.repeat(33 * 1024 * 1024)}"}`;
    expect(sink.write(Buffer.from(long))).toBe(false);
    writes[0]?.done.resolve();
    await settled();
    sink.end();
    expect([seen.text.length, seen.end, writes.map(({ ids }) => ids.responseId)]).toEqual([
      long.length,
      'end',
      ['resp_1'],
    ]);
  });
});
