export interface Line {
  /** Counted from 1. */
  number: number;
  /** Without its end; `too_long` where it was longer than a line may be: it is skipped, whatever its length. */
  bytes: Buffer | 'too_long';
}

/**
 * Cuts a stream into lines without ever holding more than one. A stream that breaks off throws: half a line is none.
 * Not `node:readline`, which keeps a line of any length in memory and replaces what is not UTF-8.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let number = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (): Line => {
    const bytes = length > maxBytes ? 'too_long' : Buffer.concat(pieces);
    pieces = [];
    length = 0;
    return { number: ++number, bytes };
  };
  const add = (piece: Buffer): void => {
    length += piece.length;
    if (length <= maxBytes) pieces.push(piece);
    else pieces = [];
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}
