import { readFile } from 'node:fs/promises';
import type { Tokenizer } from '@huggingface/tokenizers';
import type { InferenceSession } from 'onnxruntime-node';

type Runtime = typeof import('onnxruntime-node');

export const EMBEDDING_MODEL_NAME = 'all-minilm-l6-v2';
/** Length of each vector. */
export const EMBEDDING_DIMENSIONS = 384;
/** Of a text; the rest is left out, as in the training of the model. */
const TEXT_TOKENS_LIMIT = 256;
/** [SEP], at the end of every text. */
const CLOSING_TOKENS = 1;
/** Of a long text, tokenized first; doubled until there are enough tokens. */
const FIRST_CHARS = 4096;

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
  readonly #tokenizer: Tokenizer;

  private constructor(runtime: Runtime, session: InferenceSession, tokenizer: Tokenizer) {
    this.#runtime = runtime;
    this.#session = session;
    this.#tokenizer = tokenizer;
  }

  /** Throws what reading and parsing the two files throws. */
  static async load(modelFile: string, tokenizerFile: string, threads: number): Promise<EmbeddingModel> {
    const runtime = await import('onnxruntime-node');
    const { Tokenizer } = await import('@huggingface/tokenizers');
    const description = JSON.parse(await readFile(tokenizerFile, 'utf8')) as object;
    const session = await runtime.InferenceSession.create(modelFile, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Spinning threads would take processor time from the chat model.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return new EmbeddingModel(runtime, session, new Tokenizer(description, {}));
  }

  /**
   * The vector of one text. Texts are never run in a batch: it needs padding and hundreds of MB, is no faster on a
   * processor (14 ms for 110 words either way), and blocks the event loop longer.
   */
  async embed(text: string): Promise<Embedding> {
    const ids = this.#encode(text);
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

  #encode(text: string): number[] {
    let ids: number[] = [];
    for (let chars = FIRST_CHARS; ; chars *= 2) {
      ids = this.#tokenizer.encode(wholeWords(text, chars)).ids;
      if (ids.length > TEXT_TOKENS_LIMIT || chars >= text.length) break;
    }
    if (ids.length <= TEXT_TOKENS_LIMIT) return ids;
    return [...ids.slice(0, TEXT_TOKENS_LIMIT - CLOSING_TOKENS), ...ids.slice(-CLOSING_TOKENS)];
  }
}

/** The beginning of a text, cut at white space, so that its tokens are those of the whole text. */
function wholeWords(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const cut = text.slice(0, chars).search(/\s\S*$/);
  return text.slice(0, cut < 0 ? chars : cut);
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
