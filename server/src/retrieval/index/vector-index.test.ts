import { describe, expect, test } from 'vitest';
import { VectorIndex } from './vector-index.ts';

const DIMENSIONS = 32;
const COUNT = 2_000;

/** Always the same numbers, between -1 and 1. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    yield (state / 2 ** 32) * 2 - 1;
  }
}
const source = numbers(42);
const vector = (): Float32Array => Float32Array.from({ length: DIMENSIONS }, () => source.next().value);
const samples = Array.from({ length: COUNT }, vector);

function filled(exactMax: number): VectorIndex {
  const index = new VectorIndex(DIMENSIONS, exactMax);
  for (const [at, sample] of samples.entries()) index.add(Float64Array.of(at + 1), sample);
  return index;
}

const ids = (index: VectorIndex, query: Float32Array, limit = 10): number[] =>
  index.search(query, limit).map(({ id }) => id);

const questions = Array.from({ length: 50 }, vector);

/** The share of the true ten nearest that an index finds. */
function recall(index: VectorIndex, truth: VectorIndex): number {
  const found = questions.reduce((sum, question) => {
    const nearest = new Set(ids(truth, question));
    return sum + ids(index, question).filter((id) => nearest.has(id)).length;
  }, 0);
  return found / (questions.length * 10);
}

describe('the vector index', () => {
  test('The vector index finds by cosine, the best first, for vectors of any length', () => {
    const index = new VectorIndex(2, 100);
    index.add(Float64Array.of(7, 8, 9), Float32Array.of(10, 0, 0, 0.1, -3, 0));
    const found = index.search(Float32Array.of(2, 0), 5);
    expect(found.map(({ id }) => id)).toEqual([7, 8, 9]);
    expect(found.map(({ distance }) => Math.round(distance * 1e6) / 1e6)).toEqual([0, 1, 2]);
  });

  test('A vector of zeros has distance 1 to all others', () => {
    const index = new VectorIndex(2, 100);
    index.add(Float64Array.of(1, 2), Float32Array.of(0, 0, 1, 0));
    expect(index.search(Float32Array.of(1, 0), 2).map(({ distance }) => distance)).toEqual([0, 1]);
    expect(index.search(Float32Array.of(0, 0), 2).map(({ distance }) => distance)).toEqual([1, 1]);
  });

  test('An empty index gives no vectors, and a limit above the size gives all', () => {
    const index = new VectorIndex(2, 100);
    expect(index.search(Float32Array.of(1, 0), 5)).toEqual([]);
    index.add(Float64Array.of(1), Float32Array.of(1, 0));
    expect(index.search(Float32Array.of(1, 0), 5)).toHaveLength(1);
  });

  test('The vector index finds the same as a plain loop, in its order', () => {
    const index = filled(COUNT);
    const cosine = (a: Float32Array, b: Float32Array): number => {
      const dot = (x: Float32Array, y: Float32Array) =>
        x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    for (const question of questions.slice(0, 20)) {
      const all = samples.map((sample, at) => ({ id: at + 1, likeness: cosine(question, sample) }));
      const nearest = all.sort((a, b) => b.likeness - a.likeness).slice(0, 10);
      expect(ids(index, question)).toEqual(nearest.map(({ id }) => id));
    }
  });

  test('Removed vectors are not found, and all others are', () => {
    const index = filled(COUNT);
    const gone = samples.map((_, at) => at + 1).filter((id) => id % 3 === 0);
    index.remove(gone);
    index.remove([...gone, 99_999]);
    expect(index.size).toBe(COUNT - gone.length);
    const first = samples.slice(0, 60).map((sample, at) => ({ id: at + 1, found: ids(index, sample, 1)[0] }));
    expect(first.filter(({ id, found }) => found === id).map(({ id }) => id)).toEqual(
      first.filter(({ id }) => id % 3 !== 0).map(({ id }) => id),
    );
  });

  test('The graph finds the same as comparing all, while it is built, after it, and after changes', () => {
    const exact = filled(COUNT);
    const index = filled(COUNT / 4);
    expect(index.graphed).toBe(0);
    expect(recall(index, exact)).toBe(1);
    expect(index.advance(500)).toBe(true);
    expect(recall(index, exact)).toBeGreaterThanOrEqual(0.99);
    while (index.advance(500));
    expect(index.graphed).toBe(COUNT);
    expect(recall(index, exact)).toBeGreaterThanOrEqual(0.99);
    const gone = samples.slice(0, 300).map((_, at) => at + 1);
    for (const one of [exact, index]) {
      one.remove(gone);
      one.add(Float64Array.of(COUNT + 1), questions[0] ?? new Float32Array());
    }
    expect(recall(index, exact)).toBeGreaterThanOrEqual(0.99);
    expect(ids(index, questions[0] ?? new Float32Array(), 1)).toEqual([COUNT + 1]);
    index.advance(10);
    expect(index.graphed).toBe(COUNT - gone.length + 1);
  });

  test('Distances are the same with a graph and without', () => {
    const exact = filled(COUNT);
    const index = filled(10);
    while (index.advance(1_000));
    const [question = new Float32Array()] = questions;
    const [a, b] = [exact.search(question, 3), index.search(question, 3)];
    for (const [at, { distance }] of a.entries()) expect(b[at]?.distance).toBeCloseTo(distance, 5);
  });
});
