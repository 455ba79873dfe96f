import { KeywardError } from '../base/errors.ts';

/** Of one event, all its lines together; a longer one is no chunk of a chat. */
const EVENT_MAX_BYTES = 8 * 1024 * 1024;
/** About so much a line, or a piece of one, takes in memory beside its text. */
const LINE_BYTES = 64;

/**
 * Reads server-sent events: their data, each as soon as it is complete; comments and other fields are left out. Each piece
 * is looked through once: a long line that comes in small pieces takes no more time than one that comes whole.
 */
export class EventReader {
  readonly #decoder = new TextDecoder();
  /** The line that has not ended yet, in pieces. */
  #line: string[] = [];
  #lineBytes = 0;
  /** The event that has not ended yet, in lines. */
  #data: string[] = [];
  #dataBytes = 0;

  /**
   * @returns the data of the events that end in this piece.
   * @throws KeywardError `upstream_unavailable` where an event is longer than 8 MiB.
   */
  push(chunk: Buffer): string[] {
    const events: string[] = [];
    const [first = '', ...more] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    this.#addToLine(first);
    for (const next of more) {
      this.#endLine(events);
      this.#addToLine(next);
    }
    return events;
  }

  /** @returns the last event of a stream that ends without an empty line. */
  end(): string[] {
    const events: string[] = [];
    this.#endLine(events);
    if (this.#data.length > 0) events.push(this.#data.join('\n'));
    return events;
  }

  #addToLine(piece: string): void {
    this.#line.push(piece);
    this.#lineBytes += piece.length + LINE_BYTES;
    if (this.#dataBytes + this.#lineBytes <= EVENT_MAX_BYTES) return;
    const most = `${EVENT_MAX_BYTES / 1024 / 1024} MiB`;
    throw new KeywardError('upstream_unavailable', `The upstream sent an event of more than ${most}.`);
  }

  #endLine(events: string[]): void {
    const line = this.#line.join('').replace(/\r$/, '');
    if (line.startsWith('data:')) {
      this.#data.push(line.slice(line[5] === ' ' ? 6 : 5));
      this.#dataBytes += this.#lineBytes;
    } else if (line === '' && this.#data.length > 0) {
      events.push(this.#data.join('\n'));
      this.#data = [];
      this.#dataBytes = 0;
    }
    this.#line = [];
    this.#lineBytes = 0;
  }
}
