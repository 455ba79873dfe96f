import type { AskOf, Found, HeldStatus, Replies } from './index-messages.ts';
import { KeywordIndex, type FoundByWords } from './keyword-index.ts';
import type { Nearest } from './nearest.ts';
import { VectorIndex } from './vector-index.ts';

interface Pass {
  ids: number[];
  hasTexts: boolean;
  isComplete: boolean;
}

/** The vectors of a collection by one model, and its words once a search needs them. */
export class Held {
  readonly name: string;
  readonly #vectors: VectorIndex;
  #words: KeywordIndex | undefined;
  readonly #passes = new Map<number, Pass>();
  /** undefined: changes are being sent. */
  #revision: number | undefined;

  constructor(name: string, dimensions: number, exactMax: number) {
    this.name = name;
    this.#vectors = new VectorIndex(dimensions, exactMax);
  }

  get dimensions(): number {
    return this.#vectors.dimensions;
  }

  get bytes(): number {
    return this.#vectors.bytes + (this.#words?.bytes ?? 0);
  }

  status(): HeldStatus {
    const { size, graphed } = this.#vectors;
    return { name: this.name, size, bytes: this.bytes, graphed };
  }

  /** @returns the passes to send. */
  begin(embeddings: Float64Array, withTexts: boolean): Float64Array {
    this.#revision = undefined;
    if (withTexts) this.#words ??= new KeywordIndex();
    const wanted = new Set(embeddings);
    for (const [id, pass] of this.#passes) {
      if (!wanted.has(id) || !pass.isComplete || (withTexts && !pass.hasTexts)) this.#drop(id, pass);
    }
    return embeddings.filter((id) => !this.#passes.has(id));
  }

  add({ embedding, ids, vectors, texts, isLast }: AskOf<'add'>): void {
    const pass = this.#passes.get(embedding) ?? { ids: [], hasTexts: texts !== undefined, isComplete: false };
    this.#passes.set(embedding, pass);
    pass.ids.push(...ids);
    pass.isComplete = isLast;
    this.#vectors.add(ids, vectors);
    if (texts === undefined) return;
    for (const [at, id] of ids.entries()) this.#words?.add(id, texts[at] ?? '');
  }

  commit(revision: number): void {
    this.#revision = revision;
  }

  /** Adds to the graph. @returns whether there is more to add. */
  advance(count: number): boolean {
    return this.#revision !== undefined && this.#vectors.advance(count);
  }

  search({ revision, query, limit, words, except }: AskOf<'search'>): Replies['search'] {
    if (revision !== this.#revision) return { stale: true };
    const out = new Set([...(except ?? [])].flatMap((id) => this.#passes.get(id)?.ids ?? []));
    const near = this.#vectors
      .search(query, limit + out.size)
      .filter(({ id }) => !out.has(id))
      .slice(0, limit);
    const weighed = words === undefined ? undefined : this.#words?.weigh(words);
    return {
      stale: false,
      near: columns(near, weighed),
      byWords: columns(this.#best(weighed, { query, limit, out }), weighed),
    };
  }

  /** The best by words, with the distances of their vectors. */
  #best(
    weighed: Map<number, FoundByWords> | undefined,
    { query, limit, out }: { query: Float32Array; limit: number; out: ReadonlySet<number> },
  ): Nearest[] {
    const best = [...(weighed?.values() ?? [])]
      .filter(({ id }) => !out.has(id))
      .sort((a, b) => b.score - a.score || a.id - b.id)
      .slice(0, limit);
    return this.#vectors.distances(
      query,
      best.map(({ id }) => id),
    );
  }

  #drop(id: number, pass: Pass): void {
    this.#vectors.remove(pass.ids);
    this.#words?.remove(pass.ids);
    this.#passes.delete(id);
  }
}

function columns(found: readonly Nearest[], weighed: Map<number, FoundByWords> | undefined): Found {
  return {
    ids: Float64Array.from(found, ({ id }) => id),
    distances: Float32Array.from(found, ({ distance }) => distance),
    coverages:
      weighed === undefined
        ? new Float32Array()
        : Float32Array.from(found, ({ id }) => weighed.get(id)?.coverage ?? 0),
    rare: weighed === undefined ? [] : found.map(({ id }) => weighed.get(id)?.hasRareWord ?? false),
  };
}
