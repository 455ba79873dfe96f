import { sign, type KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';

export interface ThreadData {
  key: KeyObject;
  /** How many texts of each list are signed or being signed, by either thread: the list `id` counts at `id % LISTS_MAX`. */
  taken: Int32Array;
}

/** One text and one answer for each list: a list of texts would take as long to copy as half of its signatures. */
export interface ToSign {
  id: number;
  /** Joined with `BETWEEN_TEXTS`. */
  texts: string;
}

/** Of the first texts, as many as the thread has taken. */
export interface Signed {
  id: number;
  /** Base64, joined with `BETWEEN_SIGNATURES`. */
  signatures: string;
}

/** JSON has none. */
export const BETWEEN_TEXTS = '\0';
export const BETWEEN_SIGNATURES = ' ';

/** Fewer are signed at once: a message to the thread and back would take as long. */
const FEW = 3;
/** Lists that the thread may have at a time; more are signed at once. */
export const LISTS_MAX = 64;

/** Ed25519. @returns base64 */
export const signText = (text: string, key: KeyObject): string =>
  sign(null, Buffer.from(text), key).toString('base64');

interface List {
  id: number;
  texts: readonly string[];
  /** Signatures of the last texts, which this thread has made, the last first. */
  ends: string[];
  resolve: (signatures: string[]) => void;
}

/**
 * Signs many texts on a thread of its own, with one message for all of them: with the threads of node:crypto each would take
 * a fifth of a signature's time on the main thread. The thread signs from the front; while this thread has nothing else to
 * do, it signs from the back. The thread starts when there are many for the first time.
 */
export class SigningThread {
  readonly #key: KeyObject;
  readonly #taken = new Int32Array(new SharedArrayBuffer(LISTS_MAX * Int32Array.BYTES_PER_ELEMENT));
  readonly #waiting = new Map<number, List>();
  #worker: Worker | undefined;
  #lastId = 0;
  #isHelping = false;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Begins at once, also where its caller blocks after it. @param texts without U+0000 */
  sign(texts: readonly string[]): Promise<string[]> {
    if (texts.length <= FEW || this.#waiting.size >= LISTS_MAX)
      return Promise.resolve(texts.map((text) => signText(text, this.#key)));
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<string[]>();
    this.#waiting.set(id, { id, texts, ends: [], resolve });
    Atomics.store(this.#taken, id % LISTS_MAX, 0);
    worker.ref();
    worker.postMessage({ id, texts: texts.join(BETWEEN_TEXTS) } satisfies ToSign);
    if (!this.#isHelping) setImmediate(() => this.#help());
    this.#isHelping = true;
    return promise;
  }

  /** The next texts start another one. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('signing-worker.ts', import.meta.url), {
      workerData: { key: this.#key, taken: this.#taken } satisfies ThreadData,
      env: {},
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    });
    worker.on('message', ({ id, signatures }: Signed) => {
      // What the thread has not taken was signed here before this message was read.
      const list = this.#waiting.get(id);
      const begin = signatures === '' ? [] : signatures.split(BETWEEN_SIGNATURES);
      list?.resolve([...begin, ...list.ends.toReversed()]);
      this.#waiting.delete(id);
      // An idle thread must not keep the process alive.
      if (this.#waiting.size === 0) worker.unref();
    });
    // Such as too little memory: its end follows.
    worker.on('error', () => undefined);
    worker.on('exit', () => this.#ended(worker));
    return worker;
  }

  /** One text a turn of the event loop, so that whatever comes in goes first. */
  #help(): void {
    for (const { id, texts, ends } of this.#waiting.values()) {
      if (Atomics.add(this.#taken, id % LISTS_MAX, 1) >= texts.length) continue;
      ends.push(signText(texts.at(-1 - ends.length) as string, this.#key));
      setImmediate(() => this.#help());
      return;
    }
    this.#isHelping = false;
  }

  /** What it has not signed is signed here. */
  #ended(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { texts, ends, resolve } of left) {
      const begin = texts.slice(0, texts.length - ends.length);
      resolve([...begin.map((text) => signText(text, this.#key)), ...ends.toReversed()]);
    }
  }
}
