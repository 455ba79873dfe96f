/** Whether these bytes of an event stream end with the end of an event. */
export function endsEvent(bytes: Buffer): boolean {
  const length = bytes.length;
  if (bytes[length - 1] === 0x0a) {
    const before = bytes[length - 2] === 0x0d ? bytes[length - 3] : bytes[length - 2];
    return before === 0x0a;
  }
  return bytes[length - 1] === 0x0d && bytes[length - 2] === 0x0d;
}

/** An empty line after a line, in all line ends of the format. */
const ENDS = ['\n\n', '\n\r\n', '\r\r'].map((text) => Buffer.from(text));

export function lastEventEnd(bytes: Buffer): number {
  return Math.max(
    ...ENDS.map((end) => {
      const at = bytes.lastIndexOf(end);
      return at === -1 ? 0 : at + end.length;
    }),
  );
}

/** Reads no further than that event: to search all of the rest for each kind of end takes quadratic time. */
export function firstEventEnd(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x0a && byte !== 0x0d) continue;
    const next = bytes[at + 1];
    if (next === byte) return at + 2;
    if (byte === 0x0a && next === 0x0d && bytes[at + 2] === 0x0a) return at + 3;
  }
  return bytes.length;
}

export const linesOfEvent = (event: string): string[] => event.split(/\r\n|\n|\r/);

export const fieldValues = (lines: readonly string[], field: string): string[] =>
  lines.flatMap((line) => (line.startsWith(`${field}:`) ? [line.slice(field.length + 1).trimStart()] : []));
