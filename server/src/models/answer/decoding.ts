import type { Transform } from 'node:stream';
import { collected } from '../../base/collected.ts';
import type { Flow, Sink } from '../call.ts';

/** Decompresses a body for another sink. */
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

  resume(): void {
    this.#decoder.resume();
    if (!this.#decoder.writableNeedDrain) this.#flow.resume();
  }
}

/** @throws if the body cannot be decompressed, or is larger than `maxBytes` then. */
export function decodeWhole(decoder: Transform, body: Buffer, maxBytes: number): Promise<Buffer> {
  decoder.end(body);
  const tooLong = (): Error => new Error(`The decompressed body is larger than ${maxBytes} bytes.`);
  return collected(decoder, maxBytes, tooLong);
}
