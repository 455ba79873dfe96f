import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { describeOn, describeOnBothDatabases, type TestDatabase } from '../../../test/databases.ts';
import { json, type Behaviour } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { removeMembers } from '../../documents/index.ts';
import { LocalModel } from '../../models/index.ts';
import { deleteCollection } from '../index.ts';
import { embeddings, MIGRATIONS, openRetrieval, type TestRetrieval } from '../retrieval.fixture.ts';

const WORKSPACE = 1;
const OTHER = 2;
const MINUTES_MS = 10 * 60_000;

const down = json({ error: { message: 'down for maintenance' } }, 503);
const hot = json({ error: { message: 'too hot' } }, 400);

describeOnBothDatabases('Documents that cannot be embedded at first', (open) => {
  let opened: TestRetrieval;
  let passedMs: number;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + passedMs };
  beforeEach(async () => {
    passedMs = 0;
    opened = await openRetrieval(await open(MIGRATIONS), { clock });
  });
  const found = async (query: string, collectionId = WORKSPACE) => {
    const hits = await opened.retrieval.search({ collectionId, query, topN: 4, threshold: 0.1 });
    return hits.map(({ metadata }) => metadata.title);
  };
  const waiting = async () =>
    (await opened.retrieval.notEmbedded('all')).map(({ status, reason }) => [status, reason]);
  /** Some documents are in a collection, while the model is down. */
  async function kept(...titles: string[]): Promise<string[]> {
    const locations: string[] = [];
    for (const title of titles) locations.push(await opened.document(title, `About an ${title}.`));
    opened.upstream.answer(down);
    const outcome = await opened.retrieval.attach(WORKSPACE, locations);
    expect(outcome).toMatchObject({ attached: [], failed: [] });
    expect(outcome.pending.map(({ location }) => location)).toEqual(locations);
    return locations;
  }
  const embedLater = async (behaviour: Behaviour = embeddings()): Promise<void> => {
    passedMs += MINUTES_MS;
    opened.upstream.answer(behaviour);
    await opened.retrieval.embedPending();
  };

  test('A document is in its collection with the reason, and searchable once the model answers', async () => {
    const { retrieval, storage, upstream } = opened;
    await kept('owl');
    expect(await retrieval.members(storage.db, WORKSPACE)).toHaveLength(1);
    expect(await waiting()).toEqual([['pending', expect.stringContaining('down for maintenance')]]);
    expect(await retrieval.hasVectors(WORKSPACE)).toBe(false);
    await embedLater(down);
    expect(await waiting()).toHaveLength(1);
    await embedLater();
    expect(await waiting()).toEqual([]);
    expect(await found('owl')).toEqual(['owl']);
    const asked = upstream.received.length;
    await embedLater();
    expect(upstream.received.length).toBe(asked);
  });

  test('After one outage the other documents are kept without a try, and those with vectors are added', async () => {
    const { retrieval, document, upstream } = opened;
    const embedded = await document('hare', 'About a hare.');
    await retrieval.attach(OTHER, [embedded]);
    const rest = [await document('owl', 'An owl.'), embedded, await document('rat', 'A rat.')];
    await opened.set('model', 'nobody-has-it');
    const outcome = await retrieval.attach(WORKSPACE, rest);
    expect(outcome.pending.map(({ reason }) => reason)).toEqual(
      Array.from(
        { length: 3 },
        () => expect.stringContaining('No model "nobody-has-it" can be reached.') as string,
      ),
    );
    await opened.set('model', 'embed-test');
    const asked = upstream.received.length;
    await embedLater();
    expect(upstream.received.length - asked).toBe(2);
    expect(await waiting()).toEqual([]);
  });

  test('A document that the model refuses five times has failed, and adding it again is another try', async () => {
    const { retrieval, upstream } = opened;
    const [owl = '', rat = ''] = await kept('owl', 'rat');
    const refusesOwl: Behaviour = (response, received) =>
      (received.body.includes('owl') ? hot : embeddings())(response, received);
    for (let tries = 0; tries < 5; tries++) await embedLater(refusesOwl);
    expect(await waiting()).toEqual([['failed', expect.stringContaining('too hot')]]);
    expect(await found('rat')).toEqual(['rat']);
    const asked = upstream.received.length;
    await embedLater();
    expect(upstream.received.length).toBe(asked);
    expect(await retrieval.attach(WORKSPACE, [owl, rat])).toMatchObject({ attached: [owl, rat] });
    expect(await waiting()).toEqual([]);
    expect(await found('owl')).toEqual(['owl']);
  });

  test('Removed documents, and those of removed collections, are not embedded afterwards', async () => {
    const { retrieval, storage, documents, upstream } = opened;
    const [removed = '', taken = '', left = ''] = await kept('owl', 'rat', 'mole');
    await retrieval.attach(OTHER, [left]);
    const id = (await documents.find(storage.db, removed))?.id ?? '';
    await storage.transaction((tx) => documents.remove(tx, [id]));
    expect(await retrieval.detach(WORKSPACE, [taken])).toBe(1);
    await storage.transaction((tx) => deleteCollection(tx, WORKSPACE));
    const asked = upstream.received.length;
    await embedLater();
    expect(upstream.received.length - asked).toBe(1);
    expect(await waiting()).toEqual([]);
    expect(await retrieval.count()).toBe(1);
    expect(await found('mole', OTHER)).toEqual(['mole']);
  });

  test('A document that left its collection under an older version, which kept its row, is not put back', async () => {
    const { storage, documents, retrieval } = opened;
    const [owl = ''] = await kept('owl');
    const id = (await documents.find(storage.db, owl))?.id ?? '';
    await storage.transaction((tx) => removeMembers(tx, WORKSPACE, [id]));
    await embedLater();
    expect(await retrieval.members(storage.db, WORKSPACE)).toEqual([]);
    expect([await waiting(), await retrieval.count()]).toEqual([[], 0]);
  });

  /** The model has been asked by a worker, and has not answered. */
  async function inWork(): Promise<{ answer: () => void; round: Promise<void> }> {
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    onTestFinished(() => answered.resolve());
    const round = embedLater(async (response, received) => {
      asked.resolve();
      await answered.promise;
      return embeddings()(response, received);
    });
    await asked.promise;
    return { answer: () => answered.resolve(), round };
  }

  test('A document that leaves its collection while it is embedded is not there afterwards', async () => {
    const { retrieval, storage } = opened;
    const [owl = ''] = await kept('owl');
    const { answer, round } = await inWork();
    await retrieval.detach(WORKSPACE, [owl]);
    answer();
    await round;
    expect(await retrieval.members(storage.db, WORKSPACE)).toEqual([]);
    expect([await waiting(), await retrieval.count()]).toEqual([[], 0]);
  });

  test('Another process embeds the document of one that was killed', async () => {
    const { retrieval, storage, upstream, document, another, startAttaching } = opened;
    const owl = await document('owl', 'About an owl.');
    upstream.answer(down);
    const child = startAttaching(WORKSPACE, [owl]);
    // It has kept the document, and waits.
    await once(child.stdout ?? child, 'data');
    expect(await retrieval.members(storage.db, WORKSPACE)).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    passedMs += MINUTES_MS;
    upstream.answer(embeddings());
    await (await another()).embedPending();
    expect(await found('owl')).toEqual(['owl']);
  });

  test('A process that slept while another one took its document over writes nothing any more', async () => {
    await kept('owl');
    const other = await opened.another();
    const { answer, round } = await inWork();
    passedMs += MINUTES_MS;
    opened.upstream.answer(embeddings());
    await other.embedPending();
    expect(await found('owl')).toEqual(['owl']);
    answer();
    await round;
    expect(await opened.retrieval.count()).toBe(1);
    expect(await waiting()).toEqual([]);
  });

  test('Two processes share the documents and embed none of them twice', async () => {
    const { retrieval, upstream, another } = opened;
    const titles = ['owl', 'rat', 'mole', 'hare'];
    await kept(...titles);
    const other = await another();
    const asked = upstream.received.length;
    passedMs += MINUTES_MS;
    upstream.answer(embeddings());
    await Promise.all([retrieval.embedPending(), other.embedPending()]);
    await Promise.all([retrieval.embedPending(), other.embedPending()]);
    expect(await waiting()).toEqual([]);
    expect(upstream.received.length - asked).toBe(titles.length);
  });

  test('A process that stops gives its document back, due at once', async () => {
    await kept('owl');
    const other = await opened.another();
    const { round } = await inWork();
    await opened.retrieval.stop();
    await round;
    opened.upstream.answer(embeddings());
    await other.embedPending();
    expect(await other.notEmbedded('all')).toEqual([]);
  });
});

