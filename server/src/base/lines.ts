const LINE_END = 10;

export interface Line {
  /** Without the line end. */
  bytes: Buffer;
  /** Longer than the limit; the rest of the line is skipped. */
  isCut: boolean;
  /** False for bytes after the last line end. */
  hasEnd: boolean;
}

/**
 * Holds at most one line. `node:readline` keeps lines of any length in memory, ends lines at U+2028 too, and replaces bytes
 * that are not UTF-8. Linear time (http/reading-times.test.ts).
 */
export class LineCutter {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isSkipping = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this chunk; a line that is too long comes as soon as it is. */
  *cut(chunk: Buffer): Generator<Line> {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(LINE_END, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      start += piece.length + 1;
      if (!this.#isSkipping) {
        this.#pieces.push(piece);
        this.#bytes += piece.length;
        const isCut = this.#bytes > this.#maxBytes;
        this.#isSkipping = isCut;
        if (isCut || end >= 0) yield this.#take({ isCut, hasEnd: !isCut });
      }
      if (end >= 0) this.#isSkipping = false;
    }
  }

  /** The bytes after the last line end, if any. */
  rest(): Line | undefined {
    return this.#bytes === 0 ? undefined : this.#take({ isCut: false, hasEnd: false });
  }

  #take(how: Pick<Line, 'isCut' | 'hasEnd'>): Line {
    const bytes = this.#pieces.length === 1 ? this.#pieces[0] : undefined;
    const line = (bytes ?? Buffer.concat(this.#pieces)).subarray(0, this.#maxBytes);
    this.#pieces = [];
    this.#bytes = 0;
    return { bytes: line, ...how };
  }
}

/** Throws where the stream breaks off. */
export async function* linesOf(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  const cutter = new LineCutter(maxBytes);
  for await (const chunk of stream) for (const line of cutter.cut(chunk)) yield line;
  const rest = cutter.rest();
  if (rest !== undefined) yield rest;
}
