import type { NumberedHit } from '../hit.ts';
import type { SearchMode } from '../search.ts';

/** A passage that may be among the answers. */
export interface Candidate {
  /** The chunk's number. */
  id: number;
  distance: number;
  /** Of its distance, 0 to 1. */
  score: number;
  /** The share of the question's words that it has, each weighing as much as it is rare; 0 to 1. */
  coverage: number;
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

/** What looks at passages twice, or from two sides, needs more of them to choose from. */
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

/** The usual constant of reciprocal rank fusion: the first places are not everything. */
const FUSION = 60;
/** With so much of the question's words a passage counts whatever its vector says. */
const COVERAGE_ENOUGH = 0.5;

/**
 * Reciprocal rank fusion: who stands high in both lists comes first. A passage that is below the threshold stays out
 * unless it has most of the question's weight in words: that is how a part number is found that no model knows.
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
    .filter(({ candidate }) => candidate.score >= threshold || candidate.coverage >= COVERAGE_ENOUGH)
    .sort((a, b) => b.weight - a.weight || a.candidate.id - b.candidate.id)
    .slice(0, topN)
    .map(({ candidate }) => candidate);
}

/** How much the vector says of a second look, and how much the words. */
const VECTOR_WEIGHT = 0.7;
const WORD_WEIGHT = 0.3;

/**
 * The second look without a reranking model: no model reads question and passage together here. Score = 0.7 of the vector's
 * and 0.3 of the share of the question's words that the passage has. Set a reranking model for the real thing.
 */
export function chooseReranked(hits: readonly NumberedHit[], { near }: Candidates): NumberedHit[] {
  const coverageOf = new Map(near.map(({ id, coverage }) => [id, coverage]));
  return hits
    .map((hit) => ({
      ...hit,
      score: hit.score * VECTOR_WEIGHT + (coverageOf.get(hit.chunkId) ?? 0) * WORD_WEIGHT,
    }))
    .sort((a, b) => b.score - a.score);
}
