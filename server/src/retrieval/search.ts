import type { NameSelector } from '../access/index.ts';
import type { UsageReport } from '../models/index.ts';
import { chunksByIds, embeddingsIn, readVectors } from './chunk-store.ts';
import type { RetrievalContext } from './context.ts';
import { scoreOf } from './hit.ts';
import type { Hit } from './hit.ts';
import { currentRecipe } from './recipe.ts';
import { flatten } from './vector-bytes.ts';

/**
 * How passages are found. `default`: by their vectors. `hybrid`: by vectors and by words. `rerank`: by vectors, and the
 * best are looked at a second time.
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
  /** Documents that are not looked through, by their ids: those that are known in full already. */
  except?: readonly string[];
  signal?: AbortSignal;
  /** Of the caller's key: embedding models outside it are not used. */
  selector?: NameSelector;
  /** What embedding the question took. */
  onUsage?: (report: UsageReport) => void;
}

export async function search(context: RetrievalContext, request: Search): Promise<Hit[]> {
  const { storage, settings, embedder, documents } = context;
  const { model } = await currentRecipe(settings);
  const embeddings = await embeddingsIn(storage.db, request.collectionId, model);
  if (embeddings.length === 0) return [];
  const [query = new Float32Array()] = await embedder.embed([request.query], { model });
  const found: { id: number; distance: number }[] = [];
  for (const { id } of embeddings) {
    for await (const { ids, vectors } of readVectors(storage.db, id, false)) {
      const flat = flatten(vectors, query.length);
      for (const [at, id] of ids.entries()) found.push({ id, distance: distance(query, flat, at) });
    }
  }
  found.sort((a, b) => a.distance - b.distance);
  const best = found.slice(0, request.topN).filter(({ distance }) => scoreOf(distance) >= request.threshold);
  const chunks = await chunksByIds(
    storage.db,
    best.map(({ id }) => id),
  );
  const metadata = new Map(
    (
      await documents.byIds(
        storage.db,
        [...chunks.values()].map(({ documentId }) => documentId),
      )
    ).map((document) => [document.id, document.metadata]),
  );
  return best.flatMap(({ id, distance }) => {
    const chunk = chunks.get(id);
    const of = chunk === undefined ? undefined : metadata.get(chunk.documentId);
    if (chunk === undefined || of === undefined) return [];
    const { publicId, documentId, text } = chunk;
    return [{ id: publicId, documentId, text, distance, score: scoreOf(distance), metadata: of }];
  });
}

function distance(query: Float32Array, flat: Float32Array, at: number): number {
  let dot = 0;
  let a = 0;
  let b = 0;
  for (const [i, x] of query.entries()) {
    const y = flat[at * query.length + i] ?? 0;
    dot += x * y;
    a += x * x;
    b += y * y;
  }
  return 1 - dot / (Math.sqrt(a * b) || 1);
}
