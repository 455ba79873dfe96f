import type { HoldingSink, Sink } from '../call.ts';
import { endsEvent, fieldValues, firstEventEnd, lastEventEnd, linesOfEvent } from './event-ends.ts';
import { safeLine, WholeSink } from './failure-answer.ts';
import type { Scrub } from '../upstreams/scrubber.ts';
import { parsed, SUSPICIOUS, reportsFailure } from './failure-detection.ts';

/** A longer event is not an error: images are sent in events of that size. */
const EVENT_MAX_BYTES = 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** Data that is not a JSON object. */
const ODD_DATA = /(?:^|[\r\n])data:[ \t]*(?!\[DONE\])[^\s{]/;

/** Removes secrets from failures that an upstream reports with status 200; everything else passes unchanged. */
export function failureSink(
  inner: Sink,
  { contentType, length, scrub }: { contentType: string; length: number | undefined; scrub: () => Scrub },
): HoldingSink {
  if (/^text\/event-stream\b/i.test(contentType)) return new PieceSink(inner, EVENTS, scrub);
  if (/[/-](nd-?json|jsonl|jsonlines|json-seq)\b/i.test(contentType))
    return new PieceSink(inner, LINES, scrub);
  // Some servers send no type, or a wrong one, with their errors.
  const isText = /[/+]json\b|^text\/|^$/i.test(contentType);
  return new WholeSink(inner, { scrub, length, isText });
}

interface Framing {
  /** Whether these bytes end with the end of a piece. */
  ends(bytes: Buffer): boolean;
  /** The end of the last complete piece, or 0. */
  lastEnd(bytes: Buffer): number;
  /** The end of the first piece, or of the bytes. */
  firstEnd(bytes: Buffer): number;
  isSuspicious(text: string): boolean;
  safe(piece: Buffer, scrub: Scrub): Buffer;
}

const EVENTS: Framing = {
  ends: endsEvent,
  lastEnd: lastEventEnd,
  firstEnd: firstEventEnd,
  isSuspicious: (text) => SUSPICIOUS.test(text) || ODD_DATA.test(text),
  safe: safeEvent,
};

const LINE_END = 0x0a;
const LINES: Framing = {
  ends: (bytes) => bytes[bytes.length - 1] === LINE_END,
  lastEnd: (bytes) => bytes.lastIndexOf(LINE_END) + 1,
  firstEnd: (bytes) => bytes.indexOf(LINE_END) + 1 || bytes.length,
  isSuspicious: () => true,
  safe: (line, scrub) => {
    const text = line.toString();
    const safe = safeLine(text.trimEnd(), scrub);
    return safe === text.trimEnd() ? line : Buffer.from(`${safe}\n`);
  },
};

/** Passes each event or line on as soon as it is complete. */
class PieceSink implements HoldingSink {
  readonly #inner: Sink;
  readonly #framing: Framing;
  readonly #scrub: () => Scrub;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The last three of the held bytes: the end of an event may be split. */
  #tail = NOTHING;
  /** In an event that is too long to be held: it passes up to its end. */
  #passing = false;

  constructor(inner: Sink, framing: Framing, scrub: () => Scrub) {
    this.#inner = inner;
    this.#framing = framing;
    this.#scrub = scrub;
  }

  get held(): Buffer {
    return Buffer.concat(this.#held);
  }

  write(chunk: Buffer): boolean {
    if (this.#held.length === 0 && !this.#passing && this.#framing.ends(chunk))
      return this.#inner.write(this.#safe(chunk));
    const end = this.#framing.lastEnd(Buffer.concat([this.#tail, chunk])) - this.#tail.length;
    if (end <= 0) {
      this.#hold(chunk);
      return this.#heldBytes > EVENT_MAX_BYTES || this.#passing ? this.#passOn() : true;
    }
    const complete = Buffer.concat([...this.#held, chunk.subarray(0, end)]);
    this.#release();
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    if (!this.#passing) return this.#inner.write(this.#safe(complete));
    this.#passing = false;
    const long = this.#framing.firstEnd(complete);
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

  /** Part of an event is dropped: it could be part of an error. */
  fail(error: Error): void {
    if (this.#passing) this.#inner.write(Buffer.concat(this.#held));
    this.#inner.fail(error);
  }

  #safe(pieces: Buffer): Buffer {
    const framing = this.#framing;
    if (!framing.isSuspicious(pieces.toString('latin1'))) return pieces;
    const out: Buffer[] = [];
    for (let at = 0; at < pieces.length;) {
      const end = at + framing.firstEnd(pieces.subarray(at));
      out.push(framing.safe(pieces.subarray(at, end), this.#scrub()));
      at = end;
    }
    return Buffer.concat(out);
  }
}

const EVENT_NAME = /^event: ?[a-z_.]{1,40}$/;

function safeEvent(event: Buffer, scrub: Scrub): Buffer {
  if (!EVENTS.isSuspicious(event.toString('latin1'))) return event;
  const lines = linesOfEvent(event.toString());
  const data = fieldValues(lines, 'data').join('\n');
  const value = parsed(data);
  const isFailure =
    value === undefined || /error|fail/i.test(fieldValues(lines, 'event').join()) || reportsFailure(value);
  if (!isFailure) return event;
  if (value === undefined) return Buffer.from(scrub.text(event.toString()));
  const others = lines.filter((line) => line !== '' && !line.startsWith('data:'));
  const safe = [
    ...others.map((line) => (EVENT_NAME.test(line) ? line : scrub.text(line))),
    `data: ${JSON.stringify(scrub.json(value))}`,
  ];
  return Buffer.from(`${safe.join('\n')}\n\n`);
}
