import { KeywardError } from '../base/errors.ts';
import { paid } from '../models/index.ts';
import { chunksByIds } from './chunk-store.ts';
import { findEmbedding, formerModels } from './embedded-store.ts';
import { revisionOf } from './collection-store.ts';
import type { RetrievalContext } from './context.ts';
import { scoreOf, type Hit, type NumberedHit } from './hit.ts';
import { EMBEDDINGS_PATH } from './embedding/embedder.ts';
import { IndexGone } from './index/index-client.ts';
import { accountOf, type Payer } from './paying.ts';
import type { Nearest } from './index/nearest.ts';
import { chooseHybrid, chooseNearest, chooseReranked, poolOf } from './index/ranking.ts';
import type { Candidate, Candidates } from './index/ranking.ts';
import { currentRecipe, knownDimensions, otherLength } from './embedding/recipe.ts';
import { rerankUpstream } from './rerank.ts';

/**
 * How passages are found. `default`: by their vectors. `hybrid`: by vectors and by words. `rerank`: by vectors, and the
 * best are looked at a second time (see `ranking.ts`).
 */
export type SearchMode = 'default' | 'hybrid' | 'rerank';

export interface Search {
  collectionId: number;
  query: string;
  /** How many passages at most. */
  topN: number;
  /** Passages that score below are left out, 0 to 1. */
  threshold: number;
  mode?: SearchMode;
  /** Documents that are not looked through, by their ids; asked for while the question is being embedded. */
  except?: () => Promise<readonly string[]>;
  signal?: AbortSignal | undefined;
  /** Who pays for the vector of the question and for a second look; left out: the server itself. */
  payer?: Payer | undefined;
}

/** A search whose question is a vector already. */
export type VectorSearch = Omit<Search, 'except'> & {
  model: string;
  vector: Float32Array;
  except?: readonly string[];
};

const TOP_MAX = 1_000;
/** Most embedding models refuse a text of more than 8,192 tokens; this is fewer in any language. */
const QUERY_MAX_CHARACTERS = 4_000;

/**
 * Documents that wait to be embedded anew, because the embedding model was changed, are found by their former model as long as
 * it answers.
 */
export async function search(context: RetrievalContext, request: Search): Promise<Hit[]> {
  const { storage, settings, logger } = context;
  const { collectionId, query, topN } = request;
  const { model } = await currentRecipe(settings);
  if ((await revisionOf(storage.db, collectionId)) === 0 || query === '') return [];
  const [found, former] = await Promise.all([
    searchWith(context, request, model),
    formerModels(storage.db, collectionId, model),
  ]);
  if (former.length === 0) return found;
  const others = former.map((name) =>
    searchWith(context, request, name).catch((error: unknown) => {
      logger.debug({ err: error, model: name }, 'a former embedding model finds nothing any more');
      return [];
    }),
  );
  const all = [found, ...(await Promise.all(others))].flat();
  return all.sort((a, b) => b.score - a.score).slice(0, topN);
}

async function searchWith(context: RetrievalContext, request: Search, model: string): Promise<Hit[]> {
  const { models, embedder } = context;
  const query = withoutMiddle(request.query);
  const { signal, payer } = request;
  const wanted = { path: EMBEDDINGS_PATH, model, bytes: Buffer.byteLength(query) };
  const [vector, except] = await Promise.all([
    // What a question is compared with is the server's choice: a key needs no selector for it.
    paid(models, accountOf(payer), { ...wanted, isServersChoice: true }, async (send) => {
      const { vectors } = await embedder.embed([query], { model, send, signal });
      return vectors[0];
    }),
    request.except?.() ?? [],
  ]);
  return vector === undefined ? [] : searchByVector(context, { ...request, query, model, vector, except });
}

/** What a long text asks stands at its beginning or at its end. */
function withoutMiddle(query: string): string {
  if (query.length <= QUERY_MAX_CHARACTERS) return query;
  const half = QUERY_MAX_CHARACTERS / 2;
  return `${query.slice(0, half)}\n${query.slice(-half)}`.toWellFormed();
}

