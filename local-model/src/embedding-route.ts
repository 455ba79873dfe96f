import { setImmediate as nextTurn } from 'node:timers/promises';
import { EMBEDDING_MODEL_NAME, type Embedding, type EmbeddingModel } from './embedding-model.ts';
import { readEmbeddingRequest } from './embedding-request.ts';
import type { Exchange } from './exchange.ts';
import type { Fields } from './fields.ts';
import type { WorkQueue } from './work-queue.ts';

/** What the route needs to embed. */
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
  const { texts, base64 } = readEmbeddingRequest(fields);
  const signal = AbortSignal.any([exchange.gone, embedder.stopping]);
  const embeddings: Embedding[] = [];
  await embedder.queue.run(signal, async () => {
    for (const text of texts) {
      embeddings.push(await embedder.model.embed(text));
      // Lets other requests through, and notices a client that went away.
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

/** Little-endian 32-bit floats, as OpenAI sends them. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
