import type { HoldingSink, Sink } from '../call.ts';
import type { Scrub } from '../upstreams/scrubber.ts';
import { parsed, SUSPICIOUS, reportsFailure } from './failure-detection.ts';

/** From a longer answer only credentials are removed. */
const WHOLE_MAX_BYTES = 256 * 1024;
/** A longer answer that does not begin like an error passes on, so that a caller who leaves has read part of it (settlement.test.ts). */
const ANSWER_MAX_BYTES = 16 * 1024;
const ANSWER_BEGINS =
  /^[^\0]{0,1000}?"(?:choices|object|data|output|content|results|text|id|model|created|usage)"\s*:/;
const NOTHING: Buffer = Buffer.alloc(0);
const JSON_BEGINS = /^[\s\u00ef\u00bb\u00bf]*[{[]/;
const FAILURE_BEGINS = /^\s*(?:<|[\w :-]{0,40}(?:error|exception|fail|denied|forbidden|unauthorized))/i;
const TEXT_BEGINS = /^[\s\u00ef\u00bb\u00bf]*[{[<]/;

interface WholeOptions {
  scrub: () => Scrub;
  /** From the head, which was sent already. */
  length: number | undefined;
  /** Otherwise only a body that begins like JSON or HTML is searched. */
  isText: boolean;
}

/** Holds a whole answer until its end. */
export class WholeSink implements HoldingSink {
  readonly #inner: Sink;
  readonly #options: WholeOptions;
  #held: Buffer[] | undefined = [];
  #heldBytes = 0;
  #isAnswer: boolean | undefined;

  constructor(inner: Sink, options: WholeOptions) {
    this.#inner = inner;
    this.#options = options;
    if ((options.length ?? 0) > WHOLE_MAX_BYTES) this.#held = undefined;
  }

  get held(): Buffer {
    return Buffer.concat(this.#held ?? []);
  }

  write(chunk: Buffer): boolean {
    if (this.#held === undefined) return this.#inner.write(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    const isText = this.#options.isText || TEXT_BEGINS.test(this.#held[0]?.toString('latin1', 0, 64) ?? '');
    return !isText || this.#isTooLong() ? this.#inner.write(this.#release()) : true;
  }

  #isTooLong(): boolean {
    if (this.#heldBytes <= ANSWER_MAX_BYTES) return false;
    if (this.#heldBytes > WHOLE_MAX_BYTES) return true;
    this.#isAnswer ??= ANSWER_BEGINS.test(Buffer.concat(this.#held ?? []).toString('latin1', 0, 1_100));
    return this.#isAnswer;
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
      // An error that was cut off is dropped: part of a secret at its end would not be found.
      if (!SUSPICIOUS.test(bytes.toString('latin1'))) this.#inner.write(bytes);
    }
    this.#inner.fail(error);
  }

  #safe(body: Buffer): Buffer {
    const latin = body.toString('latin1');
    if (JSON_BEGINS.test(latin)) {
      if (!SUSPICIOUS.test(latin)) return body;
      const value = parsed(body.toString());
      if (value !== undefined)
        return reportsFailure(value) ? this.#fitted(JSON.stringify(this.#options.scrub().json(value))) : body;
    }
    const text = body.toString();
    const safe = this.#safeText(text);
    return safe === text ? body : this.#fitted(safe);
  }

  /** Several lines of JSON, or a text, which may be a transcript. */
  #safeText(text: string): string {
    const scrub = this.#options.scrub();
    if (FAILURE_BEGINS.test(text)) return scrub.text(text);
    return text
      .split('\n')
      .map((line) => safeLine(line, scrub))
      .join('\n');
  }

  /** Pads the text with spaces to the length in the head. */
  #fitted(text: string): Buffer {
    const { length } = this.#options;
    if (length === undefined) return Buffer.from(text);
    const shorter = [text, '{"error":{"message":"The upstream failed."}}', '{"error":{}}', '{}'];
    const fits = shorter.find((candidate) => Buffer.byteLength(candidate) <= length) ?? '';
    return Buffer.from(fits + ' '.repeat(length - Buffer.byteLength(fits)));
  }
}

/** A line of JSON lines or of a text, without secrets. */
export function safeLine(line: string, scrub: Scrub): string {
  const value = parsed(line);
  if (value === undefined) return scrub.own(line);
  return SUSPICIOUS.test(line) && reportsFailure(value) ? JSON.stringify(scrub.json(value)) : line;
}