export async function searchByVector(context: RetrievalContext, request: VectorSearch): Promise<Hit[]> {
  const { mode = 'default' } = request;
  const topN = Math.min(request.topN, TOP_MAX);
  const dimensions = await knownDimensions(context.storage.db, request.model);
  if (dimensions === undefined) return [];
  const { length } = request.vector;
  if (length !== dimensions) throw otherLength(request.model, length, dimensions);
  const candidates = await candidatesFor(context, { ...request, topN, mode });
  if (candidates === undefined) return [];
  const chosen = await choose(context, candidates, { ...request, topN, mode });
  return chosen.map(({ id, documentId, text, distance, score, metadata }) => ({
    id,
    documentId,
    text,
    distance,
    score,
    metadata,
  }));
}

async function choose(
  context: RetrievalContext,
  candidates: Candidates,
  { mode, topN, threshold, query, payer, signal }: VectorSearch & { mode: SearchMode },
): Promise<NumberedHit[]> {
  const bounds = { topN, threshold };
  if (mode === 'default') return hits(context, chooseNearest(candidates, bounds));
  if (mode === 'hybrid') return hits(context, chooseHybrid(candidates, bounds));
  const pool = await hits(context, chooseNearest(candidates, { topN: poolOf(mode, topN), threshold }));
  const reranked = await rerankUpstream(context, { query, hits: pool, payer, signal });
  return (reranked ?? chooseReranked(pool, candidates)).slice(0, topN);
}

async function candidatesFor(
  context: RetrievalContext,
  request: VectorSearch & { mode: SearchMode },
): Promise<Candidates | undefined> {
  const { collectionId, model, vector, mode, query, topN, except = [] } = request;
  if (mode === 'default') {
    const near = await context.pgvector.nearest({ collectionId, model, vector, except, limit: topN });
    if (near !== undefined) return { near: near.map((one) => candidate(one)), byWords: [] };
  }
  try {
    const passes = await Promise.all(except.map((id) => findEmbedding(context.storage.db, id)));
    const answer = await context.held.search(collectionId, model, {
      query: vector,
      limit: poolOf(mode, topN),
      ...(mode === 'default' ? {} : { words: query }),
      ...(except.length === 0 ? {} : { except: Float64Array.from(passes.flatMap((pass) => pass?.id ?? [])) }),
    });
    return answer === undefined ? undefined : { near: rows(answer.near), byWords: rows(answer.byWords) };
  } catch (cause) {
    if (!(cause instanceof IndexGone)) throw cause;
    throw new KeywardError('not_ready', 'The search index is not ready.', {
      hint: 'Try again in a moment.',
      headers: { 'retry-after': '1' },
      cause,
    });
  }
}

interface Columns {
  ids: Float64Array;
  distances: Float32Array;
  coverages: Float32Array;
}

const rows = ({ ids, distances, coverages }: Columns): Candidate[] =>
  Array.from(ids, (id, at) => candidate({ id, distance: distances[at] ?? 1 }, coverages[at]));

function candidate(near: Nearest, coverage = 0): Candidate {
  // Rounding can make it a little less than nothing.
  const distance = Math.max(0, near.distance);
  return { id: near.id, distance, score: scoreOf(distance), coverage };
}

/** With their texts and documents. One that was taken away in the meantime is left out. */
async function hits(
  { storage, documents }: RetrievalContext,
  chosen: readonly Candidate[],
): Promise<NumberedHit[]> {
  const chunks = await chunksByIds(
    storage.db,
    chosen.map(({ id }) => id),
  );
  const ids = new Set([...chunks.values()].map(({ documentId }) => documentId));
  const known = await documents.byIds(storage.db, [...ids]);
  const metadataOf = new Map(known.map(({ id, metadata }) => [id, metadata]));
  return chosen.flatMap(({ id, distance, score }) => {
    const chunk = chunks.get(id);
    const metadata = chunk === undefined ? undefined : metadataOf.get(chunk.documentId);
    if (chunk === undefined || metadata === undefined) return [];
    const { publicId, documentId, text } = chunk;
    return [{ id: publicId, documentId, text, distance, score, metadata, chunkId: id }];
  });
}
