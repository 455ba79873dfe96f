import pino from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { describeOnBothDatabases, type OpenDatabase } from '../../test/databases.ts';
import { removeMembers } from '../documents/index.ts';
import type { Attached } from '../retrieval/index.ts';
import { newStorageDir } from './anythingllm.fixture.ts';
import { claimNext, countWanted, forgetWanted, putOff } from './embedding-store.ts';
import { Embeddings } from './index.ts';
import { openTestMove, type TestMove } from './moving.fixture.ts';

/** Two workspaces; one document in both, another in the first only. */
async function imported(open: OpenDatabase): Promise<TestMove> {
  const from = newStorageDir();
  const [a, b] = ['a', 'b'].map((slug) => from.add('workspaces', { name: slug, slug }));
  const [one = '', two = ''] = ['one', 'two'].map((name) => from.addDocument(`docs/${name}.json`, 'Text.'));
  let docId = 0;
  for (const [workspaceId, docpath] of [
    [a, one],
    [b, one],
    [a, two],
  ] as const)
    from.add('workspace_documents', {
      docId: `${docId++}`,
      filename: docpath,
      docpath,
      workspaceId: workspaceId ?? 0,
    });
  const to = await openTestMove(open);
  await to.import(from);
  return to;
}

type Attach = (collectionId: number, locations: readonly string[]) => Promise<Attached>;

/** With a clock that only the test moves. */
function embeddingsOf({ storage, documents }: TestMove, attach: Attach): Embeddings {
  const logger = pino({ level: 'silent' });
  const clock = { nowMs: () => MUCH_LATER_MS + passedMs, monotonicMs: () => 0 };
  const embeddings = new Embeddings({ storage, clock, logger, documents, retrieval: { attach } });
  onTestFinished(() => embeddings.stop());
  return embeddings;
}

const MUCH_LATER_MS = Date.parse('2100-01-01T00:00:00Z');
let passedMs = 0;
beforeEach(() => void (passedMs = 0));

const fails = (location: string): Attached => ({ attached: [], failed: [{ location, error: 'away' }] });

describeOnBothDatabases('embedding imported documents', (open) => {
  test('an imported document is embedded once for each of its workspaces', async () => {
    const to = await imported(open);
    const seen: string[] = [];
    await embeddingsOf(to, async (collectionId, locations) => {
      seen.push(`${collectionId} ${locations.join()}`);
      return { attached: [...locations], failed: [] };
    }).run();
    expect(seen.sort()).toEqual(['1 docs/one.json', '1 docs/two.json', '2 docs/one.json']);
    expect(await countWanted(to.storage.db)).toEqual({ left: 0, failing: 0, error: null });
  });

  test('a document that fails ends the run and is retried later, after the others', async () => {
    const to = await imported(open);
    const seen: string[] = [];
    const embeddings = embeddingsOf(to, async (_, [location = '']) => {
      seen.push(location);
      return fails(location);
    });
    await embeddings.run();
    expect(seen.length).toBe(1);
    expect(await countWanted(to.storage.db)).toEqual({ left: 3, failing: 1, error: 'away' });
    await embeddings.run();
    await embeddings.run();
    expect(new Set(seen)).toEqual(new Set(['docs/one.json', 'docs/two.json']));
    await embeddings.run();
    expect(seen.length).toBe(3);
    passedMs += 10_000;
    await embeddings.run();
    expect(seen.length).toBe(4);
  });

  test('a document that was taken out of its workspace is not embedded', async () => {
    const to = await imported(open);
    const one = await to.documents.find(to.storage.db, 'docs/one.json');
    await to.storage.transaction((tx) => removeMembers(tx, 1, [one?.id ?? '']));
    await to.storage.transaction(async (tx) => {
      const two = await to.documents.find(tx, 'docs/two.json');
      await to.documents.remove(tx, [two?.id ?? '']);
    });
    const seen: string[] = [];
    await embeddingsOf(to, async (collectionId, [location = '']) => {
      seen.push(`${collectionId} ${location}`);
      return { attached: [location], failed: [] };
    }).run();
    expect(seen).toEqual(['2 docs/one.json']);
    expect((await countWanted(to.storage.db)).left).toBe(0);
  });

  test('two nodes share the work, and a document of a dead node is retried', async () => {
    const to = await imported(open);
    const nowMs = MUCH_LATER_MS;
    const dead = await to.storage.transaction((tx) =>
      claimNext(tx, { holder: 'dead', nowMs, untilMs: nowMs + 20_000 }),
    );
    const seen: string[] = [];
    const other = embeddingsOf(to, async (_, [location = '']) => {
      seen.push(location);
      return { attached: [location], failed: [] };
    });
    await other.run();
    expect([seen.length, (await countWanted(to.storage.db)).left]).toEqual([2, 1]);
    passedMs += 60_000;
    await other.run();
    expect([seen.length, (await countWanted(to.storage.db)).left]).toEqual([3, 0]);
    expect(dead?.attempts).toBe(1);
  });

  test('a node that slept cannot change a document that another node has taken', async () => {
    const to = await imported(open);
    const { storage } = to;
    const [nowMs, lease] = [MUCH_LATER_MS, { untilMs: MUCH_LATER_MS + 20_000 }];
    const slept = await storage.transaction((tx) => claimNext(tx, { holder: 'slept', nowMs, ...lease }));
    const laterMs = nowMs + 30_000;
    const awake = { holder: 'awake', nowMs: laterMs, untilMs: laterMs + 20_000 };
    const claimed = await Promise.all([1, 2, 3].map(() => storage.transaction((tx) => claimNext(tx, awake))));
    expect(claimed.map((wanted) => wanted?.documentId)).toContain(slept?.documentId);
    if (slept === undefined) throw new Error('Nothing was claimed.');
    const lost = { name: 'LeaseLostError' };
    await expect(storage.transaction((tx) => forgetWanted(tx, slept))).rejects.toMatchObject(lost);
    const putting = storage.transaction((tx) => putOff(tx, slept, { nextAt: 0, error: 'late' }));
    await expect(putting).rejects.toMatchObject(lost);
    expect(await countWanted(storage.db)).toEqual({ left: 3, failing: 0, error: null });
  });
});
