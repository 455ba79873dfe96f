import type { LlamaModel, Token } from 'node-llama-cpp';

const UNFINISHED = '\uFFFD';
/** A character has at most four bytes; a longer run is text that really has U+FFFD. */
const HELD_TOKENS_LIMIT = 8;
/** Some tokenizers drop a leading space unless they get the tokens before it. */
const CONTEXT_TOKENS = 8;

/** Turns tokens into text piece by piece, holding back tokens that end in the middle of a character. */
export class TextDecoder {
  readonly #model: LlamaModel;
  #held: Token[] = [];
  #before: Token[] = [];

  constructor(model: LlamaModel) {
    this.#model = model;
  }

  /** The text this token completes; empty while a character is unfinished. */
  push(token: Token): string {
    this.#held.push(token);
    const text = this.#text();
    if (text.endsWith(UNFINISHED) && this.#held.length < HELD_TOKENS_LIMIT) return '';
    this.#before = [...this.#before, ...this.#held].slice(-CONTEXT_TOKENS);
    this.#held = [];
    return text;
  }

  /** The rest of the text, without an incomplete character. */
  end(): string {
    const text = this.#held.length > 0 ? this.#text() : '';
    this.#held = [];
    return text.replace(/\uFFFD+$/, '');
  }

  #text(): string {
    return this.#model.detokenize(this.#held, false, this.#before);
  }
}

/** Finds stop strings in a stream of text and holds back what may be the beginning of one. */
export class StopFinder {
  readonly #stops: readonly string[];
  #held = '';

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** Text that may be sent, and whether a stop string ended it; nothing may be pushed after that. */
  push(text: string): { readonly text: string; readonly stopped: boolean } {
    this.#held += text;
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((index) => index >= 0);
    if (found.length > 0) return { text: this.#held.slice(0, Math.min(...found)), stopped: true };
    const safe = this.#held.length - this.#openLength();
    const ready = this.#held.slice(0, safe);
    this.#held = this.#held.slice(safe);
    return { text: ready, stopped: false };
  }

  /** The text that was held back, after the last piece. */
  end(): string {
    return this.#held;
  }

  /** Length of the longest end of the held text that begins a stop string. */
  #openLength(): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length--) {
        if (stop.startsWith(this.#held.slice(-length))) longest = length;
      }
    }
    return longest;
  }
}
