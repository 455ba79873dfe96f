import type { Tokenizer } from '@huggingface/tokenizers';

/** Of a text, [CLS] and [SEP] among them; the rest is left out, as in the training of the model. */
const TEXT_TOKENS_LIMIT = 256;
const CLS = 101;
const SEP = 102;
const UNKNOWN = 100;
/** [CLS] and [SEP]. */
const FRAME = 2;
/** Of a long text, tokenized first; doubled until there are enough tokens. */
const FIRST_CHARS = 4096;
/** A longer word would be one unknown token. */
const WORD_CHARS = 50;
/** Words whose meaning does not come from their endings. */
const STAND_INS = /^[a-z]{5,9}$/;
const RUNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const PARTS = new RegExp(`\\p{P}|[^\\s\\p{P}]{1,${WORD_CHARS}}`, 'gu');

export interface TokenizerDescription {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
}

/**
 * Text as the token numbers of all-MiniLM-L6-v2. Its vocabulary lacks most characters of Chinese, Japanese and Korean; a word with one
 * of them, or of over 100 letters, would be one unknown token like all others, and texts that differ would have equal vectors. So each
 * such character is read as an English word that depends on it, its stand-in, and a long word in parts: texts with the same characters
 * are near each other. Guarded by embeddings.test.ts and by retrieval/recall.test.ts of the server.
 */
export class EmbeddingTokens {
  /** Of a text, without [CLS] and [SEP]. */
  static readonly limit = TEXT_TOKENS_LIMIT - FRAME;
  readonly #tokenizer: Tokenizer;
  readonly #english: readonly number[];

  constructor(tokenizer: Tokenizer, { model }: TokenizerDescription) {
    this.#tokenizer = tokenizer;
    this.#english = Object.entries(model.vocab).flatMap(([word, id]) => (STAND_INS.test(word) ? [id] : []));
  }

  /** What the model reads of a text. */
  idsOf(text: string): number[] {
    let ids: number[] = [];
    for (let chars = FIRST_CHARS; ; chars *= 2) {
      ids = this.#all(wholeWords(text, chars));
      if (ids.length > EmbeddingTokens.limit || chars >= text.length) break;
    }
    return [CLS, ...ids.slice(0, EmbeddingTokens.limit), SEP];
  }

  /** All tokens of a text, those that the model would leave out among them. */
  count(text: string): number {
    return this.#all(text).length;
  }

  #all(text: string): number[] {
    const ids: number[] = [];
    for (const [run] of text.matchAll(RUNS)) {
      const read = EAST_ASIAN.test(run) ? this.#standIns(run) : this.#words(run);
      for (const id of read) ids.push(id);
    }
    return ids;
  }

  #words(run: string): number[] {
    const ids = this.#encode(run);
    if (!ids.includes(UNKNOWN)) return ids;
    return (run.normalize('NFKC').match(PARTS) ?? []).flatMap((part) => this.#part(part));
  }

  #part(part: string): number[] {
    const ids = this.#encode(part);
    if (!ids.includes(UNKNOWN)) return ids;
    return Array.from(part).flatMap((one) => {
      const known = this.#encode(one);
      return known.includes(UNKNOWN) ? this.#standIns(one) : known;
    });
  }

  #standIns(run: string): number[] {
    return Array.from(run.normalize('NFKC'), (one) => {
      return this.#english[mixed(one.codePointAt(0) ?? 0) % this.#english.length] ?? UNKNOWN;
    });
  }

  /** Without [CLS] and [SEP]. */
  #encode(text: string): number[] {
    return this.#tokenizer.encode(text).ids.slice(1, -1);
  }
}

/** The last steps of MurmurHash3: neighbours in Unicode get stand-ins far apart. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The beginning of a text, cut at white space, so that its tokens are those of the whole text. */
function wholeWords(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const cut = text.slice(0, chars).search(/\s\S*$/);
  return text.slice(0, cut < 0 ? chars : cut);
}
