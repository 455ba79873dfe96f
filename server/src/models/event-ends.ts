/** Whether these bytes of an event stream end with the end of an event. */
export function endsEvent(bytes: Buffer): boolean {
  const length = bytes.length;
  if (bytes[length - 1] === 0x0a) {
    const before = bytes[length - 2] === 0x0d ? bytes[length - 3] : bytes[length - 2];
    return before === 0x0a;
  }
  return bytes[length - 1] === 0x0d && bytes[length - 2] === 0x0d;
}

/** Ends of an event: an empty line after a line, in the spellings of the event-stream format. */
const ENDS = ['\n\n', '\n\r\n', '\r\r'].map((text) => Buffer.from(text));

export function lastEventEnd(bytes: Buffer): number {
  return Math.max(
    ...ENDS.map((end) => {
      const at = bytes.lastIndexOf(end);
      return at === -1 ? 0 : at + end.length;
    }),
  );
}

export function firstEventEnd(bytes: Buffer): number {
  let first = bytes.length;
  for (const end of ENDS) {
    const at = bytes.indexOf(end);
    if (at !== -1) first = Math.min(first, at + end.length);
  }
  return first;
}
