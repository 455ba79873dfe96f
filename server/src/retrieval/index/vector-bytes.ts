/** For the database: 32-bit floats, little-endian, as on every machine that Node 24 runs on. */
export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Stored vectors, one after the other. @throws Error where one has another length. */
export function flatten(vectors: readonly Uint8Array[], dimensions: number): Float32Array {
  const flat = new Float32Array(vectors.length * dimensions);
  const bytes = new Uint8Array(flat.buffer);
  for (const [at, vector] of vectors.entries()) {
    if (vector.byteLength !== dimensions * 4)
      throw new Error(`a stored vector has ${vector.byteLength / 4} dimensions, not ${dimensions}`);
    bytes.set(vector, at * dimensions * 4);
  }
  return flat;
}
