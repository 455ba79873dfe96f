import usearch from 'usearch';

export interface Nearest {
  id: number;
  /** Cosine distance. */
  distance: number;
}

/**
 * Compares a question with every vector; all have length 1, as bytes.
 * @param vectors one after the other. @param wanted at most their number. @returns their places, the best first.
 */
export function nearestBytes(vectors: Int8Array, query: Int8Array, wanted: number): number[] {
  const { keys } = usearch.exactSearch(vectors, query, query.length, wanted, INNER_PRODUCT, THREADS);
  return Array.from(keys, Number);
}

/** For vectors of length 1 it is the cosine. */
export const INNER_PRODUCT = usearch.MetricKind.IP;
/** The other cores are for the model and the server. */
export const THREADS = 1;

export function bestOf(found: Nearest[], wanted: number): Nearest[] {
  return found.sort((a, b) => a.distance - b.distance || a.id - b.id).slice(0, wanted);
}
