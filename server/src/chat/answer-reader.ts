import { KeywardError } from '../base/errors.ts';
import { Completion, list, object } from './completion.ts';
import { EventReader } from './event-stream.ts';
import { providerFailure, streamFailure, type Failure } from './failure.ts';

/** Of a whole answer. */
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;

/** Makes text of the bytes of a model's answer. */
export interface AnswerReader {
  readonly completion: Completion;
  /** Known as soon as the answer says it: then no more is to be read. */
  readonly failure: Failure | undefined;
  /** @returns the text that is new. @throws KeywardError `upstream_unavailable` where the answer is too long. */
  push(chunk: Buffer): string;
  /** Once, where there is no failure. @returns what was still missing. @throws SyntaxError where it was no answer. */
  end(): string;
}

export const answerReader = (status: number, contentType: string): AnswerReader =>
  status < 400 && /^text\/event-stream\b/i.test(contentType) ? new StreamReader() : new WholeReader(status);

/** An answer in server-sent events. */
class StreamReader implements AnswerReader {
  readonly completion = new Completion();
  failure: Failure | undefined;
  readonly #events = new EventReader();
  #unreadable: unknown;

  push(chunk: Buffer): string {
    return this.#read(this.#events.push(chunk));
  }

  end(): string {
    const text = this.#read(this.#events.end());
    if (this.failure === undefined && this.#unreadable !== undefined) throw this.#unreadable;
    return text + this.completion.end();
  }

  #read(events: readonly string[]): string {
    let text = '';
    for (const data of events) {
      // Read on to the end: a connection that was left before it is of no use to the next request.
      if (data === '[DONE]') continue;
      const read = parsed(data);
      const chunk = object(read.value);
      this.failure = streamFailure(chunk);
      if (this.failure !== undefined) break;
      // Half an event: what comes after it may say why.
      this.#unreadable ??= read.error;
      if (this.#unreadable !== undefined) continue;
      text += this.completion.addChoice(object(list(chunk['choices'])[0]), 'delta');
      if (this.completion.bytes > ANSWER_MAX_BYTES) throw tooLong();
    }
    return text;
  }
}

/** An answer that is one JSON text. */
class WholeReader implements AnswerReader {
  readonly completion = new Completion();
  failure: Failure | undefined;
  readonly #status: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(status: number) {
    this.#status = status;
  }

  push(chunk: Buffer): string {
    this.#bytes += chunk.length;
    if (this.#bytes > ANSWER_MAX_BYTES) throw tooLong();
    this.#chunks.push(chunk);
    return '';
  }

  end(): string {
    const json = Buffer.concat(this.#chunks).toString('utf8');
    if (this.#status >= 400) this.failure = providerFailure(this.#status, json);
    if (this.failure !== undefined) return '';
    const answer = object(JSON.parse(json));
    this.failure = streamFailure(answer);
    if (this.failure !== undefined) return '';
    return this.completion.addChoice(object(list(answer['choices'])[0]), 'message') + this.completion.end();
  }
}

function parsed(json: string): { value?: unknown; error?: unknown } {
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    return { error };
  }
}

const tooLong = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    `The model's answer is longer than ${ANSWER_MAX_BYTES / 1024 / 1024} MiB.`,
  );