describeOn('sqlite', 'Documents that are added while the local model fetches its weights', (open) => {
  const PROGRAM = fileURLToPath(new URL('../../../test/upstream-local-model.ts', import.meta.url));

  async function fetching(database: TestDatabase, waitMaxMs: number) {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-pending-'));
    const modelsDir = join(folder, 'fetching');
    mkdirSync(modelsDir);
    const environment = { PATH: process.env['PATH'] ?? '' };
    const logger = pino({ level: 'silent' });
    const local = new LocalModel({ clock: systemClock, logger, modelsDir, environment, program: PROGRAM });
    onTestFinished(async () => {
      await local.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const opened = await openRetrieval(database, { waitMaxMs }, local);
    await opened.set('model', null);
    local.start();
    await expect.poll(() => local.state().status).toBe('fetching');
    return { ...opened, arrive: () => writeFileSync(join(modelsDir, 'arrived'), '') };
  }

  test('The answer waits until they are embedded', async () => {
    const { retrieval, document, arrive } = await fetching(await open(MIGRATIONS), 30_000);
    const locations = [await document('owl', 'An owl.'), await document('rat', 'A rat.')];
    const adding = retrieval.attach(WORKSPACE, locations);
    await expect.poll(() => retrieval.notEmbedded('all')).toHaveLength(2);
    arrive();
    expect(await adding).toEqual({ attached: locations, pending: [], failed: [] });
    expect(await retrieval.count()).toBe(2);
  });

  test('An answer that cannot wait so long says how far it is, and they are embedded afterwards', async () => {
    const { retrieval, document, arrive } = await fetching(await open(MIGRATIONS), 20);
    const owl = await document('owl', 'An owl.');
    const { pending } = await retrieval.attach(WORKSPACE, [owl]);
    expect(pending).toMatchObject([{ location: owl, isFailed: false, isSoon: true }]);
    expect(pending[0]?.reason).toContain('downloading its weights (43 %)');
    retrieval.start();
    arrive();
    await expect.poll(() => retrieval.notEmbedded('all'), { timeout: 10_000 }).toEqual([]);
    expect(await retrieval.count()).toBe(1);
  });
});
