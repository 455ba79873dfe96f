import { collected } from '../../base/collected.ts';
import { KeywardError } from '../../base/errors.ts';
import { isObject } from '../../base/is-object.ts';
import type { Answer } from '../../models/index.ts';

/** The whole of a model's answer. @throws KeywardError `upstream_unavailable` where it is cut off or too long. */
export async function bytesOfAnswer(answer: Answer, maxBytes: number): Promise<Buffer> {
  try {
    return await collected(answer.body, maxBytes, () => new Error(`longer than ${maxBytes} bytes`));
  } catch (cause) {
    const message = `The model ${answer.model} broke off its answer.`;
    throw new KeywardError('upstream_unavailable', message, { cause });
  }
}

/** The status with which a model refused to embed. */
export class ModelRefusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

const SHOWN_MAX_CHARACTERS = 300;

/** @returns the vectors of an answer to `POST /embeddings`, in the order of the texts. @throws KeywardError */
export function vectorsOf(
  bytes: Buffer,
  { status, count, model }: { status: number; count: number; model: string },
): Float32Array[] {
  const answer = parse(bytes);
  if (status !== 200) throw refused(answer, status, model);
  const vectors = Array.from<Float32Array | undefined>({ length: count });
  const items: unknown[] = Array.isArray(answer['data']) ? answer['data'] : [];
  for (const [at, { index = at, embedding }] of items.filter(isObject).entries()) {
    if (typeof index === 'number' && index < count) vectors[index] = vectorOf(embedding);
  }
  const found = vectors.filter((vector) => vector !== undefined);
  const [first] = found;
  if (found.length !== count || found.some(({ length }) => length === 0 || length !== first?.length)) {
    throw new KeywardError('upstream_unavailable', `The model ${model} gave no embeddings.`, {
      hint: 'Choose an embedding model.',
    });
  }
  return found;
}

/** An upstream may answer with numbers although base64 was asked for. */
function vectorOf(embedding: unknown): Float32Array | undefined {
  if (typeof embedding === 'string') {
    const bytes = Buffer.from(embedding, 'base64');
    const vector = new Float32Array(Math.floor(bytes.length / 4));
    for (let at = 0; at < vector.length; at++) vector[at] = bytes.readFloatLE(at * 4);
    return finite(vector);
  }
  return Array.isArray(embedding) ? finite(Float32Array.from(embedding as number[], Number)) : undefined;
}

const finite = (vector: Float32Array): Float32Array | undefined =>
  vector.every((value) => Number.isFinite(value)) ? vector : undefined;

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function refused(answer: Record<string, unknown>, status: number, model: string): KeywardError {
  const error = answer['error'] as { message?: unknown } | string | undefined;
  const said = typeof error === 'string' ? error : error?.message;
  const why = typeof said === 'string' ? `: ${said.slice(0, SHOWN_MAX_CHARACTERS).replace(/\.$/, '')}` : '';
  return new KeywardError('upstream_unavailable', `The model ${model} refused to embed (${status})${why}.`, {
    cause: new ModelRefusal(status),
  });
}
