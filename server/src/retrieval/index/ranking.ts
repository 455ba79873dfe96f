import type { SearchMode } from '../search.ts';

/** A passage that may be among the answers. */
export interface Candidate {
  /** Of the chunk. */
  id: number;
  distance: number;
  /** Of its distance, 0 to 1. */
  score: number;
  /** The share of the question's words in it, 0 to 1; rare words have more weight. */
  coverage: number;
  /** It has a word of the question that few passages have. */
  hasRareWord: boolean;
}

export function candidateOf(
  id: number,
  measured: number,
  { coverage = 0, hasRareWord = false } = {},
): Candidate {
  // Rounding can make it a little less than nothing.
  const distance = Math.max(0, measured);
  return { id, distance, score: Math.max(0, 1 - distance), coverage, hasRareWord };
}

/** The nearest vectors, and the best by words (BM25), each the best first. */
export interface Candidates {
  near: Candidate[];
  byWords: Candidate[];
}

interface Bounds {
  topN: number;
  threshold: number;
}

/** How many candidates a mode chooses from. */
export function poolOf(mode: SearchMode, topN: number): number {
  if (mode === 'default') return topN;
  if (mode === 'hybrid') return Math.max(POOL_MAX, topN);
  return Math.max(topN, Math.min(POOL_MAX, Math.max(POOL_MIN, topN * 5)));
}

const POOL_MIN = 10;
const POOL_MAX = 50;

export function chooseNearest({ near }: Candidates, { topN, threshold }: Bounds): Candidate[] {
  return near.filter(({ score }) => score >= threshold).slice(0, topN);
}

/** The usual constant of reciprocal rank fusion: it limits the weight of the first places. */
const FUSION = 60;
/** A passage with this coverage is chosen also below the threshold. */
const COVERAGE_ENOUGH = 0.5;

/**
 * Reciprocal rank fusion: passages that are high in both lists come first. A passage below the threshold is left out unless
 * it has most of the question's words by weight, or a rare one: so a part number or a name is found that no model knows.
 */
export function chooseHybrid({ near, byWords }: Candidates, { topN, threshold }: Bounds): Candidate[] {
  const fused = new Map<number, { candidate: Candidate; weight: number }>();
  for (const list of [near, byWords]) {
    for (const [rank, candidate] of list.entries()) {
      const one = fused.get(candidate.id) ?? { candidate, weight: 0 };
      one.weight += 1 / (FUSION + rank + 1);
      fused.set(candidate.id, one);
    }
  }
  return [...fused.values()]
    .filter(({ candidate }) => candidate.score >= threshold || hasWords(candidate))
    .sort((a, b) => b.weight - a.weight || a.candidate.id - b.candidate.id)
    .slice(0, topN)
    .map(({ candidate }) => candidate);
}

const hasWords = ({ coverage, hasRareWord }: Candidate): boolean =>
  hasRareWord || coverage >= COVERAGE_ENOUGH;

/** Of the vector and of the words in the second ranking. */
const VECTOR_WEIGHT = 0.7;
const WORD_WEIGHT = 0.3;

/**
 * The second ranking without a reranking model: 0.7 of the vector's score and 0.3 of the coverage. No model reads question
 * and passage together here; set a reranking model for that.
 */
export const chooseReranked = (pool: readonly Candidate[], topN: number): Candidate[] =>
  pool
    .map((one) => ({ ...one, score: one.score * VECTOR_WEIGHT + one.coverage * WORD_WEIGHT }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topN);
