import { KeywardError } from '../base/errors.ts';

/** Of one event, all its lines together; a longer one is no chunk of a chat. */
const EVENT_MAX_BYTES = 8 * 1024 * 1024;
/** About so much a line takes in memory beside its text. */
const LINE_BYTES = 64;

/**
 * The data of server-sent events, each as soon as it is complete; comments and other fields are left out.
 * @throws KeywardError `upstream_unavailable` where an event is longer than 8 MiB.
 */
export async function* eventData(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let data: string[] = [];
  let bytes = 0;
  for await (const line of textLines(body)) {
    if (line.startsWith('data:')) {
      bytes += line.length + LINE_BYTES;
      if (bytes > EVENT_MAX_BYTES) throw tooLong();
      data.push(line.slice(line[5] === ' ' ? 6 : 5));
    } else if (line === '' && data.length > 0) {
      yield data.join('\n');
      data = [];
      bytes = 0;
    }
  }
  // The last event of a stream that ends without an empty line.
  if (data.length > 0) yield data.join('\n');
}

/** Each piece is looked through once: a long line that comes in small pieces takes no more time than one that comes whole. */
async function* textLines(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const [first = '', ...more] = decoder.decode(chunk, { stream: true }).split('\n');
    begun.push(first);
    bytes += first.length + LINE_BYTES;
    if (bytes > EVENT_MAX_BYTES) throw tooLong();
    for (const next of more) {
      yield withoutReturn(begun.join(''));
      begun = [next];
      bytes = next.length + LINE_BYTES;
    }
  }
  const last = begun.join('');
  if (last !== '') yield withoutReturn(last);
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

const tooLong = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    `The upstream sent an event of more than ${EVENT_MAX_BYTES / 1024 / 1024} MiB.`,
  );
