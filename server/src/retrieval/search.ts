import { KeywardError } from '../base/errors.ts';
import type { DocumentMetadata } from '../documents/index.ts';
import { paid } from '../models/index.ts';
import { chunksByIds } from './chunk-store.ts';
import { findEmbedding, formerModels } from './embedded-store.ts';
import { revisionOf } from './collection-store.ts';
import { accountOf, type Payer, type RetrievalContext } from './context.ts';
import { EMBEDDINGS_PATH } from './embedding/embedder.ts';
import { IndexGone } from './index/index-client.ts';
import type { Found } from './index/index-messages.ts';
import { candidateOf, chooseHybrid, chooseNearest, chooseReranked, poolOf } from './index/ranking.ts';
import type { Candidate, Candidates } from './index/ranking.ts';
import { currentRecipe, DEFAULT_EMBEDDING_MODEL, knownDimensions, otherLength } from './embedding/recipe.ts';
import { rerankUpstream } from './rerank.ts';

/** A passage that was found. */
export interface Hit {
  /** The chunk's id, a UUID. */
  id: string;
  documentId: string;
  /** It begins with a header that names the document. */
  text: string;
  /** Cosine distance to the question, 0 to 2. */
  distance: number;
  /** How near it is, 0 to 1; in mode `rerank` the score of the second ranking. */
  score: number;
  /** Of its document. */
  metadata: DocumentMetadata;
}

/**
 * How passages are found. `default`: by their vectors, and by words too for a question that the local model cannot read. `hybrid`: by vectors and by words. `rerank`: by vectors, and the
 * best are ranked a second time (see `ranking.ts`).
 */
export type SearchMode = 'default' | 'hybrid' | 'rerank';

export interface Search {
  collectionId: number;
  query: string;
  /** Of passages, at most. */
  topN: number;
  /** Passages with a lower score are left out, 0 to 1. */
  threshold: number;
  mode?: SearchMode;
  /** The ids of documents to leave out; asked for while the question is being embedded. */
  except?: () => Promise<readonly string[]>;
  signal?: AbortSignal | undefined;
  /** For the vector of the question and a second ranking; left out: the server itself. */
  payer?: Payer | undefined;
}

/** A search by a vector. */
export type VectorSearch = Omit<Search, 'except'> & {
  model: string;
  vector: Float32Array;
  except?: readonly string[];
};

const TOP_MAX = 1_000;
/** Most embedding models refuse a text of more than 8,192 tokens; this is fewer in any language. */
const QUERY_MAX_CHARACTERS = 4_000;

/**
 * After a change of the embedding model, documents that are not embedded again yet are found by their former model, as long
 * as it answers.
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
    // The server chooses this model: a key needs no selector for it.
    paid(models, accountOf(payer), { ...wanted, isServersChoice: true }, async (send) => {
      const { vectors } = await embedder.embed([query], { model, send, signal });
      return vectors[0];
    }),
    request.except?.() ?? [],
  ]);
  return vector === undefined ? [] : searchByVector(context, { ...request, query, model, vector, except });
}

/** The question in a long text is at its beginning or at its end. */
function withoutMiddle(query: string): string {
  if (query.length <= QUERY_MAX_CHARACTERS) return query;
  const half = QUERY_MAX_CHARACTERS / 2;
  return `${query.slice(0, half)}\n${query.slice(-half)}`.toWellFormed();
}

/** Of a search, when a document is replaced between the choice of its passages and their reading. */
const ATTEMPTS_MAX = 4;

class ReplacedMeanwhile extends Error {}

export async function searchByVector(context: RetrievalContext, request: VectorSearch): Promise<Hit[]> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === ATTEMPTS_MAX;
    try {
      return await searchOnce({ ...context, isLast }, request);
    } catch (error) {
      if (!(error instanceof ReplacedMeanwhile)) throw error;
    }
  }
}

