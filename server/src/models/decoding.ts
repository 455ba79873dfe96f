import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import { KeywardError } from '../base/errors.ts';
import type { Flow, Sink } from './call.ts';

/** A decoder for upstreams that compress although asked not to; undefined for a body that is as it is. */
export function decoderFor(encoding: string | undefined): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    case undefined:
    default:
      return undefined;
  }
}

/** A compressed body on its way into a sink that reads plain bytes. */
export class DecodingSink implements Sink {
  readonly #decoder: Transform;
  readonly #flow: Flow;
  readonly #inner: Sink;

  constructor(decoder: Transform, inner: Sink, flow: Flow) {
    this.#decoder = decoder;
    this.#flow = flow;
    this.#inner = inner;
    decoder.on('data', (chunk: Buffer) => {
      if (!inner.write(chunk)) decoder.pause();
    });
    decoder.on('drain', () => flow.resume());
    decoder.on('end', () => inner.end());
    decoder.on('error', (error) => {
      flow.abort();
      inner.fail(error);
    });
  }

  write(chunk: Buffer): boolean {
    return this.#decoder.write(chunk);
  }

  end(): void {
    this.#decoder.end();
  }

  fail(error: Error): void {
    this.#decoder.destroy();
    this.#inner.fail(error);
  }

  /** The reader wants more. */
  resume(): void {
    this.#decoder.resume();
    if (!this.#decoder.writableNeedDrain) this.#flow.resume();
  }
}

/** Of an answer that was kept packed: a megabyte of it could be a gigabyte. */
const DECODED_MAX_BYTES = 8 * 1024 * 1024;

/** @throws KeywardError `upstream_unavailable` where it is longer than 8 MiB, or cannot be decoded. */
export async function decodeWhole(decoder: Transform, body: Buffer): Promise<Buffer> {
  decoder.end(body);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoder) {
      bytes += (chunk as Buffer).length;
      if (bytes > DECODED_MAX_BYTES) throw new Error(`longer than ${DECODED_MAX_BYTES} bytes`);
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    throw new KeywardError('upstream_unavailable', 'The upstream sent an error that cannot be unpacked.', {
      hint: `Unpacked, an error may have at most ${DECODED_MAX_BYTES / 1024 / 1024} MiB.`,
      cause,
    });
  }
  return Buffer.concat(chunks);
}
