import { KeywardError } from '../../base/errors.ts';
import type { Flow, HoldingSink, Sink } from '../call.ts';
import { firstEventEnd, lastEventEnd } from '../answer/event-ends.ts';
import { idInEvent, idInHead, idInWhole } from './response-id.ts';

/** An answer that has not said its id until here has none. */
const HELD_MAX_BYTES = 32 * 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

interface Options {
  isEventStream: boolean;
  flow: Flow;
  remember: (id: string) => Promise<void>;
}

/** Holds an answer back until its id is written down; what comes after the id passes as it comes. */
export class ResponseIdSink implements HoldingSink {
  readonly #inner: Sink;
  readonly #options: Options;
  #held: Buffer = NOTHING;
  #state: 'searching' | 'writing' | 'passing' | 'over' = 'searching';
  /** What the upstream did while the id was written. */
  #last: 'end' | Error | undefined;

  constructor(inner: Sink, options: Options) {
    this.#inner = inner;
    this.#options = options;
  }

  get held(): Buffer {
    return this.#held;
  }

  write(chunk: Buffer): boolean {
    if (this.#state === 'passing') return this.#inner.write(chunk);
    if (this.#state === 'over') return false;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#state === 'writing') return false;
    const id = this.#options.isEventStream ? this.#inEvents() : idInHead(this.#held);
    if (id !== undefined) return this.#write(id);
    return this.#held.length < HELD_MAX_BYTES || this.#release();
  }

  end(): void {
    const id =
      this.#state === 'searching' && !this.#options.isEventStream ? idInWhole(this.#held) : undefined;
    if (id !== undefined) this.#write(id);
    if (this.#state === 'writing') this.#last = 'end';
    else {
      this.#release();
      this.#inner.end();
    }
  }

  fail(error: Error): void {
    if (this.#state === 'writing') this.#last = error;
    else {
      // What was cut off here may contain an id.
      this.#held = NOTHING;
      this.#inner.fail(error);
    }
  }

  /** The answer has ended, or its caller has left: what is held is not passed on. */
  drop(): void {
    this.#held = NOTHING;
    this.#state = 'over';
  }

  /** Events before the one with the id pass: comments, such as of a proxy that keeps the connection open. */
  #inEvents(): string | undefined {
    const complete = lastEventEnd(this.#held);
    for (let at = 0, end = 0; at < complete; at = end) {
      end = at + firstEventEnd(this.#held.subarray(at));
      const id = idInEvent(this.#held.subarray(at, end));
      if (id !== undefined) return id;
    }
    if (complete > 0) this.#inner.write(this.#held.subarray(0, complete));
    this.#held = this.#held.subarray(complete);
    return undefined;
  }

  /** @returns false: the upstream waits. */
  #write(id: string): false {
    this.#state = 'writing';
    void this.#options.remember(id).then(
      () => this.#written(),
      (error: unknown) => this.#refuse(error),
    );
    return false;
  }

  #written(): void {
    if (this.#state === 'over') return;
    const wantsMore = this.#release();
    if (this.#last === 'end') this.#inner.end();
    else if (this.#last !== undefined) this.#inner.fail(this.#last);
    else if (wantsMore) this.#options.flow.resume();
  }

  #release(): boolean {
    this.#state = 'passing';
    const bytes = this.#held;
    this.#held = NOTHING;
    return bytes.length === 0 || this.#inner.write(bytes);
  }

  /** Its caller could neither read nor delete it later. */
  #refuse(cause: unknown): void {
    if (this.#state === 'over') return;
    this.#held = NOTHING;
    if (this.#last === undefined) this.#options.flow.abort();
    const why = 'The id of the response could not be stored.';
    this.#inner.fail(
      cause instanceof KeywardError ? cause : new KeywardError('storage_unavailable', why, { cause }),
    );
  }
}
