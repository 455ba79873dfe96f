/** A vector as it is stored: 32-bit floats, little-endian, as every machine that Node 24 runs on has them. */
export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Stored vectors, one after the other. Those whose length is another one have no place among them. */
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
