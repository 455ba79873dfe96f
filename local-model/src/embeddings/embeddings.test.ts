import { afterAll, beforeAll, expect, test } from 'vitest';
import { EMBEDDING_MODEL, LocalModel } from '../testing.ts';

interface Embeddings {
  readonly data: readonly { readonly index: number; readonly embedding: number[] | string }[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

let model: LocalModel;
beforeAll(async () => {
  model = await LocalModel.start();
}, 60_000);
afterAll(() => model[Symbol.asyncDispose]());

async function embed(input: unknown, more: object = {}): Promise<Embeddings> {
  const response = await model.post('/v1/embeddings', { model: EMBEDDING_MODEL, input, ...more });
  expect(response.status).toBe(200);
  return (await response.json()) as Embeddings;
}

async function vectors(input: string | string[]): Promise<number[][]> {
  return (await embed(input)).data.map(({ embedding }) => embedding as number[]);
}

const dot = (a: number[] = [], b: number[] = []): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

test('Vectors have 384 dimensions and length 1', async () => {
  const [vector] = await vectors('A quick test.');
  expect(vector).toHaveLength(384);
  expect(dot(vector, vector)).toBeCloseTo(1, 5);
});

test('Sentences of the same meaning are nearer than others', async () => {
  const [cat, kitten, bond] = await vectors([
    'A cat sleeps on the sofa.',
    'A kitten is napping on the couch.',
    'The central bank raised interest rates.',
  ]);
  expect(dot(cat, kitten)).toBeGreaterThan(0.6);
  expect(dot(cat, bond)).toBeLessThan(0.2);
});

test('A text has the same vector alone and among others, in the order given', async () => {
  const texts = Array.from({ length: 40 }, (_, index) => `text number ${index} `.repeat(1 + (index % 5)));
  const together = await vectors(texts);
  expect(together).toHaveLength(40);
  expect(together[17]).toEqual((await vectors(texts[17] ?? ''))[0]);
});

test('The formats base64 and float have the same numbers', async () => {
  const [float] = await vectors('the same');
  const { data } = await embed('the same', { encoding_format: 'base64', dimensions: 384 });
  const bytes = Buffer.from(data[0]?.embedding as string, 'base64');
  const numbers = Array.from({ length: 384 }, (_, index) => bytes.readFloatLE(index * 4));
  expect(numbers).toEqual(float);
});

test('The usage counts the tokens of the model, and a text over 256 tokens is cut', async () => {
  expect((await embed('Hello world!')).usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
  const long = 'word '.repeat(100_000);
  expect((await embed([long, 'Hello world!'])).usage.prompt_tokens).toBe(261);
  const [cut, exact] = await vectors([long, 'word '.repeat(254)]);
  expect(dot(cut, exact)).toBeCloseTo(1, 5);
});

test('White space before the words does not hide them', async () => {
  const [padded, plain] = await vectors([`${' '.repeat(20_000)}A cat sleeps.`, 'A cat sleeps.']);
  expect(padded).toEqual(plain);
});

test('Texts that differ in characters without an entry in the vocabulary have vectors that differ', async () => {
  for (const [one, other] of [
    ['请离开宿舍', '请报销费用'],
    ['給湯室', '冷蔵庫'],
    ['쓰레기를 치워 주십시오', '회의실을 예약하십시오'],
    ['🌍', '🚀'],
    ['q'.repeat(150), 'z'.repeat(150)],
  ]) {
    const [first, second, again] = await vectors([one ?? '', other ?? '', one ?? '']);
    expect(dot(first, second)).toBeLessThan(0.95);
    expect(dot(first, again)).toBeCloseTo(1, 5);
  }
});

test('The tokens of texts are counted to their ends, with the number that is read of one', async () => {
  const input = ['', 'Hello world!', 'word '.repeat(5_000), '请离开宿舍', 'x'.repeat(150)];
  const response = await model.post('/v1/embeddings/tokens', { model: EMBEDDING_MODEL, input });
  const { data, limit } = (await response.json()) as { data: number[]; limit: number };
  expect(limit).toBe(254);
  expect(data.slice(0, 4)).toEqual([0, 3, 5_000, 5]);
  expect(data[4]).toBeGreaterThan(50);
  const read = await embed(['Hello world!', '请离开宿舍']);
  expect(read.usage.prompt_tokens).toBe(3 + 5 + 4);
  for (const [body, field] of [
    [{ model: EMBEDDING_MODEL, input: [] }, 'input'],
    [{ model: EMBEDDING_MODEL, input: ['a', 3] }, 'input'],
    [{ model: 'other', input: 'a' }, 'model'],
  ] as const) {
    const refused = await model.post('/v1/embeddings/tokens', body);
    expect([400, 404]).toContain(refused.status);
    expect(((await refused.json()) as { error: { param: string } }).error.param).toBe(field);
  }
});
