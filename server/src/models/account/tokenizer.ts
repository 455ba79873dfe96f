import { Worker } from 'node:worker_threads';
import { sampleOf } from '../request/text-sample.ts';

type Asked = { text: string } | { body: Uint8Array; isEventStream: boolean };

export interface ToCount {
  id: number;
  asked: Asked;
}

export interface Counted {
  id: number;
  tokens: number;
}

type Waiting = PromiseWithResolvers<number>;

/**
 * Counts in a thread of its own, which starts with the first text: to load the ranks takes 0.4 s and to count a long text
 * 50 ms, in which this process would serve nobody. Guarded by tokenizer.test.ts.
 */
class Tokenizer {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #asked = 0;

  count(asked: Asked): Promise<number> {
    this.#worker ??= this.#start();
    const waiting = Promise.withResolvers<number>();
    const id = ++this.#asked;
    this.#waiting.set(id, waiting);
    this.#worker.ref();
    this.#worker.postMessage({ id, asked } satisfies ToCount);
    return waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('tokenizer-worker.ts', import.meta.url));
    worker.on('message', ({ id, tokens }: Counted) => {
      this.#waiting.get(id)?.resolve(tokens);
      this.#waiting.delete(id);
      // A process that has nothing else to do ends.
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.once('error', (error) => this.#end(error));
    return worker;
  }

  /** The next text starts another thread. */
  #end(error: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

const tokenizer = new Tokenizer();

/** Tokens of a text by o200k_base; those of a long one extrapolated from a sample. */
export async function countText(text: string): Promise<number> {
  if (text === '') return 0;
  // More need not come to the thread.
  const sent = sampleOf(text);
  return Math.ceil((await tokenizer.count({ text: sent })) * (text.length / sent.length));
}

/** The same for the text in the body of an answer. */
export async function countTextOfAnswer(body: Uint8Array, isEventStream: boolean): Promise<number> {
  return Math.ceil(await tokenizer.count({ body, isEventStream }));
}
