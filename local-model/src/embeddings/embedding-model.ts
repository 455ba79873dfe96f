import { readFile } from 'node:fs/promises';
import type { InferenceSession } from 'onnxruntime-node';
import { EmbeddingTokens, type TokenizerDescription } from './embedding-tokens.ts';

type Runtime = typeof import('onnxruntime-node');

export const EMBEDDING_MODEL_NAME = 'all-minilm-l6-v2';
/** Length of each vector. */
export const EMBEDDING_DIMENSIONS = 384;

export interface Embedding {
  /** Of length 1. */
  readonly vector: Float32Array;
  /** With [CLS] and [SEP]. */
  readonly tokens: number;
}

/** all-MiniLM-L6-v2 in memory: mean pooling over the tokens, then length 1. */
export class EmbeddingModel {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly tokens: EmbeddingTokens;

  private constructor(runtime: Runtime, session: InferenceSession, tokens: EmbeddingTokens) {
    this.#runtime = runtime;
    this.#session = session;
    this.tokens = tokens;
  }

  /** Throws what reading and parsing the two files throws. */
  static async load(modelFile: string, tokenizerFile: string, threads: number): Promise<EmbeddingModel> {
    const runtime = await import('onnxruntime-node');
    const { Tokenizer } = await import('@huggingface/tokenizers');
    const description = JSON.parse(await readFile(tokenizerFile, 'utf8')) as TokenizerDescription;
    const session = await runtime.InferenceSession.create(modelFile, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Spinning threads would take processor time from the chat model.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return new EmbeddingModel(
      runtime,
      session,
      new EmbeddingTokens(new Tokenizer(description, {}), description),
    );
  }

  /**
   * The vector of one text. Texts are never run in a batch: it needs padding and hundreds of MB, is no faster on a
   * processor (14 ms for 110 words either way), and blocks the event loop longer.
   */
  async embed(text: string): Promise<Embedding> {
    const ids = this.tokens.idsOf(text);
    const shape = [1, ids.length];
    const { Tensor } = this.#runtime;
    const output = await this.#session.run({
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
      token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
    });
    const hidden = output['last_hidden_state']?.data as Float32Array;
    return { vector: normalise(sumRows(hidden)), tokens: ids.length };
  }
}

/** The mean over tokens, except for its length, which `normalise` changes. */
function sumRows(hidden: Float32Array): Float32Array {
  const sum = new Float32Array(EMBEDDING_DIMENSIONS);
  for (let index = 0; index < hidden.length; index++) {
    const column = index % EMBEDDING_DIMENSIONS;
    sum[column] = (sum[column] ?? 0) + (hidden[index] ?? 0);
  }
  return sum;
}

function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / (length || 1));
}
