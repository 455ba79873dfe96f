import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { slam, type Behaviour } from '../../../test/upstream.ts';
import { addUpstream } from '../index.ts';
import { ACTOR, bodyOf, chatRequest, openOne, openUpstream } from '../models.fixture.ts';

const MIB = 1024 * 1024;
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

/** An error that is kept while another upstream is tried, packed. */
const packed =
  (encoding: string, body: Buffer): Behaviour =>
  (response) => {
    response.writeHead(503, { 'content-type': 'text/plain', 'content-encoding': encoding });
    response.end(body);
  };

/** Two upstreams of a model, the second of which cannot be reached: what the first one says is kept, and passed on. */
async function openTwo() {
  const opened = await openOne({ models: ['gpt-test'] });
  const second = await openUpstream();
  const input = { name: 'second', base_url: second.baseUrl, models: ['gpt-test'], weight: 0 };
  await addUpstream(opened.models, input, ACTOR);
  second.answer(slam);
  return opened;
}

test.for([
  ['gzip', gzipSync(Buffer.alloc(128 * MIB))],
  ['br', brotliCompressSync(Buffer.alloc(128 * MIB), FAST)],
] as const)(
  'An error of more than 256 KiB after decompression is replaced, and its status passes: %s',
  async ([encoding, body]) => {
    expect(body.length).toBeLessThan(MIB);
    const { models, upstream } = await openTwo();
    upstream.answer(packed(encoding, body));
    const before = process.memoryUsage().arrayBuffers;
    const answer = await models.forward(chatRequest());
    expect(answer.status).toBe(503);
    expect((await bodyOf(answer)).toString()).toContain('without a readable error');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  },
);

test('A compressed error of less than 256 KiB passes', async () => {
  const { models, upstream } = await openTwo();
  upstream.answer(packed('gzip', gzipSync(Buffer.alloc(MIB / 5, 'a'))));
  const answer = await models.forward(chatRequest());
  expect([answer.status, (await bodyOf(answer)).length]).toEqual([503, Math.floor(MIB / 5)]);
});
