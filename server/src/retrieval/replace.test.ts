import { beforeEach, expect, test } from 'vitest';
import { NO_SELECTORS, type Caller } from '../access/index.ts';
import { describeOnAllDatabases } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import { embeddings, openRetrieval, type TestRetrieval, MIGRATIONS } from './retrieval.fixture.ts';

const [FIRST, SECOND] = [1, 2];
const VERSIONS = 12;
const caller: Caller = {
  keyId: 'key_test',
  keyName: 'test',
  ownerId: 'own_test',
  grants: ['workspaces:write'],
  scopes: new Set(['workspaces:write']),
  selectors: NO_SELECTORS,
  expiresAt: null,
  limits: [],
  budgets: [],
  holders: [],
  ancestors: [],
};

describeOnAllDatabases('A document whose text is replaced', (open) => {
  let opened: TestRetrieval;
  let location: string;
  let passedMs: number;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + passedMs };
  beforeEach(async () => {
    passedMs = 0;
    opened = await openRetrieval(await open(MIGRATIONS), { clock });
    location = await opened.document('owl', 'version 0 of the owl');
  });
  const search = async (collectionId: number, mode: 'default' | 'hybrid' = 'default') => {
    const wanted = { collectionId, query: 'owl version', topN: 10, threshold: 0, mode };
    const hits = await opened.retrieval.search(wanted);
    return hits.map(({ text }) => text.replace(/^.*<\/document_metadata>\s*/s, ''));
  };
  async function replace(text: string, { fails }: { fails?: Error } = {}): Promise<void> {
    const { documents, retrieval, storage } = opened;
    const document = await documents.find(storage.db, location);
    if (document === undefined) throw new Error('it is gone');
    const { metadata, folder, name } = document;
    const next = { folder, name, metadata, text, createdBy: 'own_test' };
    await retrieval.replace({
      document,
      metadata,
      text,
      store: async (tx) => {
        await documents.replace(tx, caller, { document, next });
        if (fails !== undefined) throw fails;
      },
    });
  }
  /** The next embedding waits until it is released. */
  function hold(): { begun: Promise<void>; release: () => void } {
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    opened.upstream.answer(async (response, received) => {
      opened.upstream.answer(embeddings());
      begun.resolve();
      await released.promise;
      return embeddings()(response, received);
    });
    return { begun: begun.promise, release: released.resolve };
  }

  test('Each search during many replacements finds exactly one version of the document', async () => {
    await opened.retrieval.attach(FIRST, [location]);
    await opened.retrieval.attach(FIRST, [await opened.document('hare', 'the hare is not asked for')]);
    const over = new AbortController();
    const wrong: string[][] = [];
    const counts = [0, 0, 0];
    const searching = (['default', 'hybrid', 'default'] as const).map(async (mode, at) => {
      for (; !over.signal.aborted; counts[at] = (counts[at] ?? 0) + 1) {
        const found = (await search(FIRST, mode)).filter((text) => text.includes('owl'));
        if (found.length !== 1) wrong.push(found);
      }
    });
    for (let version = 1; version <= VERSIONS; version++) {
      await replace(`version ${version} of the owl`);
      // A search is overtaken by few replacements, as by those of a model that computes.
      const before = [...counts];
      await expect
        .poll(() => counts.every((count, at) => count > (before[at] ?? 0)), { interval: 1 })
        .toBe(true);
    }
    over.abort();
    await Promise.all(searching);
    expect(wrong).toEqual([]);
  });

  test('A replacement that fails leaves the former text, its vectors and no others', async () => {
    const { retrieval, upstream, documents, storage } = opened;
    await retrieval.attach(FIRST, [location]);
    await expect(replace('version 1', { fails: new KeywardError('conflict', 'no') })).rejects.toThrow('no');
    upstream.answer((response) => void response.writeHead(500).end());
    await expect(replace('version 1')).rejects.toThrow(/upstream|model|test/);
    const { id = '' } = (await documents.find(storage.db, location)) ?? {};
    expect(await documents.content(storage.db, id)).toEqual({ text: 'version 0 of the owl', revision: 0 });
    expect(await retrieval.count()).toBe(1);
    upstream.answer(embeddings());
    expect(await search(FIRST)).toEqual(['version 0 of the owl']);
  });

  test.for([
    ['that is in no collection yet', []],
    ['that is in another collection already', [FIRST]],
  ] as const)(
    'An embedding of the former text of a document %s does not outlive its replacement',
    async ([, before]) => {
      const { retrieval, set } = opened;
      // Long enough that another size of chunks means other chunks, not those that it has.
      await replace('version 0 of the owl. '.repeat(60));
      for (const collection of before) await retrieval.attach(collection, [location]);
      await set('chunkSize', '500');
      const { begun, release } = hold();
      const attaching = retrieval.attach(SECOND, [location]);
      await begun;
      await replace('version 1 of the owl');
      release();
      expect((await attaching).attached).toEqual([location]);
      for (const collection of [...before, SECOND])
        expect(await search(collection)).toEqual(['version 1 of the owl']);
      expect(await retrieval.count([SECOND])).toBe(1);
    },
  );

  test.for([
    ['waits for its vectors', 0],
    ['has failed', 5],
  ] as const)(
    'A document that %s gets its new text during an outage, and its vectors afterwards',
    async ([, refusals]) => {
      const { retrieval, upstream } = opened;
      const later = async (): Promise<void> => {
        passedMs += 10 * 60_000;
        await retrieval.embedPending();
      };
      upstream.answer((response) => void response.writeHead(400).end('{}'));
      expect((await retrieval.attach(FIRST, [location])).pending).toHaveLength(1);
      for (let refusal = 0; refusal < refusals; refusal++) await later();
      const [before] = await retrieval.notEmbedded('all');
      expect(before?.status).toBe(refusals === 0 ? 'pending' : 'failed');
      await replace('version 1 of the owl');
      upstream.answer(embeddings());
      await later();
      expect(await retrieval.notEmbedded('all')).toEqual([]);
      expect(await search(FIRST)).toEqual(['version 1 of the owl']);
    },
  );

  test('A text that was read before a replacement is not embedded after it', async () => {
    const { documents, retrieval, storage } = opened;
    const document = await documents.find(storage.db, location);
    if (document === undefined) throw new Error('it is gone');
    const content = documents.content.bind(documents);
    documents.content = async (db, id) => {
      documents.content = content;
      const read = await content(db, id);
      const next = { ...document, text: 'version 1 of the owl', createdBy: 'own_test' };
      await storage.transaction((tx) => documents.replace(tx, caller, { document, next }));
      return read;
    };
    const attaching = retrieval.attach(FIRST, [location]);
    expect((await attaching).attached).toEqual([location]);
    expect(await search(FIRST)).toEqual(['version 1 of the owl']);
  });

  test('Of two replacements at once one follows the other', async () => {
    await opened.retrieval.attach(FIRST, [location]);
    const { begun, release } = hold();
    const slow = replace('version 1 of the owl');
    await begun;
    await replace('version 2 of the owl');
    release();
    await slow;
    expect(await search(FIRST)).toEqual(['version 1 of the owl']);
    expect(await opened.retrieval.count()).toBe(1);
  });
});
