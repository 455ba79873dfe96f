import { beforeEach, expect, test } from 'vitest';
import { describeOnAllDatabases } from '../../../test/databases.ts';
import { json, type Behaviour } from '../../../test/upstream.ts';
import { takeLease } from '../../storage/lease.ts';
import { leaseOf } from './lease-store.ts';
import {
  DIMENSIONS,
  embeddings,
  openRetrieval,
  type TestRetrieval,
  MIGRATIONS,
} from '../retrieval.fixture.ts';
import { knownDimensions } from './recipe.ts';
import { tables } from '../rows.ts';

const WORKSPACE = 1;
const OTHER_DIMENSIONS = DIMENSIONS - 100;

describeOnAllDatabases('Embedding again', (open) => {
  let opened: TestRetrieval;
  let locations: string[];
  beforeEach(async () => {
    opened = await openRetrieval(await open(MIGRATIONS));
    locations = [];
    for (const word of ['owl', 'mouse', 'rat']) {
      locations.push(await opened.document(word, `${word} `.repeat(60).trim()));
    }
    await opened.retrieval.attach(WORKSPACE, locations);
  });
  const search = (query: string) =>
    opened.retrieval.search({ collectionId: WORKSPACE, query, topN: 4, threshold: 0.25 });
  const titles = async (query: string) => (await search(query)).map(({ metadata }) => metadata.title);

  test('Nothing is embedded again until the settings are changed', async () => {
    const { retrieval, upstream } = opened;
    const before = upstream.received.length;
    await retrieval.reembed();
    expect(upstream.received.length).toBe(before);
    expect(await retrieval.progress()).toEqual({
      model: 'embed-test',
      total: 3,
      done: 3,
      running: false,
      failed: 0,
      lastError: null,
    });
  });

  test('With another chunk size old vectors are found until the new ones are there, and no passage twice', async () => {
    const { retrieval, set } = opened;
    await set('chunkSize', '60');
    expect(await retrieval.progress()).toMatchObject({ total: 3, done: 0 });
    expect(await titles('owl')).toEqual(['owl']);
    await retrieval.reembed();
    expect(await retrieval.progress()).toMatchObject({ total: 3, done: 3, running: false });
    const hits = await search('owl');
    expect(hits.length).toBeGreaterThan(1);
    expect(hits.every(({ text }) => text.length < 200)).toBe(true);
  });

  test('Documents that an older version cut are embedded again only where their chunks change', async () => {
    const { retrieval, storage, upstream } = opened;
    await storage.transaction(async (tx) => {
      const db = tables(tx);
      await db.updateTable('embedding_recipes').set({ max_tokens: 0 }).execute();
      const change = db.updateTable('document_chunks').set({ content: 'cut otherwise: mouse' });
      await change.where('content', 'like', '%mouse mouse%').execute();
    });
    expect(await retrieval.progress()).toMatchObject({ total: 3, done: 0 });
    expect(await titles('owl')).toEqual(['owl']);
    const before = upstream.received.length;
    await retrieval.reembed();
    expect(await retrieval.progress()).toMatchObject({ total: 3, done: 3, failed: 0 });
    const asked = upstream.received.slice(before);
    expect(asked.map(({ body }) => body.includes('mouse mouse'))).toEqual([true]);
    for (const title of ['owl', 'mouse', 'rat']) expect(await titles(title)).toEqual([title]);
    expect((await search('mouse'))[0]?.text).not.toContain('cut otherwise');
  });

  /** Each model has vectors of its own length. */
  const byModel: Behaviour = (response, received) => {
    const { model } = JSON.parse(received.body.toString()) as { model: string };
    return embeddings(model === 'embed-other' ? OTHER_DIMENSIONS : DIMENSIONS)(response, received);
  };

  test('With another model waiting documents are found by the former one, and vectors of the two are never compared', async () => {
    const { retrieval, set, upstream } = opened;
    const asked: string[] = [];
    let refused = 'mouse';
    upstream.answer((response, received) => {
      const { model } = JSON.parse(received.body.toString()) as { model: string };
      asked.push(model);
      const isRefused = model === 'embed-other' && received.body.includes(`${refused} ${refused}`);
      return (isRefused ? json({ error: { message: 'too hot' } }, 400) : byModel)(response, received);
    });
    await set('model', 'embed-other');
    for (const title of ['owl', 'mouse', 'rat']) expect(await titles(title)).toEqual([title]);
    await retrieval.reembed();
    expect(await retrieval.progress()).toMatchObject({ total: 3, done: 2, failed: 1 });
    for (const title of ['owl', 'mouse', 'rat']) expect(await titles(title)).toEqual([title]);
    expect(await knownDimensions(opened.storage.db, await retrieval.model())).toBe(OTHER_DIMENSIONS);
    refused = 'nothing';
    await retrieval.attach(WORKSPACE, locations);
    asked.length = 0;
    expect(await titles('mouse')).toEqual(['mouse']);
    expect(asked).toEqual(['embed-other']);
  });

  test('A former model that does not answer any more hides only its own documents', async () => {
    const { retrieval, document, set, upstream } = opened;
    upstream.answer((response, received) =>
      received.body.includes('"embed-test"')
        ? json({ error: { message: 'gone' } }, 404)(response, received)
        : byModel(response, received),
    );
    await set('model', 'embed-other');
    await retrieval.attach(WORKSPACE, [await document('mole', 'a mole')]);
    expect(await titles('mole')).toEqual(['mole']);
    expect(await titles('owl')).toEqual([]);
  });

  test('A document that fails is reported and does not delay the others', async () => {
    const { retrieval, set, upstream } = opened;
    await set('chunkSize', '60');
    upstream.answer((response, received) =>
      received.body.includes('mouse')
        ? json({ error: { message: 'too hot' } }, 400)(response, received)
        : embeddings()(response, received),
    );
    await retrieval.reembed();
    const progress = await retrieval.progress();
    expect(progress).toMatchObject({ total: 3, done: 2, failed: 1, running: false });
    expect(progress.lastError).toContain('too hot');
  });

  test('Two processes share the work without doing it twice', async () => {
    const { retrieval, set, upstream, another } = opened;
    const other = await another();
    await set('chunkSize', '100');
    const before = upstream.received.length;
    await Promise.all([retrieval.reembed(), other.reembed()]);
    await Promise.all([retrieval.reembed(), other.reembed()]);
    expect(await retrieval.progress()).toMatchObject({ total: 3, done: 3 });
    expect(upstream.received.length - before).toBe(3);
  });

  test('A process that stops in the middle keeps its finished documents, and another one continues', async () => {
    const { retrieval, set, upstream, another } = opened;
    await set('chunkSize', '100');
    let asked = 0;
    upstream.answer((response, received) => {
      // The second never answers: its caller is stopped meanwhile.
      if (++asked !== 2) return embeddings()(response, received);
      return undefined;
    });
    const round = retrieval.reembed();
    await expect.poll(() => asked).toBe(2);
    await retrieval.stop();
    await round;
    const other = await another();
    expect(await other.progress()).toMatchObject({ total: 3, done: 1 });
    await other.reembed();
    expect(await other.progress()).toMatchObject({ total: 3, done: 3 });
  });

  test('A process that slept while another one took the work over writes nothing any more', async () => {
    const { retrieval, set, upstream, storage } = opened;
    await set('chunkSize', '100');
    let [asked, answer] = [0, (): void => undefined];
    upstream.answer((response, received) => {
      if (++asked === 2) answer = () => void embeddings()(response, received);
      else return embeddings()(response, received);
      return undefined;
    });
    const round = retrieval.reembed();
    await expect.poll(() => asked).toBe(2);
    const taken = storage.transaction((tx) =>
      takeLease(tx, leaseOf('reembedding'), { holder: 'another', nowMs: 1e15, untilMs: 2e15 }),
    );
    expect(await taken).toBeDefined();
    answer();
    await round;
    expect(asked).toBe(2);
    expect(await retrieval.progress()).toMatchObject({ total: 3, done: 1, running: true, failed: 0 });
  });
});
