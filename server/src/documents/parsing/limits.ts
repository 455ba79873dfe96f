/** What one file may cost. Beyond them only its own request fails. */
export interface ParseLimits {
  timeMs: number;
  /** Of the heap of the program that reads it. */
  heapMiB: number;
  /** Of all its memory. */
  residentMiB: number;
  /** Of the text that comes out, UTF-8. */
  textBytes: number;
  /** Of what is unpacked from it. */
  unpackedBytes: number;
  /** Of a file that can only be read as a whole. */
  wholeBytes: number;
  zipEntries: number;
  /** Of elements in elements. */
  depth: number;
}

const MIB = 1024 * 1024;

export const PARSE_LIMITS: ParseLimits = {
  timeMs: 60_000,
  heapMiB: 512,
  residentMiB: 1024,
  textBytes: 32 * MIB,
  unpackedBytes: 512 * MIB,
  wholeBytes: 192 * MIB,
  zipEntries: 20_000,
  depth: 500,
};

/** Why a file cannot be read; the words go to whoever sent it, after its name. */
export class Unreadable extends Error {}

export const shownBytes = (bytes: number): string =>
  bytes >= MIB
    ? `${Math.floor(bytes / MIB)} MiB`
    : bytes >= 1024
      ? `${Math.floor(bytes / 1024)} KiB`
      : `${bytes} bytes`;
