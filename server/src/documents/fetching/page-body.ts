import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { decoderFor } from '../../base/decoders.ts';

export class TooLargeError extends Error {}
export class UnknownEncodingError extends Error {}

/** Writes a body into a file as it comes. What counts is its size unpacked. */
export async function saveBody(
  body: Readable,
  file: FileHandle,
  {
    encoding = 'identity',
    maxBytes,
    signal,
  }: { encoding?: string | undefined; maxBytes: number; signal: AbortSignal },
): Promise<void> {
  const save = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > maxBytes) throw new TooLargeError();
      await file.writeFile(chunk);
    }
  };
  if (encoding === 'identity') return pipeline(body, save, { signal });
  const decoder = decoderFor(encoding);
  if (decoder === undefined) throw new UnknownEncodingError();
  return pipeline(body, decoder, save, { signal });
}
