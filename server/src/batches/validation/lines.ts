import { PIECE_BYTES, readPiece } from '../store/file-store.ts';
import type { Db } from '../../storage/index.ts';

/** A longer line is refused: it is read whole into memory. */
export const LINE_MAX_BYTES = 8 * 1024 * 1024;

export interface FileLine {
  /** From 1. */
  line: number;
  start: number;
  /** Without its end. */
  length: number;
  /** undefined: it is longer than the maximum. */
  bytes: Buffer | undefined;
}

const END = 0x0a;
const RETURN = 0x0d;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The lines of a file that are not empty; never the whole file in memory. */
export async function* linesOf(db: Db, fileId: string): AsyncGenerator<FileLine> {
  let line = 0;
  let start = 0;
  let length = 0;
  let parts: Buffer[] = [];
  const end = (): FileLine | undefined => {
    line++;
    const isTooLong = length > LINE_MAX_BYTES;
    const bytes = isTooLong ? undefined : Buffer.concat(parts);
    const found = { line, ...trimmed(bytes, { start, length }) };
    start += length + 1;
    length = 0;
    parts = [];
    return found.length === 0 ? undefined : found;
  };
  for (let seq = 0; ; seq++) {
    const piece = await readPiece(db, fileId, seq);
    if (piece === undefined) break;
    for (let at = 0; at < piece.length;) {
      const found = piece.indexOf(END, at);
      const to = found === -1 ? piece.length : found;
      length += to - at;
      if (length <= LINE_MAX_BYTES) parts.push(piece.subarray(at, to));
      else parts = [];
      at = to + 1;
      const whole = found === -1 ? undefined : end();
      if (whole !== undefined) yield whole;
    }
    if (piece.length < PIECE_BYTES) break;
  }
  const last = length > 0 ? end() : undefined;
  if (last !== undefined) yield last;
}

/** Without a byte order mark at the start of the file, and without the end of a line of Windows. */
function trimmed(
  bytes: Buffer | undefined,
  { start, length }: { start: number; length: number },
): Omit<FileLine, 'line'> {
  if (bytes === undefined) return { start, length, bytes };
  const from = start === 0 && bytes.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
  const to = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
  const rest = bytes.subarray(from, Math.max(from, to));
  return {
    start: start + from,
    length: rest.toString('latin1').trim() === '' ? 0 : rest.length,
    bytes: rest,
  };
}
