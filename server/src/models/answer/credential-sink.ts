import type { Sink } from '../call.ts';

const STAR = '*'.charCodeAt(0);

/**
 * Removes the credentials of an upstream from all of its answers, also from those that do not look like a failure or are too long to
 * be searched for one. Stars of the same length replace them, since the head of the answer may have given its length. Guarded by
 * openai/upstream-failures.test.ts.
 */
export class CredentialSink implements Sink {
  readonly #inner: Sink;
  readonly #credentials: readonly Buffer[];
  /** Possibly the beginning of a credential. */
  #held: Buffer | undefined;

  constructor(inner: Sink, credentials: readonly Buffer[]) {
    this.#inner = inner;
    this.#credentials = credentials;
  }

  write(chunk: Buffer): boolean {
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    for (const credential of this.#credentials) bytes = starred(bytes, credential);
    const begun = Math.max(...this.#credentials.map((credential) => begins(bytes, credential)));
    this.#held = begun === 0 ? undefined : bytes.subarray(bytes.length - begun);
    return begun === bytes.length || this.#inner.write(bytes.subarray(0, bytes.length - begun));
  }

  end(): void {
    if (this.#held !== undefined) this.#inner.write(this.#held);
    this.#inner.end();
  }

  fail(error: Error): void {
    this.#inner.fail(error);
  }
}

function starred(bytes: Buffer, credential: Buffer): Buffer {
  let at = bytes.indexOf(credential);
  if (at < 0) return bytes;
  const copy = Buffer.from(bytes);
  for (; at >= 0; at = copy.indexOf(credential, at + credential.length))
    copy.fill(STAR, at, at + credential.length);
  return copy;
}

/** How many of the last bytes are the first ones of a credential. */
function begins(bytes: Buffer, credential: Buffer): number {
  const first = credential[0] ?? 0;
  const start = Math.max(0, bytes.length - credential.length + 1);
  for (let at = bytes.indexOf(first, start); at >= 0; at = bytes.indexOf(first, at + 1))
    if (bytes.subarray(at).equals(credential.subarray(0, bytes.length - at))) return bytes.length - at;
  return 0;
}
