import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { describeOn, describeOnBothDatabases } from '../../../test/databases.ts';
import { backup, openStorage, restore, type Storage } from '../../storage/index.ts';
import { DIMENSIONS, embeddings, MIGRATIONS, openRetrieval } from '../retrieval.fixture.ts';
import type { TestRetrieval } from '../retrieval.fixture.ts';
import { retrievalOn } from '../retrieval-on.fixture.ts';
import type { Retrieval } from '../index.ts';

const WORKSPACE = 1;
const VECTORS = `derived_vectors_${DIMENSIONS}`;
const PASSES = `derived_passes_${DIMENSIONS}`;

const titlesOf = async (retrieval: Retrieval, query: string, more: object = {}) =>
  (await retrieval.search({ collectionId: WORKSPACE, query, topN: 4, threshold: 0.25, ...more })).map(
    ({ metadata }) => metadata.title,
  );

/** Puts a document a word into the collection. */
async function fill({ retrieval, document }: TestRetrieval, words: readonly string[]): Promise<string[]> {
  const locations: string[] = [];
  for (const word of words) locations.push(await document(word, word));
  expect((await retrieval.attach(WORKSPACE, locations)).failed).toEqual([]);
  return locations;
}

async function countIn(storage: Storage, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
    storage.db,
  );
  return rows[0]?.count ?? 0;
}

