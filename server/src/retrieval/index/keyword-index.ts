import { COMMON_WORDS } from './common-words.ts';
import { wordsOf } from './words.ts';

/** The usual numbers of BM25: the saturation of repeated words, and the penalty of long texts. */
const K1 = 1.2;
const B = 0.75;
const QUESTION_WORDS_MAX = 64;
/** A very long question must not block the others. */
const QUESTION_MAX_CHARACTERS = 20_000;

export interface FoundByWords {
  id: number;
  /** BM25; comparable within one search only. */
  score: number;
  /** The share of the question's words in the text, 0 to 1; rare words have more weight. */
  coverage: number;
  /** It has a word of the question that few texts have and that is no common word of a language. */
  hasRareWord: boolean;
}

/** Of the weight that its frequency gives a word: in a small collection "since" is as rare as a name. */
const COMMON_SHARE = 0.1;
/** A word is rare in at most this share of the texts, or in this number of them. */
const RARE_SHARE = 0.2;
const RARE_TEXTS = 2;

interface Posting {
  ids: number[];
  counts: number[];
}

/** The words of texts, for BM25. */
export class KeywordIndex {
  readonly #postings = new Map<string, Posting>();
  /** The number of words of each text. */
  readonly #lengths = new Map<number, number>();
  #words = 0;
  #entries = 0;
  #removedTexts = 0;

  get size(): number {
    return this.#lengths.size;
  }

  /** Estimated. */
  get bytes(): number {
    return this.#entries * 16 + this.#postings.size * 120 + this.#lengths.size * 48;
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

  /** Their postings stay until there are more removed texts than others. */
  remove(ids: Iterable<number>): void {
    for (const id of ids) {
      const length = this.#lengths.get(id);
      if (length === undefined) continue;
      this.#lengths.delete(id);
      this.#words -= length;
      this.#removedTexts++;
    }
    if (this.#removedTexts > this.#lengths.size) this.#sweep();
  }

  /** Every text that has a word of the question. */
  weigh(question: string): Map<number, FoundByWords> {
    const words = new Set(wordsOf(question.slice(0, QUESTION_MAX_CHARACTERS)));
    const total = this.#lengths.size;
    const average = this.#words / (total || 1) || 1;
    const found = new Map<number, FoundByWords>();
    let whole = 0;
    for (const word of [...words].slice(0, QUESTION_WORDS_MAX)) {
      const posting = this.#postings.get(word);
      const count = posting?.ids.length ?? 0;
      const isCommon = COMMON_WORDS.has(word);
      const isRare = !isCommon && count <= Math.max(RARE_TEXTS, total * RARE_SHARE);
      const frequency = Math.log(1 + Math.max(0, total - count + 0.5) / (count + 0.5));
      const weight = isCommon ? frequency * COMMON_SHARE : frequency;
      whole += weight;
      for (const [at, id] of posting?.ids.entries() ?? []) {
        const length = this.#lengths.get(id);
        if (length === undefined) continue;
        const times = posting?.counts[at] ?? 0;
        const one = found.get(id) ?? { id, score: 0, coverage: 0, hasRareWord: false };
        one.score += (weight * times * (K1 + 1)) / (times + K1 * (1 - B + (B * length) / average));
        one.coverage += weight;
        one.hasRareWord ||= isRare;
        found.set(id, one);
      }
    }
    for (const one of found.values()) one.coverage /= whole || 1;
    return found;
  }

  #sweep(): void {
    this.#removedTexts = 0;
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
