import { createParser } from 'eventsource-parser';
import { KeywardError } from '../base/errors.ts';

/** Of one event and what is between it and the event before; a longer one is not a chunk of a chat. */
const EVENT_MAX_BYTES = 8 * 1024 * 1024;
/** About the memory of a piece beside its text. */
const PIECE_BYTES = 64;

/** Reads the data of server-sent events, each as soon as it is complete. Guarded by http/reading-times.test.ts. */
export class EventReader {
  readonly #decoder = new TextDecoder();
  #events: string[] = [];
  /** Received since the last event ended. */
  #bytes = 0;
  readonly #parser = createParser({
    onEvent: ({ data }) => {
      this.#events.push(data);
      this.#bytes = 0;
    },
  });

  /**
   * @returns the data of the events that end in this piece.
   * @throws KeywardError `upstream_unavailable` if an event is longer than 8 MiB.
   */
  push(chunk: Buffer): string[] {
    this.#bytes += chunk.length + PIECE_BYTES;
    return this.#read(this.#decoder.decode(chunk, { stream: true }));
  }

  /** @returns the last event of a stream that ends without an empty line. */
  end(): string[] {
    return this.#read('\n\n');
  }

  #read(text: string): string[] {
    this.#events = [];
    this.#parser.feed(text);
    if (this.#bytes <= EVENT_MAX_BYTES) return this.#events;
    const most = `${EVENT_MAX_BYTES / 1024 / 1024} MiB`;
    throw new KeywardError('upstream_unavailable', `The upstream sent an event of more than ${most}.`);
  }
}
