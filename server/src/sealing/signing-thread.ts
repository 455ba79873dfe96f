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

/** @returns base64 */
const signText = (text: string, key: KeyObject): string =>
  sign(null, Buffer.from(text), key).toString('base64');

/**
 * Signs many texts on a thread of its own, one message for all of them: for each, node:crypto's own threads take a fifth of the
 * time of a signature on the main thread. The thread starts with the first ones; the process may end while it is idle.
 */
export class SigningThread {
  readonly #key: KeyObject;
  readonly #waiting = new Map<number, PromiseWithResolvers<string[]>>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Begins at once, also where its caller blocks after it. */
  sign(texts: readonly string[]): Promise<string[]> {
    if (texts.length <= FEW) return Promise.resolve(texts.map((text) => signText(text, this.#key)));
    const worker = (this.#worker ??= this.#start());
    const waiting = Promise.withResolvers<string[]>();
    const id = ++this.#lastId;
    this.#waiting.set(id, waiting);
    worker.ref();
    worker.postMessage({ id, texts } satisfies ToSign);
    return waiting.promise;
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
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#fail(new Error('The thread that signs has ended.'));
    });
    return worker;
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
