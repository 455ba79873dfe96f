import { wordsOf } from './words.ts';

/** BM25's usual numbers: how soon a word that is repeated says nothing more, and how much long texts are held back. */
const K1 = 1.2;
const B = 0.75;
const QUESTION_WORDS_MAX = 64;
/** A book that is asked as a question must not hold up everybody else's. */
const QUESTION_MAX_CHARACTERS = 20_000;

export interface FoundByWords {
  id: number;
  /** BM25; only comparable within one search. */
  score: number;
  /** The share of the question's words that are in the text, each weighing as much as it is rare; 0 to 1. */
  coverage: number;
}

interface Posting {
  ids: number[];
  counts: number[];
}

/** Which words are in which text, for BM25. */
export class KeywordIndex {
  readonly #postings = new Map<string, Posting>();
  /** Words of each text that is in here. */
  readonly #lengths = new Map<number, number>();
  #words = 0;
  #entries = 0;
  #deadTexts = 0;

  get size(): number {
    return this.#lengths.size;
  }

  /** Memory, about. */
  get bytes(): number {
    return this.#entries * 16 + this.#postings.size * 120 + this.#lengths.size * 48;
  }

  has(id: number): boolean {
    return this.#lengths.has(id);
  }

  /** Ids must be new. */
  add(id: number, text: string): void {
    const counts = new Map<string, number>();
    const words = wordsOf(text);
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      const posting = this.#postings.get(word) ?? { ids: [], counts: [] };
      posting.ids.push(id);
      posting.counts.push(count);
      this.#postings.set(word, posting);
    }
    this.#lengths.set(id, words.length);
    this.#words += words.length;
    this.#entries += counts.size;
  }

  /** What is left of them in the postings is swept when there is as much of it as of the living. */
  remove(ids: Iterable<number>): void {
    for (const id of ids) {
      const length = this.#lengths.get(id);
      if (length === undefined) continue;
      this.#lengths.delete(id);
      this.#words -= length;
      this.#deadTexts++;
    }
    if (this.#deadTexts > this.#lengths.size) this.#sweep();
  }

  /** Every text that has a word of the question. */
  weigh(question: string): Map<number, FoundByWords> {
    const words = new Set(wordsOf(question.slice(0, QUESTION_MAX_CHARACTERS)));
    return this.#weigh([...words].slice(0, QUESTION_WORDS_MAX));
  }

  #weigh(words: readonly string[]): Map<number, FoundByWords> {
    const total = this.#lengths.size;
    const average = this.#words / (total || 1) || 1;
    const found = new Map<number, FoundByWords>();
    let whole = 0;
    for (const word of words) {
      const posting = this.#postings.get(word);
      const count = posting?.ids.length ?? 0;
      const weight = Math.log(1 + Math.max(0, total - count + 0.5) / (count + 0.5));
      whole += weight;
      for (const [at, id] of posting?.ids.entries() ?? []) {
        const length = this.#lengths.get(id);
        if (length === undefined) continue;
        const times = posting?.counts[at] ?? 0;
        const one = found.get(id) ?? { id, score: 0, coverage: 0 };
        one.score += (weight * times * (K1 + 1)) / (times + K1 * (1 - B + (B * length) / average));
        one.coverage += weight;
        found.set(id, one);
      }
    }
    for (const one of found.values()) one.coverage /= whole || 1;
    return found;
  }

  #sweep(): void {
    this.#deadTexts = 0;
    this.#entries = 0;
    for (const [word, { ids, counts }] of this.#postings) {
      const kept = ids.flatMap((id, at) => (this.#lengths.has(id) ? [at] : []));
      if (kept.length === 0) this.#postings.delete(word);
      else {
        this.#postings.set(word, {
          ids: kept.map((at) => ids[at] ?? 0),
          counts: kept.map((at) => counts[at] ?? 0),
        });
      }
      this.#entries += kept.length;
    }
  }
}
