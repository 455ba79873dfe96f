import usearch from 'usearch';

export interface Nearest {
  id: number;
  /** Cosine distance. */
  distance: number;
}

/**
 * Compares a question with every vector; all of length 1.
 * @param vectors one after the other. @param wanted not more than there are.
 */
export function nearest(
  vectors: Float32Array,
  query: Float32Array,
  wanted: number,
): { slot: number; distance: number }[] {
  const { keys, distances } = usearch.exactSearch(
    vectors,
    query,
    query.length,
    wanted,
    INNER_PRODUCT,
    THREADS,
  );
  return Array.from(keys, (key, at) => ({ slot: Number(key), distance: distances[at] ?? 1 }));
}

/** Of vectors of length 1 it is the cosine, without computing their lengths again. */
export const INNER_PRODUCT = usearch.MetricKind.IP;
/** The other cores belong to the model and to the server. */
export const THREADS = 1;

export function bestOf(found: Nearest[], wanted: number): Nearest[] {
  return found.sort((a, b) => a.distance - b.distance || a.id - b.id).slice(0, wanted);
}
