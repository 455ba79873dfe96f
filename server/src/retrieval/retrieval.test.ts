import { beforeEach, expect, test } from 'vitest';
import { describeOnAllDatabases } from '../../test/databases.ts';
import { json } from '../../test/upstream.ts';
import type { Account, UsageReport } from '../models/index.ts';
import { deleteCollection } from './index.ts';
import { DIMENSIONS, EMBEDDING_MODEL, embeddings, openRetrieval, MIGRATIONS } from './retrieval.fixture.ts';
import type { TestRetrieval } from './retrieval.fixture.ts';
import type { Search } from './search.ts';
import { knownDimensions } from './embedding/recipe.ts';

const WORKSPACE = 2;
const OTHER = 3;

describeOnAllDatabases('retrieval', (open) => {
  let opened: TestRetrieval;
  beforeEach(async () => {
    opened = await openRetrieval(await open(MIGRATIONS));
  });
  const search = (query: string, more: Partial<Search> = {}) =>
    opened.retrieval.search({ collectionId: WORKSPACE, query, topN: 4, threshold: 0.25, ...more });

  test('A document of a collection is found there, with its header and metadata, and nowhere else', async () => {
    const { retrieval, document } = opened;
    const turnip = await document('turnip', 'The turnip festival takes place in spring.', {
      docAuthor: 'Ada',
    });
    const zebra = await document('zebra', 'Zebra stripes are unique.');
    expect(await retrieval.attach(WORKSPACE, [turnip, zebra])).toEqual({
      attached: [turnip, zebra],
      pending: [],
      failed: [],
    });
    const hits = await search('turnip festival');
    expect(hits).toHaveLength(1);
    expect(hits[0]).toMatchObject({
      text:
        '<document_metadata>\nsourceDocument: turnip\npublished: 11/21/2026, 1:50:14 AM\n</document_metadata>\n\n' +
        'The turnip festival takes place in spring.',
      metadata: { title: 'turnip', docAuthor: 'Ada', url: 'file://turnip' },
    });
    expect(Object.keys(hits[0] ?? {}).sort()).toEqual(
      ['id', 'documentId', 'text', 'distance', 'score', 'metadata'].sort(),
    );
    expect(hits[0]?.score).toBeCloseTo(1 - (hits[0]?.distance ?? 0), 6);
    expect(await search('turnip festival', { collectionId: OTHER })).toEqual([]);
    expect(await retrieval.count()).toBe(2);
    expect(await knownDimensions(opened.storage.db, await retrieval.model())).toBe(DIMENSIONS);
  });

  test('An unrelated passage scores 0 and is left out by the threshold alone', async () => {
    const { retrieval, document } = opened;
    await retrieval.attach(WORKSPACE, [await document('zebra', 'zebra')]);
    expect(await search('qqqq')).toEqual([]);
    const [hit] = await search('qqqq', { threshold: 0 });
    expect(hit).toMatchObject({ distance: 1, score: 0 });
  });

  test('A document that is added twice is there once, and a second collection costs no embedding', async () => {
    const { retrieval, document, storage, upstream } = opened;
    const note = await document('note', 'A note about owls.');
    await retrieval.attach(WORKSPACE, [note, note]);
    await retrieval.attach(WORKSPACE, [note]);
    const requests = upstream.received.length;
    await retrieval.attach(OTHER, [note]);
    expect(upstream.received.length).toBe(requests);
    expect(await retrieval.members(storage.db, WORKSPACE)).toHaveLength(1);
    expect(await search('owls', { threshold: 0 })).toHaveLength(1);
    expect(await retrieval.counts()).toEqual(
      new Map([
        [WORKSPACE, 1],
        [OTHER, 1],
      ]),
    );
    expect(await retrieval.count([OTHER])).toBe(1);
    expect(await retrieval.count([])).toBe(0);
  });

  test('A document that is removed from a collection is not found there, and its vectors stay for others', async () => {
    const { retrieval, document } = opened;
    const note = await document('note', 'A note about owls.');
    await retrieval.attach(WORKSPACE, [note]);
    await retrieval.attach(OTHER, [note]);
    expect(await search('owls')).toHaveLength(1);
    expect(await retrieval.detach(WORKSPACE, [note, 'custom-documents/none.json'])).toBe(1);
    expect(await retrieval.detach(WORKSPACE, [note])).toBe(0);
    expect(await search('owls')).toEqual([]);
    expect(await search('owls', { collectionId: OTHER })).toHaveLength(1);
  });

  test('A missing document and one that cannot be embedded are reported, and the others are added', async () => {
    const { retrieval, document, upstream } = opened;
    const good = await document('good', 'A good text.');
    const bad = await document('bad', 'A bad text.');
    upstream.answer((response, { body }) => {
      const isBad = body.includes('bad text');
      response.writeHead(isBad ? 400 : 200, { 'content-type': 'application/json' });
      const data = [{ index: 0, embedding: [1, 0] }];
      response.end(JSON.stringify(isBad ? { error: { message: 'too hot' } } : { data }));
    });
    const outcome = await retrieval.attach(WORKSPACE, [bad, good, 'custom-documents/none.json']);
    expect(outcome.attached).toEqual([good]);
    expect(outcome.pending).toMatchObject([
      { location: bad, reason: expect.stringContaining('too hot') as string },
    ]);
    expect(outcome.failed).toEqual([
      { location: 'custom-documents/none.json', error: 'There is no such document.' },
    ]);
  });

  test('The payer of a document gets its use once, also when the document fails', async () => {
    const { retrieval, document, upstream, set } = opened;
    await set('chunkSize', '60');
    const lines = Array.from({ length: 300 }, (_, at) => `owl number ${at} sits on branch number ${at}`);
    const long = await document('long', lines.join('\n\n'));
    const told: string[] = [];
    const reports: UsageReport[] = [];
    const account: Account = {
      callerId: 'own_test',
      selector: undefined,
      isBudgeted: true,
      countsMoney: false,
      reserve: async ({ least: { tokens } }) => {
        told.push(tokens > 1_000 ? 'reserve all' : 'reserve too little');
        return 'whole' as const;
      },
      answeredBy: () => void told.push('answered'),
      notAnswered: () => void told.push('not answered'),
      settle: (report) => void reports.push(report),
    };
    const payer = { account: () => account };
    upstream.answer(embeddings(), json({ error: { message: 'too hot' } }, 400), embeddings());
    expect((await retrieval.attach(WORKSPACE, [long], { payer })).pending).toHaveLength(1);
    await expect.poll(() => reports).toHaveLength(1);
    expect(told).toEqual(['reserve all', 'not answered']);
    expect(reports[0]?.outcome).not.toBe('ok');
    expect(reports[0]?.tokensIn).toBeGreaterThan(100);
    expect((await retrieval.attach(WORKSPACE, [long], { payer })).attached).toEqual([long]);
    await expect.poll(() => reports).toHaveLength(2);
    expect(reports[1]).toMatchObject({ outcome: 'ok', tokensIn: expect.any(Number) });
    expect(reports[1]?.tokensIn).toBeGreaterThan(reports[0]?.tokensIn ?? 0);
    // It has its vectors: there is no cost.
    await retrieval.attach(OTHER, [long], { payer });
    expect(reports).toHaveLength(2);
  });

  test('A removed document leaves no vectors and no memberships', async () => {
    const { retrieval, document, storage, documents } = opened;
    const note = await document('note', 'A note about owls.');
    await retrieval.attach(WORKSPACE, [note]);
    expect(await search('owls')).toHaveLength(1);
    const found = await documents.find(storage.db, note);
    await storage.transaction((tx) => documents.remove(tx, [found?.id ?? '']));
    expect(await search('owls')).toEqual([]);
    expect(await retrieval.count()).toBe(0);
    expect(await retrieval.members(storage.db, WORKSPACE)).toEqual([]);
  });

  test('A removed collection is empty and accepts no documents', async () => {
    const { retrieval, document, storage } = opened;
    const note = await document('note', 'A note about owls.');
    await retrieval.attach(WORKSPACE, [note]);
    await storage.transaction((tx) => deleteCollection(tx, WORKSPACE));
    expect(await search('owls')).toEqual([]);
    const late = await retrieval.attach(WORKSPACE, [note]);
    expect(late.failed).toEqual([{ location: note, error: 'The workspace was removed meanwhile.' }]);
    expect(await retrieval.members(storage.db, WORKSPACE)).toEqual([]);
  });

  test('Pins belong to the collection', async () => {
    const { retrieval, document, storage } = opened;
    const note = await document('note', 'A note about owls.');
    const pin = (isPinned: boolean, collection = WORKSPACE) =>
      storage.transaction((tx) => retrieval.setPinned(tx, collection, { location: note, isPinned }));
    expect(await pin(true)).toBe(false);
    await retrieval.attach(WORKSPACE, [note]);
    expect(await pin(true)).toBe(true);
    expect(await pin(true, OTHER)).toBe(false);
    expect((await retrieval.pinned(storage.db, WORKSPACE)).map(({ pinned }) => pinned)).toEqual([true]);
    expect(await pin(false)).toBe(true);
    expect(await retrieval.pinned(storage.db, WORKSPACE)).toEqual([]);
  });

  test('An empty collection, an empty question and a document without words give no passages', async () => {
    const { retrieval, document } = opened;
    expect(await search('anything')).toEqual([]);
    const blank = await document('blank', ' \n ');
    expect((await retrieval.attach(WORKSPACE, [blank])).attached).toEqual([blank]);
    expect(await search('anything', { threshold: 0 })).toEqual([]);
    expect(await search('')).toEqual([]);
  });

  test('A search can leave documents out', async () => {
    const { retrieval, document, documents, storage } = opened;
    const [a, b] = [await document('a', 'owls and mice'), await document('b', 'owls and rats')];
    await retrieval.attach(WORKSPACE, [a, b]);
    const known = await documents.find(storage.db, a);
    const hits = await search('owls and mice', { except: async () => [known?.id ?? ''] });
    expect(hits.map(({ metadata }) => metadata.title)).toEqual(['b']);
  });

  test('A long text is found by each of its parts', async () => {
    const { retrieval, document } = opened;
    const paragraph = (word: string) => `${word} `.repeat(120).trim();
    const long = await document('long', ['owl', 'mouse', 'rat'].map(paragraph).join('\n\n'));
    await retrieval.attach(WORKSPACE, [long]);
    expect(await retrieval.count()).toBe(3);
    const [hit] = await search('mouse');
    expect(hit?.text).toContain('mouse mouse');
  });

  test('The next search finds a change that another process made', async () => {
    const { retrieval, document, another } = opened;
    const [a, b] = [await document('a', 'owls'), await document('b', 'owls too')];
    const other = await another();
    await retrieval.attach(WORKSPACE, [a]);
    expect(await search('owls')).toHaveLength(1);
    await other.attach(WORKSPACE, [b]);
    expect(await search('owls')).toHaveLength(2);
    await other.detach(WORKSPACE, [a]);
    expect((await search('owls')).map(({ metadata }) => metadata.title)).toEqual(['b']);
    expect(await other.model()).toBe(EMBEDDING_MODEL);
  });
});
