import { sign, type KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';

export interface ToSign {
  id: number;
  texts: readonly string[];
}

/** Base64, in the order of the texts. */
export interface Signed {
  id: number;
  signatures: string[];
}

/** Fewer are signed at once: a message to the thread and back would take as long. */
const FEW = 3;

/** Ed25519. @returns base64 */
export const signAll = (texts: readonly string[], key: KeyObject): string[] =>
  texts.map((text) => sign(null, Buffer.from(text), key).toString('base64'));

/**
 * Signs many texts on a thread of its own, with one message for all of them: with the threads of node:crypto each would take
 * a fifth of a signature's time on the main thread. The thread starts when there are many for the first time.
 */
export class SigningThread {
  readonly #key: KeyObject;
  readonly #waiting = new Map<
    number,
    { texts: readonly string[]; resolve: (signatures: string[]) => void }
  >();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Begins at once, also where its caller blocks after it. */
  sign(texts: readonly string[]): Promise<string[]> {
    if (texts.length <= FEW) return Promise.resolve(signAll(texts, this.#key));
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<string[]>();
    this.#waiting.set(id, { texts, resolve });
    worker.ref();
    worker.postMessage({ id, texts } satisfies ToSign);
    return promise;
  }

  /** The next texts start another one. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('signing-worker.ts', import.meta.url), {
      workerData: this.#key,
      env: {},
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    });
    worker.on('message', ({ id, signatures }: Signed) => {
      this.#waiting.get(id)?.resolve(signatures);
      this.#waiting.delete(id);
      // An idle thread must not keep the process alive.
      if (this.#waiting.size === 0) worker.unref();
    });
    // Such as too little memory: its end follows.
    worker.on('error', () => undefined);
    worker.on('exit', () => this.#ended(worker));
    return worker;
  }

  /** What it has not signed is signed here. */
  #ended(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { texts, resolve } of left) resolve(signAll(texts, this.#key));
  }
}
