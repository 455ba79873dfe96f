import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

const DECODERS = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

/** For servers that compress although asked not to; undefined for an uncompressed body and an unknown encoding. */
export const decoderFor = (encoding: string | undefined): Transform | undefined =>
  DECODERS.get(encoding?.trim().toLowerCase() ?? '')?.();
