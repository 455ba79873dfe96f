import { sql } from 'kysely';
import pino from 'pino';
import { expect, test } from 'vitest';
import { describeOn, type OpenDatabase } from '../../../test/databases.ts';
import { systemClock } from '../../base/clock.ts';
import { addMember } from '../../documents/index.ts';
import type { Storage } from '../../storage/index.ts';
import { addChunks, beginEmbedding, completeEmbedding } from '../chunk-store.ts';
import { touchCollection } from '../collection-store.ts';
import { distanceTo } from './half-vector.ts';
import { byComparing, byGraph, steer, type Question, type Way } from './pgvector-search.ts';
import { PgVectors } from './pgvector.ts';
import { noteDimensions, recipeId } from '../embedding/recipe.ts';
import { openRetrieval, type TestRetrieval } from '../retrieval.fixture.ts';

const MODEL = 'embed-test';
const DIMENSIONS = 16;
const LARGE = 1;
const SMALL = 2;
const LARGE_COUNT = 1_500;
const SMALL_COUNT = 200;
const EXACT_MAX = 500;
const WANTED = 10;
const VECTORS = `derived_vectors_${DIMENSIONS}`;

/** Always the same numbers, between -1 and 1. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    yield (state / 2 ** 32) * 2 - 1;
  }
}
const source = numbers(42);
/** Around a direction, so that one collection may lie between a question and another. */
const vector = (lean = 0): Float32Array =>
  Float32Array.from({ length: DIMENSIONS }, (_, at) => source.next().value + (at === 0 ? lean : 0));

/** Puts vectors that no model made into a collection, as a document that is embedded without the extension. */
async function fill(
  { storage, document, documents }: TestRetrieval,
  collectionId: number,
  vectors: readonly Float32Array[],
): Promise<void> {
  const location = await document(`of ${collectionId}`, 'many');
  const found = await documents.find(storage.db, location);
  const documentId = found?.id ?? '';
  await storage.transaction(async (tx) => {
    const recipe = await recipeId(tx, { model: MODEL, chunks: { size: 1_000, overlap: 20 }, tokensMax: 500 });
    const pass = await beginEmbedding(tx, { documentId, recipeId: recipe, nowMs: 1 });
    await addChunks(
      tx,
      pass,
      vectors.map((vector, seq) => ({ seq, text: '', vector })),
    );
    await completeEmbedding(tx, pass, vectors.length);
    await noteDimensions(tx, recipe, DIMENSIONS);
    await touchCollection(tx, collectionId);
    await addMember(tx, { collectionId, documentId, nowMs: 1 });
  });
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

/** The share of the true nearest that was found, by their distances. */
function recall(found: readonly number[], vectors: readonly Float32Array[], question: Float32Array): number {
  const all = vectors.map((one) => 1 - cosine(one, question)).sort((a, b) => a - b);
  const last = (all[Math.min(WANTED, all.length) - 1] ?? 0) + 1e-6;
  return found.slice(0, WANTED).filter((distance) => distance <= last).length / Math.min(WANTED, all.length);
}

interface Opened {
  storage: Storage;
  pgvector: PgVectors;
  nearest: (question: Partial<Question>) => Promise<number[]>;
}

/** A large collection and a small one, added after they were embedded without the extension. */
async function openFilled(
  open: OpenDatabase,
  collections: [id: number, vectors: Float32Array[]][],
): Promise<Opened> {
  const opened = await openRetrieval(await open(), { pgvector: false });
  for (const [id, vectors] of collections) await fill(opened, id, vectors);
  const { storage } = opened;
  const logger = pino({ level: 'silent' });
  const pgvector = new PgVectors({ storage, clock: systemClock, logger, isOn: true, exactMax: EXACT_MAX });
  await pgvector.look();
  const nearest: Opened['nearest'] = async (more) => {
    const found = await pgvector.nearest({ ...QUESTION, ...more });
    return (found ?? []).map(({ distance }) => distance);
  };
  return { storage, pgvector, nearest };
}

const QUESTION = { collectionId: LARGE, model: MODEL, vector: vector(), limit: WANTED, except: [] };

const BY_GRAPH: Way = { by: 'graph', limit: WANTED, stepsMax: 20_000 };

describeOn('pgvector', 'a search by PostgreSQL', (open) => {
  test(
    'A search in a large collection finds the nearest by the graph, others by comparing',
    { timeout: 90_000 },
    async () => {
      const large = Array.from({ length: LARGE_COUNT }, () => vector(3));
      const small = Array.from({ length: SMALL_COUNT }, () => vector());
      const { storage, nearest } = await openFilled(open, [
        [LARGE, large],
        [SMALL, small],
      ]);
      // For every other one, all of the large collection is nearer than the small one.
      const questions = Array.from({ length: 20 }, (_, at) => vector(at % 2 === 0 ? 3 : 0));
      const mean = async (collectionId: number, vectors: Float32Array[], search = nearest) => {
        const found: number[] = [];
        for (const one of questions)
          found.push(recall(await search({ collectionId, vector: one }), vectors, one));
        return found.reduce((sum, value) => sum + value, 0) / found.length;
      };
      expect(await mean(LARGE, large)).toBeGreaterThanOrEqual(0.99);
      expect(await mean(SMALL, small)).toBe(1);
      // The graph leads to the small one too, through the vectors between.
      const byGraphAlone = (more: Partial<Question>): Promise<number[]> =>
        storage.snapshot(async (tx) => {
          const question = { ...QUESTION, ...more };
          await steer(tx, BY_GRAPH);
          const { rows } = await byGraph(tx, question).execute(tx);
          return rows.map((row) => distanceTo(question.vector, row.vector)).sort((a, b) => a - b);
        });
      expect(await mean(SMALL, small, byGraphAlone)).toBeGreaterThanOrEqual(0.99);

      const plan = (way: Way) =>
        storage.snapshot(async (tx) => {
          await steer(tx, way);
          const statement = way.by === 'graph' ? byGraph(tx, QUESTION) : byComparing(tx, QUESTION);
          const { rows } = await sql<object>`explain ${statement}`.execute(tx);
          return rows.flatMap((row) => Object.values(row)).join('\n');
        });
      expect(await plan(BY_GRAPH)).toContain(`using ${VECTORS}_graph`);
      const compared = await plan({ by: 'comparing' });
      expect(compared).toContain(`${VECTORS}_pass`);
      expect(compared).not.toContain('_graph');
      const followed = async () => {
        const { rows } = await sql<{ idx_scan: number }>`
        select idx_scan from pg_stat_user_indexes where indexrelname = ${`${VECTORS}_graph`}`.execute(
          storage.db,
        );
        return rows[0]?.idx_scan ?? 0;
      };
      // PostgreSQL updates its statistics with a delay, at the end of a search.
      const before = await followed();
      await expect.poll(() => nearest({}).then(followed), { timeout: 30_000 }).toBeGreaterThan(before);
    },
  );
});
