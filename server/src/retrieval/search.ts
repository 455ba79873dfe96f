import type { NameSelector } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import type { UsageReport } from '../models/index.ts';
import { chunksByIds, findEmbedding } from './chunk-store.ts';
import { revisionOf } from './collection-store.ts';
import type { RetrievalContext } from './context.ts';
import { scoreOf } from './hit.ts';
import type { Hit, NumberedHit } from './hit.ts';
import { IndexGone } from './index-client.ts';
import type { Nearest } from './nearest.ts';
import { chooseHybrid, chooseNearest, chooseReranked, poolOf } from './ranking.ts';
import type { Candidate, Candidates } from './ranking.ts';
import { currentRecipe, knownDimensions, otherLength } from './recipe.ts';
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
  signal?: AbortSignal;
  /** Of the caller's key: embedding models outside it are not used. */
  selector?: NameSelector;
  /** What embedding the question took. */
  onUsage?: (report: UsageReport) => void;
}

/** A search whose question is a vector already. */
export type VectorSearch = Omit<Search, 'except' | 'signal' | 'selector' | 'onUsage'> & {
  model: string;
  vector: Float32Array;
  except?: readonly string[];
};

const TOP_MAX = 1_000;

export async function search(context: RetrievalContext, request: Search): Promise<Hit[]> {
  const { storage, settings, embedder } = context;
  const { collectionId, query, signal, selector, onUsage } = request;
  const { model } = await currentRecipe(settings);
  if ((await revisionOf(storage.db, collectionId)) === 0 || query === '') return [];
  const [[vector], except] = await Promise.all([
    embedder.embed([query], { model, signal, selector, onUsage }),
    request.except?.() ?? [],
  ]);
  return vector === undefined ? [] : searchByVector(context, { ...request, model, vector, except });
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
  { mode, topN, threshold, query }: VectorSearch & { mode: SearchMode },
): Promise<NumberedHit[]> {
  const bounds = { topN, threshold };
  if (mode === 'default') return hits(context, chooseNearest(candidates, bounds));
  if (mode === 'hybrid') return hits(context, chooseHybrid(candidates, bounds));
  const pool = await hits(context, chooseNearest(candidates, { topN: poolOf(mode, topN), threshold }));
  const reranked = await rerankUpstream(context, { query, hits: pool });
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
