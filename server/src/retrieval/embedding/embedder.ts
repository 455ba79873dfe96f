import { KeywardError } from '../../base/errors.ts';
import type { Models, Send } from '../../models/index.ts';
import { bytesOfAnswer, vectorsOf } from './embedding-answer.ts';
import { Run } from '../../nodes/index.ts';
import { currentPermit } from '../../storage/index.ts';
import { endedAfter } from '../ended-after.ts';
import { Gate } from '../../base/gate.ts';

/**
 * Texts in one request and requests at once, for documents. The local model embeds one text after the other, and questions
 * wait for the requests before them; a request to a distant model takes longer than its work.
 */
const LOCAL = { texts: 8, requests: 2 };
const REMOTE = { texts: 64, requests: 4 };
const LOCAL_OWNER = 'local';

/** Below `/v1`. */
export const EMBEDDINGS_PATH = '/embeddings';

/** 64 vectors of 4,096 numbers as text are 4 MB. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 300_000;

export interface EmbedOptions {
  model: string;
  /** Of the account that pays; `paid` gives it. */
  send: Send;
  signal?: AbortSignal | undefined;
}

/** One vector for each text, and the tokens of all texts. */
export interface Embedded {
  vectors: Float32Array[];
  tokens: number;
}

/** Makes vectors of texts, by any model of the catalogue. */
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
   * @throws KeywardError as `send`; `upstream_unavailable` where the answer is no embedding.
   */
  async embed(texts: readonly string[], { model, send, signal: given }: EmbedOptions): Promise<Embedded> {
    this.#stopping.signal.throwIfAborted();
    const parsed = { model, input: [...texts], encoding_format: 'base64' };
    // Documents are embedded also when the caller has gone, but not for a revoked key.
    const { signal, release } = endedAfter(TIMEOUT_MS, [
      this.#stopping.signal,
      given ?? currentPermit()?.signal,
    ]);
    try {
      const answer = await send({
        body: Buffer.from(JSON.stringify(parsed)),
        parsed,
        contentType: 'application/json',
        headers: {},
        signal,
      });
      const vectors = vectorsOf(await bytesOfAnswer(answer, ANSWER_MAX_BYTES), {
        status: answer.status,
        count: texts.length,
        model,
      });
      return { vectors, tokens: (await answer.usage).tokensIn };
    } finally {
      release();
    }
  }

  /** For documents: batches of texts, a few at a time for all callers together. Batches come in order. */
  async *embedMany(texts: readonly string[], { model, send }: EmbedOptions): AsyncGenerator<Float32Array[]> {
    const { owned_by } = await this.#models.getModel(model);
    const { texts: size, requests } = owned_by === LOCAL_OWNER ? LOCAL : REMOTE;
    const gate = this.#gates.get(model) ?? new Gate(requests);
    this.#gates.set(model, gate);
    const begun: Promise<Float32Array[]>[] = [];
    const run = currentPermit();
    let done = 0;
    let isOver = false;
    const begin = (start: number): void => {
      if (start >= texts.length) return;
      const batch = gate.run(async () => {
        // A batch before this one has failed.
        if (isOver) return [];
        this.#stopping.signal.throwIfAborted();
        return (await this.embed(texts.slice(start, start + size), { model, send })).vectors;
      });
      // Batches after a failure are never awaited, and must not end the process when they fail too.
      batch.catch(() => undefined);
      begun.push(batch);
    };
    try {
      for (let at = 0; at < requests; at++) begin(at * size);
      for (let at = requests; begun.length > 0; at++) {
        const batch = await begun.shift();
        begin(at * size);
        if (batch === undefined) continue;
        done += batch.length;
        if (run instanceof Run) run.reports({ done, total: texts.length });
        yield batch;
      }
    } finally {
      isOver = true;
    }
  }

  /** Ends all requests. Idempotent. */
  stop(): void {
    this.#stopping.abort(new KeywardError('not_ready', 'Keyward is stopping.'));
  }
}
