import { expect, test } from 'vitest';
import { describeOn } from '../../../test/databases.ts';
import { estimatingMeter } from '../chunking/tokens.ts';
import { openRetrieval, MIGRATIONS } from '../retrieval.fixture.ts';
import { tokenLimit } from './token-limit.ts';

test.for([
  ['all-minilm-l6-v2', 254],
  ['ollama/all-MiniLM:33m', 254],
  ['text-embedding-3-small', 8_190],
  ['BAAI/bge-m3', 8_000],
  ['nomic-embed-text', 2_000],
  ['bge-large-en-v1.5', 500],
  ['something', 500],
] as const)('A text of the model %s has at most %i tokens', ([model, tokens]) => {
  expect(tokenLimit(model, undefined)).toBe(tokens);
});

test('An administrator states the limit of a model that is not known, and of no other', () => {
  expect(tokenLimit('something', 4_096)).toBe(4_096);
  expect(tokenLimit('all-minilm', 4_096)).toBe(254);
});

describeOn('sqlite', 'an upstream that embeds', (open) => {
  test('No text that is sent to an upstream is longer than its model reads, and each end is in one', async () => {
    const { retrieval, document, upstream } = await openRetrieval(await open(MIGRATIONS));
    const sent: string[] = [];
    const texts = [
      '公司全体员工应当遵守本办法的规定'.repeat(55),
      'q0Xz9'.repeat(180),
      'a[0]+=b;'.repeat(110),
    ];
    const ends = ['烟花', 'zebra', 'bake_bread()'];
    const locations: string[] = [];
    for (const [at, text] of texts.entries())
      locations.push(await document(`text ${at}`, `${text}${ends[at] ?? ''}`));
    expect((await retrieval.attach(1, locations)).failed).toEqual([]);
    for (const { path, body } of upstream.received)
      if (path.endsWith('/embeddings'))
        sent.push(...(JSON.parse(body.toString()) as { input: string[] }).input);
    const { counts } = await estimatingMeter(0).count(sent);
    expect(Math.max(...counts)).toBeLessThanOrEqual(500);
    for (const end of ends) expect(sent.some((text) => text.endsWith(end))).toBe(true);
  });
});
