import { Graph } from './vector-graph.ts';
import { bestOf, nearestBytes, type Nearest } from './nearest.ts';

/** With more vectors that are not in the graph yet, the graph is not used. */
const UNGRAPHED_MAX = 4_000;

const FIRST_CAPACITY = 256;

const BYTE_ONE = 127;
/**
 * The nearest by their bytes that are measured exactly. Rounding changes a cosine by about 0.003, less than the difference
 * between the tenth nearest and the hundredth.
 */
const CANDIDATES_MIN = 128;
const CANDIDATES = 4;

/**
 * Vectors in memory, found by cosine distance. A question is compared with the bytes of all of them, four times as fast as
 * with their floats, or with more of them by a graph (HNSW). Both give candidates, which are measured exactly. `advance`
 * builds the graph piece by piece; until it is complete all vectors are compared.
 */
export class VectorIndex {
  readonly dimensions: number;
  readonly #exactMax: number;
  #vectors: Float32Array;
  /** The same, rounded. */
  #bytes: Int8Array;
  #ids: Float64Array;
  #size = 0;
  readonly #slots = new Map<number, number>();
  #graph: Graph | undefined;
  readonly #ungraphed = new Set<number>();

  /** @param exactMax with more vectors a graph is built; to compare 50,000 takes about 1 ms. */
  constructor(dimensions: number, exactMax: number) {
    this.dimensions = dimensions;
    this.#exactMax = exactMax;
    this.#vectors = new Float32Array(FIRST_CAPACITY * dimensions);
    this.#bytes = new Int8Array(FIRST_CAPACITY * dimensions);
    this.#ids = new Float64Array(FIRST_CAPACITY);
  }

  get size(): number {
    return this.#size;
  }

  get graphed(): number {
    return this.#graph?.size ?? 0;
  }

  /** Estimated. */
  get bytes(): number {
    return (
      this.#vectors.byteLength + this.#bytes.byteLength + this.#size * BYTES_AN_ID + (this.#graph?.bytes ?? 0)
    );
  }

  /** @param ids must be new. @param vectors one after the other, of any length. */
  add(ids: Float64Array, vectors: Float32Array): void {
    this.#reserve(this.#size + ids.length);
    const start = this.#size;
    this.#vectors.set(vectors, start * this.dimensions);
    this.#ids.set(ids, start);
    for (const [at, id] of ids.entries()) {
      this.#slots.set(id, start + at);
      this.#normalise(start + at);
      this.#ungraphed.add(id);
    }
    this.#size += ids.length;
  }

  /** The last vector moves to the place of a removed one: there are no gaps. */
  remove(ids: Iterable<number>): void {
    for (const id of ids) {
      const slot = this.#slots.get(id);
      if (slot === undefined) continue;
      const last = --this.#size;
      const moved = this.#ids[last] ?? 0;
      if (slot !== last) {
        const [to, from] = [slot * this.dimensions, last * this.dimensions];
        this.#vectors.copyWithin(to, from, from + this.dimensions);
        this.#bytes.copyWithin(to, from, from + this.dimensions);
        this.#ids[slot] = moved;
        this.#slots.set(moved, slot);
      }
      this.#slots.delete(id);
      if (!this.#ungraphed.delete(id)) this.#graph?.remove(id);
    }
    // Half, so that a size near the limit does not build it again and again.
    if (this.#graph !== undefined && this.#size <= this.#exactMax / 2) this.#dropGraph();
  }

  /** Adds up to `count` vectors to the graph. @returns whether there are more. */
  advance(count: number): boolean {
    if (this.#size <= this.#exactMax && this.#graph === undefined) return false;
    this.#graph ??= new Graph(this.dimensions);
    const ids: number[] = [];
    for (const id of this.#ungraphed) {
      if (ids.length === count) break;
      ids.push(id);
    }
    const flat = new Float32Array(ids.length * this.dimensions);
    for (const [at, id] of ids.entries())
      flat.set(this.#vectorAt(this.#slots.get(id) ?? 0), at * this.dimensions);
    this.#graph.add(ids, flat);
    for (const id of ids) this.#ungraphed.delete(id);
    return this.#ungraphed.size > 0;
  }

  /** @returns the nearest, the best first. */
  search(query: Float32Array, limit: number): Nearest[] {
    const wanted = Math.min(limit, this.#size);
    if (wanted === 0) return [];
    const question = unit(query);
    const candidates =
      this.#graph === undefined || this.#ungraphed.size > UNGRAPHED_MAX
        ? this.#nearestBytes(question, Math.max(CANDIDATES_MIN, wanted * CANDIDATES))
        : [...this.#graph.search(question, wanted), ...this.#ungraphed];
    return bestOf(
      candidates.map((id) => ({ id, distance: this.#distance(question, id) })),
      wanted,
    );
  }

  #nearestBytes(query: Float32Array, count: number): number[] {
    const bytes = this.#bytes.subarray(0, this.#size * this.dimensions);
    const slots = nearestBytes(bytes, bytesOf(query), Math.min(count, this.#size));
    return slots.map((slot) => this.#ids[slot] ?? 0);
  }

  #distance(query: Float32Array, id: number): number {
    const vector = this.#vectorAt(this.#slots.get(id) ?? 0);
    let dot = 0;
    for (let at = 0; at < query.length; at++) dot += (query[at] ?? 0) * (vector[at] ?? 0);
    return 1 - dot;
  }

  /** Cosine distances of some vectors; unknown ids are left out. */
  distances(query: Float32Array, ids: Iterable<number>): Nearest[] {
    const question = unit(query);
    return [...ids].flatMap((id) =>
      this.#slots.has(id) ? [{ id, distance: this.#distance(question, id) }] : [],
    );
  }

  #vectorAt(slot: number): Float32Array {
    return this.#vectors.subarray(slot * this.dimensions, (slot + 1) * this.dimensions);
  }

  #normalise(slot: number): void {
    const vector = this.#vectorAt(slot);
    vector.set(unit(vector));
    this.#bytes.set(bytesOf(vector), slot * this.dimensions);
  }

  #reserve(count: number): void {
    const { length } = this.#ids;
    if (count <= length) return;
    const capacity = Math.max(count, Math.ceil(length * 1.5));
    const { dimensions } = this;
    this.#vectors = grown(this.#vectors, new Float32Array(capacity * dimensions));
    this.#bytes = grown(this.#bytes, new Int8Array(capacity * dimensions));
    this.#ids = grown(this.#ids, new Float64Array(capacity));
  }

  #dropGraph(): void {
    this.#graph = undefined;
    for (const id of this.#slots.keys()) this.#ungraphed.add(id);
  }
}

function grown<A extends Float32Array | Float64Array | Int8Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}

/** An entry of the map of slots, estimated. */
const BYTES_AN_ID = 64;

/** The same direction with length 1. A vector of zeros stays as it is: its distance to all others is 1. */
function unit(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square) || 1;
  return vector.map((value) => value / length);
}

/** Of a vector of length 1, so that no component is more than 1. */
function bytesOf(vector: Float32Array): Int8Array {
  const bytes = new Int8Array(vector.length);
  // A loop of numbers is five times as fast as an iterator, and a collection has millions of them.
  for (let at = 0; at < vector.length; at++) bytes[at] = Math.round((vector[at] ?? 0) * BYTE_ONE);
  return bytes;
}
