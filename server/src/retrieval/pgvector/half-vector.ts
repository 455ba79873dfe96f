import { flatten } from '../index/vector-bytes.ts';

/** Before the numbers: their count, and two unused bytes. */
const HEAD_BYTES = 4;

/**
 * A binary `halfvec` for PostgreSQL: 16-bit floats, big-endian. Its length is 1, so that the inner product is the cosine and
 * no number is too large for 16 bits. A vector of zeros stays as it is: its distance to all others is 1.
 */
export function halfVector(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + vector.length * 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = lengthOf(vector) || 1;
  view.setInt16(0, vector.length);
  for (let at = 0; at < vector.length; at++) view.setFloat16(HEAD_BYTES + at * 2, (vector[at] ?? 0) / length);
  return bytes;
}

/** Cosine distance of a stored vector to a question. */
export function distanceTo(question: Float32Array, stored: Uint8Array): number {
  const vector = flatten([stored], question.length);
  let dot = 0;
  for (let at = 0; at < vector.length; at++) dot += (vector[at] ?? 0) * (question[at] ?? 0);
  return 1 - dot / (lengthOf(vector) * lengthOf(question) || 1);
}

function lengthOf(vector: Float32Array): number {
  let square = 0;
  for (let at = 0; at < vector.length; at++) square += (vector[at] ?? 0) ** 2;
  return Math.sqrt(square);
}
