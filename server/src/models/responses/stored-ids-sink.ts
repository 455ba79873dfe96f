import { KeywardError } from '../../base/errors.ts';
import { lastEventEnd } from '../answer/event-ends.ts';
import type { Flow, HoldingSink, Sink } from '../call.ts';
import { idsInEvents, idsInHead, idsInWhole, type StoredIds } from './stored-ids.ts';

/** Of a longer answer only the id at its beginning is read, and of a longer event none. */
const HELD_MAX_BYTES = 32 * 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

interface Options {
  isEventStream: boolean;
  flow: Flow;
  remember: (ids: StoredIds) => Promise<void>;
  /** Written down before. */
  known?: string | undefined;
}

/**
 * Holds an answer, or the events of a stream that name what the upstream stores, until their ids are written down. Other events pass
 * as they come.
 */
export class StoredIdsSink implements HoldingSink {
  readonly #inner: Sink;
  readonly #options: Options;
  readonly #known = new Set<string>();
  #held: Buffer = NOTHING;
  #isWriting = false;
  /** Too long to be read. */
  #isPassing = false;
  #isOver = false;
  /** What the upstream did while ids were written. */
  #last: 'end' | Error | undefined;

  constructor(inner: Sink, options: Options) {
    this.#inner = inner;
    this.#options = options;
    if (options.known !== undefined) this.#known.add(options.known);
  }

  get held(): Buffer {
    return this.#held;
  }

  write(chunk: Buffer): boolean {
    if (this.#isOver) return false;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return !this.#isWriting && this.#look();
  }

  end(): void {
    if (this.#isWriting) this.#last = 'end';
    else this.#finish();
  }

  fail(error: Error): void {
    if (this.#isWriting) this.#last = error;
    else this.#break(error);
  }

  /** The answer has ended, or its caller has left: what is held is not passed on. */
  drop(): void {
    this.#held = NOTHING;
    this.#isOver = true;
  }

  /** @returns false: the upstream waits. */
  #look(): boolean {
    const { isEventStream } = this.#options;
    const isTooLong = this.#held.length >= HELD_MAX_BYTES;
    const complete = isEventStream && !this.#isPassing ? lastEventEnd(this.#held) : 0;
    if (this.#isPassing || (isTooLong && complete === 0)) {
      const isFirst = !this.#isPassing;
      this.#isPassing = true;
      const ids = isFirst && !isEventStream ? idsInHead(this.#held) : undefined;
      return this.#passOnce(ids, this.#held.length);
    }
    return complete === 0 || this.#passOnce(idsInEvents(this.#held.subarray(0, complete)), complete);
  }

  #finish(): void {
    const { isEventStream } = this.#options;
    const ids = isEventStream || this.#isPassing ? undefined : idsInWhole(this.#held);
    this.#passOnce(ids, this.#held.length);
    if (this.#isWriting) this.#last = 'end';
    else this.#inner.end();
  }

  /** What was cut off may name an id that was not read. */
  #break(error: Error): void {
    this.#held = NOTHING;
    this.#inner.fail(error);
  }

  /** Passes so many of the held bytes on, once their ids are written down. @returns false: the upstream waits. */
  #passOnce(ids: StoredIds | undefined, bytes: number): boolean {
    const named = ids === undefined ? [] : [ids.responseId, ...ids.itemIds];
    if (ids === undefined || named.every((id) => this.#known.has(id))) return this.#pass(bytes);
    this.#isWriting = true;
    for (const id of named) this.#known.add(id);
    void this.#options.remember(ids).then(
      () => this.#written(bytes),
      (error: unknown) => this.#refuse(error),
    );
    return false;
  }

  #pass(bytes: number): boolean {
    const passed = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return passed.length === 0 || this.#inner.write(passed);
  }

  #written(bytes: number): void {
    if (this.#isOver) return;
    this.#isWriting = false;
    let wantsMore = this.#pass(bytes);
    if (this.#held.length > 0) wantsMore = this.#look() && wantsMore;
    if (this.#isWriting) return;
    if (this.#last === 'end') this.#finish();
    else if (this.#last !== undefined) this.#break(this.#last);
    else if (wantsMore) this.#options.flow.resume();
  }

  /** Its caller could neither read nor delete it later. */
  #refuse(cause: unknown): void {
    if (this.#isOver) return;
    if (this.#last === undefined) this.#options.flow.abort();
    const why = 'The id of the response could not be stored.';
    this.#break(
      cause instanceof KeywardError ? cause : new KeywardError('storage_unavailable', why, { cause }),
    );
  }
}