async function searchOnce(context: Attempt, request: VectorSearch): Promise<Hit[]> {
  const { model, vector, mode = 'default', threshold, query, payer, signal } = request;
  const topN = Math.min(request.topN, TOP_MAX);
  const dimensions = await knownDimensions(context.storage.db, model);
  if (dimensions === undefined) return [];
  if (vector.length !== dimensions) throw otherLength(model, vector.length, dimensions);
  const isByWords = mode === 'hybrid' || (model === DEFAULT_EMBEDDING_MODEL && !isLatin(query));
  const limit = isByWords ? poolOf('hybrid', topN) : poolOf(mode, topN);
  const candidates = await candidatesFor(context, {
    ...request,
    limit,
    withWords: mode !== 'default' || isByWords,
  });
  const choose = isByWords ? chooseHybrid : chooseNearest;
  const pool = choose(candidates, { topN: mode === 'rerank' ? poolOf(mode, topN) : topN, threshold });
  if (mode !== 'rerank') return hits(context, pool);
  const asked = { query, hits: () => hits(context, pool), payer, signal };
  const reranked = await rerankUpstream(context, asked);
  return reranked?.slice(0, topN) ?? hits(context, chooseReranked(pool, topN));
}

/** Whether most letters are Latin: the local model knows few words of other scripts. Guarded by recall.test.ts. */
function isLatin(query: string): boolean {
  const letters = query.match(/\p{L}/gu)?.length ?? 0;
  return (query.match(/\p{Script=Latin}/gu)?.length ?? 0) * 2 >= letters;
}

async function candidatesFor(
  { pgvector, held, storage }: RetrievalContext,
  request: VectorSearch & { limit: number; withWords: boolean },
): Promise<Candidates> {
  const { collectionId, model, vector, query, limit, withWords, except = [] } = request;
  if (!withWords) {
    const near = await pgvector.nearest({ collectionId, model, vector, except, limit });
    if (near !== undefined)
      return { near: near.map(({ id, distance }) => candidateOf(id, distance)), byWords: [] };
  }
  try {
    const passes = await Promise.all(except.map((id) => findEmbedding(storage.db, id)));
    const answer = await held.search(collectionId, model, {
      query: vector,
      limit,
      ...(withWords ? { words: query } : {}),
      ...(except.length === 0 ? {} : { except: Float64Array.from(passes.flatMap((pass) => pass?.id ?? [])) }),
    });
    return { near: candidatesIn(answer?.near), byWords: candidatesIn(answer?.byWords) };
  } catch (cause) {
    if (!(cause instanceof IndexGone)) throw cause;
    throw new KeywardError('not_ready', 'The search index is not ready.', {
      hint: 'Try again in a moment.',
      headers: { 'retry-after': '1' },
      cause,
    });
  }
}

const candidatesIn = (found: Found | undefined): Candidate[] =>
  Array.from(found?.ids ?? [], (id, at) =>
    candidateOf(id, found?.distances[at] ?? 1, {
      coverage: found?.coverages[at],
      hasRareWord: found?.rare[at],
    }),
  );

type Attempt = RetrievalContext & {
  /** One that was removed meanwhile is left out. */
  isLast: boolean;
};

/** With their texts and metadata. @throws ReplacedMeanwhile: a search that found neither the former passages nor the new ones */
async function hits({ storage, documents, isLast }: Attempt, chosen: readonly Candidate[]): Promise<Hit[]> {
  const ids = chosen.map(({ id }) => id);
  const chunks = await chunksByIds(storage.db, ids);
  if (chunks.size < ids.length && !isLast) throw new ReplacedMeanwhile();
  const documentIds = new Set([...chunks.values()].map(({ documentId }) => documentId));
  const known = await documents.byIds(storage.db, [...documentIds]);
  const metadataOf = new Map(known.map(({ id, metadata }) => [id, metadata]));
  return chosen.flatMap(({ id, distance, score }) => {
    const { publicId = '', documentId = '', text = '' } = chunks.get(id) ?? {};
    const metadata = metadataOf.get(documentId);
    return metadata === undefined ? [] : [{ id: publicId, documentId, text, distance, score, metadata }];
  });
}
