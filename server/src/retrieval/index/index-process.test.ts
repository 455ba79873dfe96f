import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeOn } from '../../../test/databases.ts';
import { openRetrieval, type TestRetrieval } from '../retrieval.fixture.ts';

const WORKSPACE = 1;

/** A search for each word, in a collection with a document a word. */
async function fill({ retrieval, document }: TestRetrieval, words: readonly string[]): Promise<void> {
  const locations: string[] = [];
  for (const word of words) locations.push(await document(word, word));
  await retrieval.attach(WORKSPACE, locations);
}

const titlesOf = async ({ retrieval }: TestRetrieval, query: string, collectionId = WORKSPACE) =>
  (await retrieval.search({ collectionId, query, topN: 2, threshold: 0.5 })).map(
    ({ metadata }) => metadata.title,
  );

function isThere(pid: number): boolean {
  try {
    // An ended process stays as a zombie until its parent waits for it.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const WORDS = Array.from({ length: 30 }, (_, at) => `word${at}`);

describeOn('sqlite', 'the index process', (open) => {
  test('The first search starts the index process, adding documents does not', async () => {
    const opened = await openRetrieval(await open());
    await fill(opened, ['owl']);
    expect(opened.retrieval.indexPid).toBeUndefined();
    expect(await titlesOf(opened, 'owl')).toEqual(['owl']);
    expect(opened.retrieval.indexPid).toBeGreaterThan(0);
  });

  test('The search after a kill of the index process finds the same, with another process', async () => {
    const opened = await openRetrieval(await open());
    await fill(opened, ['owl', 'mouse']);
    expect(await titlesOf(opened, 'owl')).toEqual(['owl']);
    for (const word of ['mouse', 'owl']) {
      const pid = opened.retrieval.indexPid ?? 0;
      process.kill(pid, 'SIGKILL');
      expect(await titlesOf(opened, word)).toEqual([word]);
      expect(opened.retrieval.indexPid).not.toBe(pid);
    }
  });

  test('A kill of the index process under many searches fails none of them', async () => {
    const opened = await openRetrieval(await open());
    await fill(opened, WORDS);
    await titlesOf(opened, 'word1');
    const searches = WORDS.map((word) => titlesOf(opened, word));
    process.kill(opened.retrieval.indexPid ?? 0, 'SIGKILL');
    expect((await Promise.all(searches)).flat()).toEqual(WORDS);
  });

  test('The index process ends with its parent', async () => {
    const opened = await openRetrieval(await open());
    await fill(opened, ['owl']);
    await titlesOf(opened, 'owl');
    const pid = opened.retrieval.indexPid ?? 0;
    await opened.retrieval.stop();
    await opened.retrieval.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(titlesOf(opened, 'owl')).rejects.toThrow('Keyward is stopping.');
  });

  test('The index process ends with its parent, also when that is killed', async () => {
    const opened = await openRetrieval(await open());
    const child = opened.startAttaching(WORKSPACE, [await opened.document('owl', 'owl')]);
    const [said] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(process.kill(pid, 0)).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => isThere(pid)).toBe(false);
  });

  test('A graph above the limit finds the same as comparing all, also after removals', async () => {
    const opened = await openRetrieval(await open(), { exactMax: 20 });
    await fill(opened, WORDS);
    const { retrieval, storage, documents } = opened;
    expect(await titlesOf(opened, 'word7')).toEqual(['word7']);
    const graphed = async () => (await retrieval.indexStatus()).held[0]?.graphed;
    await expect.poll(graphed).toBe(WORDS.length);
    for (const word of WORDS) expect(await titlesOf(opened, word)).toEqual([word]);
    const members = await retrieval.members(storage.db, WORKSPACE);
    const gone = members.slice(0, 5).map(({ documentId }) => documentId);
    await storage.transaction((tx) => documents.remove(tx, gone));
    const [first, , , , , sixth] = WORDS;
    expect(await titlesOf(opened, first ?? '')).toEqual([]);
    expect(await titlesOf(opened, sixth ?? '')).toEqual([sixth]);
    await expect.poll(graphed).toBe(WORDS.length - 5);
    await storage.transaction((tx) =>
      documents.remove(
        tx,
        members.slice(5, 25).map(({ documentId }) => documentId),
      ),
    );
    expect(await titlesOf(opened, WORDS.at(-1) ?? '')).toEqual(WORDS.slice(-1));
    expect(await graphed()).toBe(0);
  });

  test('The index process keeps the collections in use and drops others over its limit of memory', async () => {
    const opened = await openRetrieval(await open(), { heldBytesMax: 1 });
    await fill(opened, ['owl']);
    const other = await opened.document('rat', 'rat');
    await opened.retrieval.attach(2, [other]);
    for (let round = 0; round < 2; round++) {
      expect(await titlesOf(opened, 'owl')).toEqual(['owl']);
      expect(await titlesOf(opened, 'rat', 2)).toEqual(['rat']);
      const { held } = await opened.retrieval.indexStatus();
      expect(held.map(({ name }) => name)).toEqual(['2 embed-test']);
    }
  });
});
