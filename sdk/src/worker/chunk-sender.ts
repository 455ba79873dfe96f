const PIECE_MAX_BYTES = 1_048_576;
const PIECES_MAX = 500;
const REQUEST_MAX_BYTES = 4 * 1_048_576;
/** Pieces that come together are sent together; the first of a job, for which somebody waits, are sent at once. */
const COLLECT_MS = 2;
/** With more waiting, the function of the worker waits too. */
const WAITING_MAX_BYTES = 4 * 1_048_576;

/** Sends the pieces of one job in order: one request at a time, with all that came meanwhile in the next. */
export class ChunkSender {
  readonly #send: (lines: string, from: number) => Promise<void>;
  readonly #encoder = new TextEncoder();
  #waiting: { line: string; bytes: number }[] = [];
  #bytes = 0;
  /** Pieces that were sent. */
  #sent = 0;
  #sending: Promise<void> | undefined;
  #hasBegun = false;
  #failure: { error: unknown } | undefined;

  /** @param send `from`: how many pieces come before these */
  constructor(send: (lines: string, from: number) => Promise<void>) {
    this.#send = send;
  }

  /**
   * Resolves when there is room for more.
   * @throws TypeError for what is not JSON, RangeError for a piece of more than 1 MiB; the error of an earlier request
   */
  async add(piece: unknown): Promise<void> {
    this.#refuseFailed();
    const next = this.#lineOf(piece);
    this.#waiting.push(next);
    this.#bytes += next.bytes;
    this.#sending ??= this.#drain();
    if (this.#bytes > WAITING_MAX_BYTES) await this.flushed();
  }

  /** Resolves when all pieces are stored. @throws the error of a request */
  async flushed(): Promise<void> {
    await this.#sending;
    this.#refuseFailed();
  }

  #lineOf(piece: unknown): { line: string; bytes: number } {
    try {
      const text = JSON.stringify(piece) as string | undefined;
      if (text === undefined) throw new TypeError('A piece of output must be a JSON value.');
      const { length: bytes } = this.#encoder.encode(text);
      if (bytes <= PIECE_MAX_BYTES) return { line: `${text}\n`, bytes };
      throw new RangeError('A piece of output must have at most 1 MiB: emit several.');
    } catch (error) {
      // The output has a hole, also where the caller does not await this piece.
      this.#failure ??= { error };
      throw error;
    }
  }

  #refuseFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #drain(): Promise<void> {
    try {
      if (this.#hasBegun) await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
      else await Promise.resolve();
      this.#hasBegun = true;
      while (this.#waiting.length > 0) {
        const from = this.#sent;
        await this.#send(this.#next(), from);
      }
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#sending = undefined;
    }
  }

  #next(): string {
    let count = 0;
    for (let bytes = 0; count < Math.min(this.#waiting.length, PIECES_MAX); count++) {
      bytes += this.#waiting[count]?.bytes ?? 0;
      if (count > 0 && bytes > REQUEST_MAX_BYTES) break;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#sent += count;
    for (const { bytes } of taken) this.#bytes -= bytes;
    return taken.map(({ line }) => line).join('');
  }
}