describeOn('pgvector', 'PostgreSQL searches by vectors', (open) => {
  test('A search by vectors needs no index process, a search by words has one', async () => {
    const opened = await openRetrieval(await open(MIGRATIONS));
    await fill(opened, ['owl', 'mouse', 'rat']);
    expect(await titlesOf(opened.retrieval, 'mouse')).toEqual(['mouse']);
    expect(opened.retrieval.indexPid).toBeUndefined();
    expect(await titlesOf(opened.retrieval, 'mouse', { mode: 'hybrid' })).toEqual(['mouse']);
    expect(opened.retrieval.indexPid).toBeGreaterThan(0);
  });

  test('Documents that were embedded without the extension are found by the index process until their vectors are added', async () => {
    const opened = await openRetrieval(await open(MIGRATIONS), { pgvector: false });
    await fill(opened, ['owl', 'mouse', 'rat']);
    const first = await opened.another({ pgvector: true });
    expect(await titlesOf(first, 'owl')).toEqual(['owl']);
    expect(first.indexPid).toBeGreaterThan(0);
    // That search has asked for it.
    await expect.poll(() => countIn(opened.storage, PASSES).catch(() => 0)).toBe(3);
    const second = await opened.another({ pgvector: true });
    expect(await titlesOf(second, 'owl')).toEqual(['owl']);
    expect(second.indexPid).toBeUndefined();
    // Nor does what is embedded without it later, beside processes that use it, go unseen.
    await opened.retrieval.attach(WORKSPACE, [await opened.document('late', 'owl')]);
    expect((await titlesOf(second, 'owl')).toSorted()).toEqual(['late', 'owl']);
  });

  test('Documents that are removed or embedded again leave no old vectors', async () => {
    const opened = await openRetrieval(await open(MIGRATIONS));
    const { retrieval, documents, storage, set } = opened;
    const [owl = ''] = await fill(opened, ['owl', 'mouse '.repeat(60).trim()]);
    const found = await documents.find(storage.db, owl);
    await storage.transaction((tx) => documents.remove(tx, [found?.id ?? '']));
    expect([await countIn(storage, VECTORS), await countIn(storage, PASSES)]).toEqual([1, 1]);
    await set('chunkSize', '60');
    await retrieval.reembed();
    const chunks = await retrieval.count();
    expect(chunks).toBeGreaterThan(1);
    expect([await countIn(storage, VECTORS), await countIn(storage, PASSES)]).toEqual([chunks, 1]);
    expect(await titlesOf(retrieval, 'owl')).toEqual([]);
    expect(retrieval.indexPid).toBeUndefined();
  });

  test('A search works while the extension is dropped, and its vectors are back when it is', async () => {
    const opened = await openRetrieval(await open(MIGRATIONS));
    const { retrieval, document, storage, another } = opened;
    await fill(opened, ['owl']);
    expect(await titlesOf(retrieval, 'owl')).toEqual(['owl']);
    const beside = await another();
    expect(await titlesOf(beside, 'owl')).toEqual(['owl']);
    await sql`drop extension vector cascade`.execute(storage.db);
    expect((await retrieval.attach(WORKSPACE, [await document('late', 'owl')])).failed).toEqual([]);
    for (const one of [retrieval, beside]) {
      expect((await titlesOf(one, 'owl')).toSorted()).toEqual(['late', 'owl']);
      expect(one.indexPid).toBeGreaterThan(0);
    }
    const again = await another();
    again.start();
    await expect.poll(() => countIn(storage, PASSES).catch(() => 0)).toBe(2);
    expect((await titlesOf(again, 'owl')).toSorted()).toEqual(['late', 'owl']);
    expect(again.indexPid).toBeUndefined();
  });

  test('A role that may not create the extension searches by the index process', async () => {
    const database = await open();
    const role = `modest_${randomBytes(4).toString('hex')}`;
    await sql.raw(`create role ${role} login password '${role}'`).execute(database.storage.db);
    await sql.raw(`grant all on schema public to ${role}`).execute(database.storage.db);
    const url = new URL(database.location);
    Object.assign(url, { username: role, password: role });
    const storage = await openStorage(url.href);
    onTestFinished(() => storage.close());
    const opened = await openRetrieval({ ...database, location: url.href, storage });
    await fill(opened, ['owl']);
    expect(await titlesOf(opened.retrieval, 'owl')).toEqual(['owl']);
    expect(opened.retrieval.indexPid).toBeGreaterThan(0);
    await expect(countIn(opened.storage, VECTORS)).rejects.toThrow('does not exist');
  });

  test('Vectors that are too long for a graph are found by the index process', async () => {
    const opened = await openRetrieval(await open(MIGRATIONS));
    opened.upstream.answer(embeddings(4_001));
    await fill(opened, ['owl', 'mouse']);
    expect(await titlesOf(opened.retrieval, 'mouse')).toEqual(['mouse']);
    expect(opened.retrieval.indexPid).toBeGreaterThan(0);
  });

  test('The longest vectors of a graph are found by it, and a vector of zeros has distance 1 to all', async () => {
    const opened = await openRetrieval(await open(MIGRATIONS));
    opened.upstream.answer(embeddings(4_000));
    await fill(opened, ['owl', '!!!']);
    const request = { collectionId: WORKSPACE, query: 'owl', topN: 4, threshold: 0 };
    const hits = await opened.retrieval.search(request);
    expect(hits.map(({ metadata, distance }) => [metadata.title, distance])).toEqual([
      ['owl', 0],
      ['!!!', 1],
    ]);
    expect(opened.retrieval.indexPid).toBeUndefined();
  });

  describeOnBothDatabases('a backup', (openTarget) => {
    test('A backup has all that a database without the extension needs', async () => {
      const opened = await openRetrieval(await open(MIGRATIONS));
      await fill(opened, ['owl', 'mouse']);
      const folder = mkdtempSync(join(tmpdir(), 'keyward-backup-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const path = join(folder, 'x.backup');
      const { rows } = await backup(opened.storage, path, { nowMs: 1 });
      expect(Object.keys(rows).filter((table) => table.startsWith('derived'))).toEqual([]);
      const { storage } = await openTarget();
      await restore(storage, path, { migrations: MIGRATIONS, nowMs: 2 });
      const moved = retrievalOn(storage);
      onTestFinished(() => moved.stop());
      expect(await titlesOf(moved.retrieval, 'mouse')).toEqual(['mouse']);
    });
  });
});
