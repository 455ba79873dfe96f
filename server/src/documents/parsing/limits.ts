/** For one file. A file beyond them fails only its own request. */
export interface ParseLimits {
  timeMs: number;
  /** Of the process that reads it. */
  heapMiB: number;
  /** Of all its memory. */
  residentMiB: number;
  /** Of its text, in UTF-8. */
  textBytes: number;
  /** Decompressed. */
  unpackedBytes: number;
  /** Of a file that is read as a whole. */
  wholeBytes: number;
  zipEntries: number;
  /** Of nested elements. */
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

/** The reason why a file cannot be read, shown to its sender after its name. */
export class Unreadable extends Error {}

export const shownBytes = (bytes: number): string =>
  bytes >= MIB
    ? `${Math.floor(bytes / MIB)} MiB`
    : bytes >= 1024
      ? `${Math.floor(bytes / 1024)} KiB`
      : `${bytes} bytes`;
