import type { Sink } from './call.ts';
import { endsEvent, firstEventEnd, lastEventEnd } from './event-ends.ts';
import type { Scrub } from './scrubber.ts';

/** An event that has not ended after so much is no error: images come in events of that size. */
const EVENT_MAX_BYTES = 1024 * 1024;
/** A whole answer that is longer is no error. */
const WHOLE_MAX_BYTES = 16 * 1024;
const DEPTH_MAX = 6;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * In an event that tells a failure: its words, or data that is no JSON. Looked for in each piece of a stream, so that
 * only events that have one are taken apart.
 */
const SUSPICIOUS_EVENT = /rror|"(?:detail|message|msg|reason)"|(?:^|[\r\n])data:[ \t]*(?!\[DONE\])[^\s{]/;
const SUSPICIOUS_ANSWER = /rror|^\s*\{\s*"(?:detail|message|msg|reason|code)"/;

/** Makes failures safe that an upstream tells with status 200, and passes everything else untouched. */
export function failureSink(
  inner: Sink,
  {
    contentType,
    length,
    scrubber,
  }: { contentType: string; length: number | undefined; scrubber: () => Scrub },
): Sink | undefined {
  if (/^text\/event-stream\b/i.test(contentType)) return new EventSink(inner, scrubber);
  // Some say no type, or the wrong one, of their errors.
  if (/[/+]json\b|^text\/|^$/i.test(contentType)) return new WholeSink(inner, scrubber, length);
  return undefined;
}

/** Events go on as soon as they are complete: a reader could not act on half of one. */
class EventSink implements Sink {
  readonly #inner: Sink;
  readonly #scrubber: () => Scrub;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The last three of the held bytes: the end of an event may lie across several pieces. */
  #tail = NOTHING;
  /** In an event too long to be held: everything passes up to its end. */
  #passing = false;

  constructor(inner: Sink, scrubber: () => Scrub) {
    this.#inner = inner;
    this.#scrubber = scrubber;
  }

  write(chunk: Buffer): boolean {
    if (this.#held.length === 0 && !this.#passing && endsEvent(chunk))
      return this.#inner.write(this.#safe(chunk));
    const end = lastEventEnd(Buffer.concat([this.#tail, chunk])) - this.#tail.length;
    if (end <= 0) {
      this.#hold(chunk);
      return this.#heldBytes > EVENT_MAX_BYTES || this.#passing ? this.#passOn() : true;
    }
    const complete = Buffer.concat([...this.#held, chunk.subarray(0, end)]);
    this.#release();
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    if (!this.#passing) return this.#inner.write(this.#safe(complete));
    this.#passing = false;
    const long = firstEventEnd(complete);
    return this.#inner.write(
      Buffer.concat([complete.subarray(0, long), this.#safe(complete.subarray(long))]),
    );
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-3)]).subarray(-3);
  }

  #release(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#tail = NOTHING;
  }

  /** All but the last bytes. */
  #passOn(): boolean {
    this.#passing = true;
    const bytes = Buffer.concat(this.#held);
    this.#release();
    this.#hold(bytes.subarray(-3));
    return this.#inner.write(bytes.subarray(0, -3));
  }

  end(): void {
    const rest = Buffer.concat(this.#held);
    if (rest.length > 0) this.#inner.write(this.#passing ? rest : this.#safe(rest));
    this.#inner.end();
  }

  /** Half an event is no use to anybody, and could be half an error. */
  fail(error: Error): void {
    if (this.#passing) this.#inner.write(Buffer.concat(this.#held));
    this.#inner.fail(error);
  }

  #safe(events: Buffer): Buffer {
    if (!SUSPICIOUS_EVENT.test(events.toString('latin1'))) return events;
    const out: Buffer[] = [];
    for (let at = 0; at < events.length;) {
      const end = at + firstEventEnd(events.subarray(at));
      out.push(safeEvent(events.subarray(at, end), this.#scrubber()));
      at = end;
    }
    return Buffer.concat(out);
  }
}

const EVENT_NAME = /^event: ?[a-z_.]{1,40}$/;

function safeEvent(event: Buffer, scrubber: Scrub): Buffer {
  if (!SUSPICIOUS_EVENT.test(event.toString('latin1'))) return event;
  const lines = event.toString().split(/\r\n|\n|\r/);
  const valuesOf = (field: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${field}:`) ? [line.slice(field.length + 1).trimStart()] : []));
  const data = valuesOf('data').join('\n');
  const value = parsed(data);
  const isFailure =
    value === undefined || /error|fail/i.test(valuesOf('event').join()) || tellsFailure(value);
  if (!isFailure) return event;
  if (value === undefined) return Buffer.from(scrubber.text(event.toString()));
  const others = lines.filter((line) => line !== '' && !line.startsWith('data:'));
  const safe = [
    ...others.map((line) => (EVENT_NAME.test(line) ? line : scrubber.text(line))),
    `data: ${JSON.stringify(scrubber.json(value))}`,
  ];
  return Buffer.from(`${safe.join('\n')}\n\n`);
}

/** A whole answer of JSON, held until its end: nobody can read half of it. */
class WholeSink implements Sink {
  readonly #inner: Sink;
  readonly #scrubber: () => Scrub;
  /** As its head, which has gone, says. */
  readonly #length: number | undefined;
  #held: Buffer[] | undefined = [];
  #heldBytes = 0;

  constructor(inner: Sink, scrubber: () => Scrub, length: number | undefined) {
    this.#inner = inner;
    this.#scrubber = scrubber;
    this.#length = length;
  }

  write(chunk: Buffer): boolean {
    if (this.#held === undefined) return this.#inner.write(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    return this.#heldBytes > WHOLE_MAX_BYTES ? this.#inner.write(this.#release()) : true;
  }

  #release(): Buffer {
    const [first = NOTHING, ...more] = this.#held ?? [];
    this.#held = undefined;
    return more.length === 0 ? first : Buffer.concat([first, ...more]);
  }

  end(): void {
    if (this.#heldBytes > 0 && this.#held !== undefined) this.#inner.write(this.#safe(this.#release()));
    this.#inner.end();
  }

  fail(error: Error): void {
    if (this.#heldBytes > 0 && this.#held !== undefined) {
      const bytes = this.#release();
      // Of an error that was cut off, nothing: it cannot be told where a secret begins.
      if (!SUSPICIOUS_ANSWER.test(bytes.toString('latin1'))) this.#inner.write(bytes);
    }
    this.#inner.fail(error);
  }

  #safe(body: Buffer): Buffer {
    if (!SUSPICIOUS_ANSWER.test(body.toString('latin1'))) return body;
    const value = parsed(body.toString());
    if (value === undefined || !tellsFailure(value)) return body;
    return this.#fitted(JSON.stringify(this.#scrubber().json(value)));
  }

  /** As long as its head says: spaces behind JSON mean nothing. */
  #fitted(text: string): Buffer {
    const length = this.#length;
    if (length === undefined) return Buffer.from(text);
    const shorter = [text, '{"error":{"message":"The upstream failed."}}', '{"error":{}}', '{}'];
    const fits = shorter.find((candidate) => Buffer.byteLength(candidate) <= length) ?? '';
    return Buffer.from(fits + ' '.repeat(length - Buffer.byteLength(fits)));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a chunk or an answer tells a failure; `error: null` does not. */
function tellsFailure(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const { choices, type, object, detail, message, msg, reason } = value as Record<string, unknown>;
  if (object === 'error' || (typeof type === 'string' && /error|failed/.test(type))) return true;
  const said = [detail, message, msg, reason].some((text) => typeof text === 'string');
  return (said && choices === undefined) || holdsError(value, 0);
}

function holdsError(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === DEPTH_MAX) return false;
  return Object.entries(value).some(
    ([name, member]) =>
      (/^errors?$/i.test(name) && isSomething(member)) ||
      (typeof member === 'object' && holdsError(member, depth + 1)),
  );
}

const isSomething = (value: unknown): boolean =>
  value !== null &&
  value !== false &&
  value !== '' &&
  value !== 0 &&
  !(Array.isArray(value) && value.length === 0);
