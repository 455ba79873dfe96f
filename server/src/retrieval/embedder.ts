import type { NameSelector } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import type { Models, UsageReport } from '../models/index.ts';
import { bytesOfAnswer } from './answer-bytes.ts';
import { vectorsOf } from './embedding-answer.ts';
import { Gate } from './gate.ts';
import type { NewRequest } from './paying.ts';

/**
 * Texts in one request and requests at once, for documents. The local model takes one text after the other and somebody's
 * question waits behind what it has begun; far away, the way there costs more than the work.
 */
const LOCAL = { texts: 8, requests: 2 };
const REMOTE = { texts: 64, requests: 4 };
const LOCAL_OWNER = 'local';

/** Longest answer that is read: 64 vectors of 4,096 numbers as text are 4 MB. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 300_000;

export interface EmbedOptions {
  model: string;
  signal?: AbortSignal | undefined;
  /** Of the caller's key. */
  selector?: NameSelector | undefined;
  onUsage?: ((report: UsageReport) => void) | undefined;
}

export interface ManyOptions extends Pick<EmbedOptions, 'model' | 'selector'> {
  request?: NewRequest;
}

/** Texts to vectors, by whatever model the catalogue has. */
export class Embedder {
  readonly #models: Models;
  readonly #gates = new Map<string, Gate>();
  readonly #stopping = new AbortController();

  constructor(models: Models) {
    this.#models = models;
  }

  /**
   * All texts in one request, at once: for questions.
   * @returns a vector for each text, in order, as the model gave it.
   * @throws KeywardError as `models.forward`; `upstream_unavailable` where the answer is no embedding.
   */
  async embed(
    texts: readonly string[],
    { model, signal: given, selector, onUsage }: EmbedOptions,
  ): Promise<Float32Array[]> {
    this.#stopping.signal.throwIfAborted();
    const parsed = { model, input: [...texts], encoding_format: 'base64' };
    const { signal, release } = ended([this.#stopping.signal, ...(given === undefined ? [] : [given])]);
    try {
      const answer = await this.#models.forward({
        path: '/embeddings',
        model,
        body: Buffer.from(JSON.stringify(parsed)),
        parsed,
        contentType: 'application/json',
        headers: {},
        signal,
        ...(selector === undefined ? {} : { selector }),
        ...(onUsage === undefined ? {} : { onUsage }),
      });
      return vectorsOf(await bytesOfAnswer(answer, ANSWER_MAX_BYTES), {
        status: answer.status,
        count: texts.length,
        model,
      });
    } finally {
      release();
    }
  }

  /** Many texts, in batches, a few at a time whoever asks: for documents. Batches come in order. */
  async *embedMany(
    texts: readonly string[],
    { model, selector, request }: ManyOptions,
  ): AsyncGenerator<Float32Array[]> {
    const { owned_by } = await this.#models.getModel(model);
    const { texts: size, requests } = owned_by === LOCAL_OWNER ? LOCAL : REMOTE;
    const gate = this.#gate(model, requests);
    const begun: Promise<Float32Array[]>[] = [];
    let isOver = false;
    const begin = (start: number): void => {
      if (start >= texts.length) return;
      const batch = gate.run(async () => {
        // Nobody wants any more what has waited here behind a failure.
        if (isOver) return [];
        this.#stopping.signal.throwIfAborted();
        return this.embed(texts.slice(start, start + size), { model, selector, onUsage: request?.() });
      });
      // Whoever takes it sees its failure; those behind a failure are taken by nobody.
      batch.catch(() => undefined);
      begun.push(batch);
    };
    try {
      for (let at = 0; at < requests; at++) begin(at * size);
      for (let at = requests; begun.length > 0; at++) {
        const batch = await begun.shift();
        begin(at * size);
        if (batch !== undefined) yield batch;
      }
    } finally {
      isOver = true;
    }
  }

  #gate(model: string, requests: number): Gate {
    const gate = this.#gates.get(model) ?? new Gate(requests);
    this.#gates.set(model, gate);
    return gate;
  }

  /** Gives up what is under way. Twice is fine. */
  stop(): void {
    this.#stopping.abort(new KeywardError('not_ready', 'Keyward is stopping.'));
  }
}

/**
 * Ends when one of these does, or with the time. AbortSignal.any and AbortSignal.timeout would do it in a line, but are
 * kept until the time is over: with a hundred questions a second that is 60 MB.
 */
function ended(signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const timer = setTimeout(end, TIMEOUT_MS);
  for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  if (signals.some(({ aborted }) => aborted)) end();
  const release = (): void => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', end);
  };
  return { signal: controller.signal, release };
}
