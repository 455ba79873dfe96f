import { once } from 'node:events';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { describeOnAllDatabases } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import { underPermit, type Permit } from '../storage/index.ts';
import { embeddings, openRetrieval, type TestRetrieval, MIGRATIONS } from './retrieval.fixture.ts';

const WORKSPACE = 1;
/** Cut at 60 characters each is a chunk of its own; written in two pieces and a rest. */
const PARAGRAPHS = 600;
/** Requests with 64 texts each, after which some chunks are written and some are not. */
const REQUESTS_ANSWERED = 6;
const MINUTE_MS = 60_000;

const permitOf = (signal: AbortSignal): Permit => ({
  refuseEnded: () => signal.throwIfAborted(),
  stands: () => undefined,
  signal,
  check: async () => signal.throwIfAborted(),
});

describeOnAllDatabases('A process that dies while it embeds', (open) => {
  let opened: TestRetrieval;
  let long: string;
  let passedMs: number;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + passedMs };
  beforeEach(async () => {
    passedMs = 0;
    opened = await openRetrieval(await open(MIGRATIONS), { clock });
    await opened.set('chunkSize', '60');
    const lines = Array.from(
      { length: PARAGRAPHS },
      (_, at) => `owl number ${at} sits on branch number ${at}`,
    );
    long = await opened.document('long', lines.join('\n\n'));
  });
  const search = () =>
    opened.retrieval.search({ collectionId: WORKSPACE, query: 'owl', topN: 1_000, threshold: 0 });
  const storedChunks = async () => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from document_chunks`.execute(
      opened.storage.db,
    );
    return rows[0]?.count ?? 0;
  };
  /** A process that is killed when the model has answered some of its requests. */
  async function attachAndDie(): Promise<void> {
    let asked = 0;
    const before = await storedChunks();
    opened.upstream.answer((response, received) =>
      ++asked <= REQUESTS_ANSWERED ? embeddings()(response, received) : undefined,
    );
    const child = opened.startAttaching(WORKSPACE, [long]);
    await expect.poll(storedChunks, { timeout: 15_000 }).toBeGreaterThan(before);
    child.kill('SIGKILL');
    await once(child, 'exit');
    opened.upstream.answer(embeddings());
  }

  test('Nothing of the document is found after a kill, it is pending, and a repeat completes it', async () => {
    const { retrieval, storage } = opened;
    await attachAndDie();
    expect(await search()).toEqual([]);
    expect(await retrieval.count()).toBe(0);
    expect(await retrieval.members(storage.db, WORKSPACE)).toHaveLength(1);
    expect(await retrieval.notEmbedded('all')).toMatchObject([{ status: 'pending', isSoon: true }]);
    expect((await retrieval.attach(WORKSPACE, [long])).attached).toEqual([long]);
    expect(await retrieval.count()).toBe(PARAGRAPHS);
    expect(await search()).toHaveLength(PARAGRAPHS);
    // The chunks of the dead process were removed.
    expect(await storedChunks()).toBe(PARAGRAPHS);
    expect(await retrieval.notEmbedded('all')).toEqual([]);
  });

  test('All documents that a killed process was to embed are embedded by another once its lease is over', async () => {
    const { retrieval, upstream, startAttaching } = opened;
    const locations = [await opened.document('one', 'One owl.'), await opened.document('two', 'Two owls.')];
    upstream.answer(() => undefined);
    const child = startAttaching(WORKSPACE, locations);
    await expect.poll(() => upstream.received.length, { timeout: 15_000 }).toBe(1);
    const waiting = async () => (await retrieval.notEmbedded('all')).map(({ reason }) => reason);
    expect(await waiting()).toEqual(['It is being embedded.', 'It is being embedded.']);
    upstream.answer(embeddings());
    await retrieval.embedPending();
    // The process that embeds them is alive.
    expect(upstream.received.length).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    passedMs = MINUTE_MS;
    expect(await waiting()).toEqual(['It waits for its turn.', 'It waits for its turn.']);
    await retrieval.embedPending();
    expect(await waiting()).toEqual([]);
    expect((await search()).map(({ metadata }) => metadata.title).toSorted()).toEqual(['one', 'two']);
  });

  test('A request that ends without having embedded a document takes it back', async () => {
    const { retrieval, upstream, storage, documents } = opened;
    const told: string[] = [];
    const id = (await documents.find(storage.db, long))?.id;
    const tell = (what: string) => async (_: unknown, document: { id: string }) =>
      void told.push(`${what} ${document.id}`);
    upstream.answer(() => undefined);
    const ended = new AbortController();
    const attaching = underPermit(permitOf(ended.signal), () =>
      retrieval.attach(WORKSPACE, [long], { alongside: tell('added'), undo: tell('taken back') }),
    );
    await expect.poll(() => upstream.received.length).toBeGreaterThan(0);
    expect(await retrieval.members(storage.db, WORKSPACE)).toHaveLength(1);
    ended.abort(new KeywardError('key_revoked', 'The key was revoked.'));
    await expect(attaching).rejects.toMatchObject({ code: 'key_revoked' });
    expect(await retrieval.members(storage.db, WORKSPACE)).toEqual([]);
    expect(await retrieval.notEmbedded('all')).toEqual([]);
    expect(told).toEqual([`added ${id}`, `taken back ${id}`]);
  });

  test('The old vectors stay complete after a kill during embedding again', async () => {
    const { retrieval, set, upstream } = opened;
    await set('chunkSize', '200');
    await retrieval.attach(WORKSPACE, [long]);
    const before = await retrieval.count();
    await set('chunkSize', '60');
    await attachAndDie();
    expect(await search()).toHaveLength(before);
    expect(await retrieval.count()).toBe(before);
    upstream.answer(embeddings());
    await retrieval.reembed();
    expect(await search()).toHaveLength(PARAGRAPHS);
    expect(await storedChunks()).toBe(PARAGRAPHS);
  });

  test('Nothing of the document is found after a full disk, and a repeat completes it', async () => {
    const { retrieval, storage } = opened;
    // PostgreSQL has no such limit.
    if (storage.dialect !== 'sqlite') return;
    const limit = (pages: number) =>
      storage.transaction((tx) => sql.raw(`pragma max_page_count = ${pages}`).execute(tx));
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(storage.db);
    await limit((rows[0]?.page_count ?? 0) + 50);
    await expect(retrieval.attach(WORKSPACE, [long])).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('full') as string,
    });
    expect(await search()).toEqual([]);
    expect(await retrieval.members(storage.db, WORKSPACE)).toEqual([]);
    await limit(1_000_000);
    expect((await retrieval.attach(WORKSPACE, [long])).attached).toEqual([long]);
    expect(await search()).toHaveLength(PARAGRAPHS);
    expect(await storedChunks()).toBe(PARAGRAPHS);
  });

  test('Two processes that embed the same document at once make one set of vectors', async () => {
    const { retrieval, another, storage } = opened;
    const other = await another();
    const outcomes = await Promise.all([
      retrieval.attach(WORKSPACE, [long]),
      other.attach(WORKSPACE, [long]),
      other.attach(2, [long]),
    ]);
    expect(outcomes.map(({ attached }) => attached)).toEqual([[long], [long], [long]]);
    expect(await retrieval.count([WORKSPACE])).toBe(PARAGRAPHS);
    expect(await retrieval.members(storage.db, WORKSPACE)).toHaveLength(1);
    expect(await storedChunks()).toBe(PARAGRAPHS);
    expect(await search()).toHaveLength(PARAGRAPHS);
  });

  test('A document that is removed while it is embedded leaves nothing', async () => {
    const { retrieval, documents, storage, upstream } = opened;
    let goOn: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    let asked = 0;
    upstream.answer(async (response, received) => {
      if (++asked === REQUESTS_ANSWERED) await waiting;
      return embeddings()(response, received);
    });
    const attaching = retrieval.attach(WORKSPACE, [long]);
    await expect.poll(() => asked).toBeGreaterThanOrEqual(REQUESTS_ANSWERED);
    const found = await documents.find(storage.db, long);
    await storage.transaction((tx) => documents.remove(tx, [found?.id ?? '']));
    goOn();
    const { attached, failed } = await attaching;
    expect([attached, failed.length]).toEqual([[], 1]);
    expect(await storedChunks()).toBe(0);
    expect(await search()).toEqual([]);
  });
});
