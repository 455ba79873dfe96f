/** An event of a stream as it stands in the HTML standard. */
export interface ServerEvent {
  event: string;
  data: string;
  /** Where the event has one: a reader goes on behind it with the header Last-Event-ID. */
  id?: string;
}

const EVENT_MAX_CHARACTERS = 16 * 1024 * 1024;

/** Bytes that may be split anywhere, also inside of a character or a line end; null is an answer without a body. */
type Bytes = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null;

/**
 * Reads server-sent events.
 * @param bytes the `body` of an answer, or an iterable of bytes; leaving the loop ends it
 * @throws Error for a line of more than 16 MiB
 * @example
 * ```ts
 * const response = await fetch('https://example.org/events');
 * for await (const { event, data } of readEvents(response.body)) console.log(event, data);
 * ```
 */
export async function* readEvents(bytes: Bytes): AsyncGenerator<ServerEvent> {
  let event = '';
  let id: string | undefined;
  let data: string[] = [];
  for await (const line of readLines(bytes)) {
    if (line === '') {
      const named = id === undefined ? {} : { id };
      if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n'), ...named };
      event = '';
      id = undefined;
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') event = value;
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
  }
}

/** Lines ended by LF, CR LF or CR. What follows the last line end is given too. */
export async function* readLines(bytes: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of iterable(bytes)) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > EVENT_MAX_CHARACTERS) throw new Error('A line of the stream is longer than 16 MiB.');
    yield* lines;
  }
  rest += decoder.decode();
  if (rest.endsWith('\r')) rest = rest.slice(0, -1);
  if (rest !== '') yield rest;
}

/** Not every browser can iterate over a stream. */
async function* iterable(bytes: Bytes): AsyncGenerator<Uint8Array> {
  if (bytes === null) return;
  if (!('getReader' in bytes)) {
    yield* bytes;
    return;
  }
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
