import { beforeEach, expect, test } from 'vitest';
import { describeOnAllDatabases } from '../../test/databases.ts';
import { json } from '../../test/upstream.ts';
import { embeddings, openRetrieval, type TestRetrieval, MIGRATIONS } from './retrieval.fixture.ts';
import { RERANK_SETTING } from './embedding/recipe.ts';
import type { SearchMode } from './index.ts';

const WORKSPACE = 1;

/** A model that knows of cats and dogs alone: everything else is the same to it. */
const cats = (text: string): number[] => [
  text.includes('cat') || text.includes('kitten') ? 1 : 0,
  text.includes('dog') ? 1 : 0,
  0.3,
];

describeOnAllDatabases('modes of searching', (open) => {
  let opened: TestRetrieval;
  beforeEach(async () => {
    opened = await openRetrieval(await open(MIGRATIONS));
    opened.upstream.answer((response, received) => {
      const { input } = JSON.parse(received.body.toString()) as { input: string[] };
      const data = input.map((text, index) => ({ index, embedding: cats(text) }));
      return json({ data })(response, received);
    });
    const locations = [
      await opened.document('kitten', 'A kitten sleeps on the sofa.'),
      await opened.document('cat', 'The cat of the neighbours eats fish.'),
      await opened.document('dog', 'A dog barks at the postman.'),
      await opened.document('part', 'Order part AX-9931 for the pump.'),
    ];
    await opened.retrieval.attach(WORKSPACE, locations);
  });
  const search = async (query: string, mode: SearchMode, more: object = {}) => {
    const request = { collectionId: WORKSPACE, query, topN: 2, threshold: 0.5, mode, ...more };
    return opened.retrieval.search(request);
  };
  const titles = async (query: string, mode: SearchMode, more: object = {}) =>
    (await search(query, mode, more)).map(({ metadata }) => metadata.title);

  test('Mode hybrid finds by words what the vectors do not distinguish', async () => {
    expect(await titles('AX-9931', 'default', { topN: 1 })).toEqual(['part']);
    const byVector = await titles('AX-9931 dog', 'default', { topN: 1 });
    expect(byVector).toEqual(['dog']);
    expect(await titles('AX-9931 dog', 'hybrid')).toEqual(expect.arrayContaining(['part', 'dog']));
    expect((await titles('cat fish neighbours', 'hybrid'))[0]).toBe('cat');
  });

  test('Mode hybrid finds a name in a question of common words, in few and in many passages', async () => {
    const { retrieval, document } = opened;
    const add = async (name: string, text: string) =>
      retrieval.attach(WORKSPACE, [await document(name, text)]);
    await add('inventory', 'The dog of Rohrwerk GmbH, supplier of the cat, 2019.');
    const isFound = async () =>
      (await titles('Since when do we buy from Rohrwerk?', 'hybrid', { topN: 4 })).includes('inventory');
    expect(await isFound()).toBe(true);
    await add('since', 'A dog: since when do we do what we do? We buy from the cat.');
    for (let at = 0; at < 10; at++)
      await add(`page ${at}`, `A dog and a cat from page ${at}, when we do it.`);
    expect(await isFound()).toBe(true);
    expect(await titles('When do we do it for her?', 'hybrid', { threshold: 0.9, topN: 4 })).not.toContain(
      'inventory',
    );
  });

  test('Mode hybrid leaves out passages that are neither near nor have the words', async () => {
    const found = await titles('cat', 'hybrid', { topN: 4 });
    expect(found.toSorted()).toEqual(['cat', 'kitten']);
  });

  test('A search by words uses the current words of the collection', async () => {
    const { retrieval, document } = opened;
    expect(await titles('zeppelin cat', 'hybrid', { topN: 1 })).toHaveLength(1);
    const late = await document('late', 'A dog in a zeppelin');
    await retrieval.attach(WORKSPACE, [late]);
    expect(await titles('zeppelin', 'hybrid', { topN: 1 })).toEqual(['late']);
    await retrieval.detach(WORKSPACE, [late]);
    expect(await titles('zeppelin', 'hybrid')).not.toContain('late');
  });

  test('Mode rerank without a model puts the passage with the words first, with a higher score', async () => {
    const [best, next] = await search('a cat eats fish', 'rerank');
    expect([best?.metadata.title, next?.metadata.title]).toEqual(['cat', 'kitten']);
    expect(best?.score).toBeGreaterThan(next?.score ?? 1);
    expect(best?.distance).toBeCloseTo(next?.distance ?? 0, 5);
  });

  test('Mode rerank asks the reranking model, whose failure does not fail the search', async () => {
    const { storage, settings, upstream } = opened;
    await storage.transaction((tx) => settings.set(tx, { [RERANK_SETTING]: { value: 'rerank-test' } }));
    let body: { query?: string; documents?: string[] } = {};
    let status = 200;
    upstream.answer((response, received) => {
      if (received.path.endsWith('/embeddings'))
        return json({ data: [{ index: 0, embedding: cats('cat') }] })(response, received);
      body = JSON.parse(received.body.toString()) as typeof body;
      const results = (body.documents ?? []).map((text, index) => ({
        index,
        relevance_score: text.includes('kitten') ? 0.9 : 0.1,
      }));
      return json({ results }, status)(response, received);
    });
    const [best] = await search('a cat eats fish', 'rerank');
    expect([best?.metadata.title, best?.score]).toEqual(['kitten', 0.9]);
    expect(body).toMatchObject({ query: 'a cat eats fish', model: 'rerank-test' });
    status = 400;
    expect(await titles('a cat eats fish', 'rerank')).toEqual(['cat', 'kitten']);
  });

  test('A model that gives no embeddings leaves the document pending and fails the search, with its name', async () => {
    const { retrieval, document, upstream } = opened;
    upstream.answer(json({ choices: [] }));
    const outcome = await retrieval.attach(WORKSPACE, [await document('x', 'x')]);
    expect(outcome.pending[0]?.reason).toContain('embed-test');
    await expect(search('cat', 'default')).rejects.toThrow('The model embed-test gave no embeddings.');
  });

  test('A model whose vectors have another length than before is refused', async () => {
    const { retrieval, document, upstream } = opened;
    upstream.answer(embeddings(5));
    const outcome = await retrieval.attach(WORKSPACE, [await document('x', 'x')]);
    expect(outcome.pending[0]?.reason).toContain('5 numbers, but gave 3 before');
    await expect(search('cat', 'default')).rejects.toThrow('5 numbers, but gave 3 before');
  });
});
