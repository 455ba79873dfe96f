import { Worker } from 'node:worker_threads';
import { SLICE_CHARACTERS } from '../../base/tokens.ts';

type Encoding = 'cl100k_base' | 'o200k_base';

type Asked = ({ text: string } | { body: Uint8Array; isEventStream: boolean }) & { encoding: Encoding };

export type ToCount = Asked & { id: number };

export interface Counted {
  id: number;
  tokens: number;
}

/** Families that count like GPT-4: OpenAI's older ones, and the local model, whose window is measured so. */
const CL100K = /^(?:gpt-4(?!o|\.\d)|gpt-3\.?5|text-embedding-|davinci-|babbage-|smollm)/i;

/**
 * The encoding for a model. Exact for OpenAI's; later models of others have vocabularies of about the size of o200k_base.
 * @param model plain or `upstream/name`.
 */
export const encodingOf = (model: string): Encoding =>
  CL100K.test(model.slice(model.lastIndexOf('/') + 1)) ? 'cl100k_base' : 'o200k_base';

/**
 * Counts in a thread, which starts with the first text: loading an encoding takes 0.4 s and counting a long text 50 ms, during
 * which this process would serve nobody. Guarded by tokenizer.test.ts.
 */
class Tokenizer {
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #worker: Worker | undefined;
  #lastId = 0;

  count(asked: Asked): Promise<number> {
    this.#worker ??= this.#start();
    const waiting = Promise.withResolvers<number>();
    const id = ++this.#lastId;
    this.#waiting.set(id, waiting);
    this.#worker.ref();
    this.#worker.postMessage({ ...asked, id } satisfies ToCount);
    return waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('tokenizer-worker.ts', import.meta.url));
    worker.on('message', ({ id, tokens }: Counted) => {
      this.#waiting.get(id)?.resolve(tokens);
      this.#waiting.delete(id);
      // An idle thread must not keep the process alive.
      if (this.#waiting.size === 0) worker.unref();
    });
    // The next text starts another thread.
    worker.once('error', (error) => {
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    return worker;
  }
}

const tokenizer = new Tokenizer();

/** Tokens of a text by the encoding of a model; those of a long text are extrapolated from a sample. */
export async function countTokens(text: string, model: string): Promise<number> {
  if (text === '') return 0;
  const sent = sampleOf(text);
  const tokens = await tokenizer.count({ text: sent, encoding: encodingOf(model) });
  return Math.ceil(tokens * (text.length / sent.length));
}

export async function countTokensOfAnswer(
  body: Uint8Array,
  isEventStream: boolean,
  model: string,
): Promise<number> {
  return Math.ceil(await tokenizer.count({ body, isEventStream, encoding: encodingOf(model) }));
}

const COUNTED_MAX_CHARACTERS = 64 * 1024;

/**
 * Random pieces of a long text: nobody can put text of few tokens where it is counted, and text of many where it is not. Guarded by
 * http/hanging-up.test.ts.
 */
export function sampleOf(text: string): string {
  if (text.length <= COUNTED_MAX_CHARACTERS) return text;
  const stride = text.length / (COUNTED_MAX_CHARACTERS / SLICE_CHARACTERS);
  const pieces: string[] = [];
  for (let from = 0; from + SLICE_CHARACTERS <= text.length; from += stride) {
    const at = Math.floor(from + Math.random() * (stride - SLICE_CHARACTERS));
    pieces.push(text.slice(at, at + SLICE_CHARACTERS));
  }
  return pieces.join('');
}
