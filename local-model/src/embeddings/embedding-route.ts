import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApiError } from '../api-error.ts';
import { EMBEDDING_DIMENSIONS, EMBEDDING_MODEL_NAME } from './embedding-model.ts';
import type { Embedding, EmbeddingModel } from './embedding-model.ts';
import { EmbeddingTokens } from './embedding-tokens.ts';
import type { Exchange } from '../exchange.ts';
import type { Fields } from '../fields.ts';
import { checkEmbeddings } from '../parameters.ts';
import type { WorkQueue } from '../work-queue.ts';

export interface Embedder {
  readonly model: EmbeddingModel;
  readonly queue: WorkQueue;
  readonly stopping: AbortSignal;
}

/** POST /v1/embeddings */
export async function answerEmbeddings(
  exchange: Exchange,
  fields: Fields,
  embedder: Embedder,
): Promise<void> {
  const { texts, base64 } = readRequest(fields);
  const signal = AbortSignal.any([exchange.gone, embedder.stopping]);
  const embeddings: Embedding[] = [];
  await embedder.queue.run(signal, async () => {
    for (const text of texts) {
      embeddings.push(await embedder.model.embed(text));
      // Other requests run, and the end of the connection is noticed.
      await nextTurn();
      signal.throwIfAborted();
    }
  });
  const tokens = embeddings.reduce((sum, embedding) => sum + embedding.tokens, 0);
  const data = embeddings.map(({ vector }, index) => {
    return { object: 'embedding', index, embedding: base64 ? toBase64(vector) : [...vector] };
  });
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  exchange.json(200, { object: 'list', data, model: EMBEDDING_MODEL_NAME, usage });
}

/** Counted without a pause: some milliseconds. */
const COUNTED_CHARS = 8_192;

/**
 * POST /v1/embeddings/tokens: how many tokens each text has, and how many of one text the model reads. Does not wait for the requests
 * that embed.
 */
export async function answerTokens(
  exchange: Exchange,
  fields: Fields,
  { model, stopping }: Embedder,
): Promise<void> {
  const signal = AbortSignal.any([exchange.gone, stopping]);
  const data: number[] = [];
  let counted = 0;
  for (const text of readStrings(fields.value('input'), COUNTED_TEXTS_LIMIT)) {
    data.push(model.tokens.count(text));
    counted += text.length;
    if (counted < COUNTED_CHARS) continue;
    counted = 0;
    await nextTurn();
    signal.throwIfAborted();
  }
  exchange.json(200, { object: 'list', data, limit: EmbeddingTokens.limit, model: EMBEDDING_MODEL_NAME });
}

/** Little-endian 32-bit floats, as OpenAI sends them. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}

const TEXTS_LIMIT = 2_048;
/** Words, mostly. */
const COUNTED_TEXTS_LIMIT = 20_000;

/** Throws 400 naming the field. */
function readRequest(fields: Fields): { texts: readonly string[]; base64: boolean } {
  checkEmbeddings(fields);
  const dimensions = fields.value('dimensions');
  if (dimensions !== undefined && dimensions !== EMBEDDING_DIMENSIONS) {
    throw ApiError.badField('dimensions', `must be ${EMBEDDING_DIMENSIONS} or absent`);
  }
  const encoding = fields.string('encoding_format') ?? 'float';
  if (encoding !== 'float' && encoding !== 'base64') {
    throw ApiError.badField('encoding_format', 'must be float or base64');
  }
  return { texts: readTexts(fields.value('input')), base64: encoding === 'base64' };
}

function readTexts(input: unknown): readonly string[] {
  const texts = readStrings(input, TEXTS_LIMIT);
  const empty = texts.indexOf('');
  if (empty >= 0) throw ApiError.badField(nameOf(input, empty), 'must not be empty');
  return texts;
}

const nameOf = (input: unknown, index: number): string =>
  Array.isArray(input) ? `input[${index}]` : 'input';

function readStrings(input: unknown, limit: number): readonly string[] {
  const list: unknown[] = Array.isArray(input) ? input : [input];
  if (list.length === 0 || list.length > limit) {
    throw ApiError.badField('input', `must hold 1 to ${limit} texts`);
  }
  const isTokens = list.some((item) => typeof item === 'number' || Array.isArray(item));
  if (isTokens && Array.isArray(input)) {
    throw ApiError.badField('input', 'must be text: token numbers of another model mean nothing to this one');
  }
  return list.map((text, index) => {
    if (typeof text === 'string') return text;
    throw ApiError.badField(nameOf(input, index), 'must be a string', 'invalid_type');
  });
}
