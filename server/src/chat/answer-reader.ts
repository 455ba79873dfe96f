import { KeywardError } from '../base/errors.ts';
import { Completion, list, object } from './completion.ts';
import { EventReader } from './event-stream.ts';
import { providerFailure, streamFailure, type Failure } from './failure.ts';

const ANSWER_MAX_BYTES = 32 * 1024 * 1024;

/** Reads the text of a model's answer. */
export interface AnswerReader {
  readonly completion: Completion;
  /** If it is set, the rest of the answer must not be read. */
  readonly failure: Failure | undefined;
  /** @returns the new text, a piece for each event: a reader sees how the model spoke, however the network cut it. @throws KeywardError `upstream_unavailable` if the answer is too long. */
  push(chunk: Buffer): string[];
  /** Called once, if there is no failure. @returns the rest of the text. @throws SyntaxError if the answer is invalid. */
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

  push(chunk: Buffer): string[] {
    return this.#read(this.#events.push(chunk));
  }

  end(): string {
    const text = this.#read(this.#events.end()).join('');
    if (this.failure === undefined && this.#unreadable !== undefined) throw this.#unreadable;
    return text + this.completion.end();
  }

  #read(events: readonly string[]): string[] {
    const texts: string[] = [];
    for (const data of events) {
      // Reading goes on to the end: otherwise the connection cannot be used again.
      if (data === '[DONE]') continue;
      const chunk = object(this.#parsed(data));
      this.failure = streamFailure(chunk);
      if (this.failure !== undefined) break;
      if (this.#unreadable !== undefined) continue;
      texts.push(this.completion.addChoice(object(list(chunk['choices'])[0]), 'delta'));
      if (this.completion.bytes > ANSWER_MAX_BYTES) throw tooLong();
    }
    return texts;
  }

  /** An invalid event is reported at the end only: a later event may say why. */
  #parsed(data: string): unknown {
    try {
      return JSON.parse(data);
    } catch (error) {
      this.#unreadable ??= error;
      return undefined;
    }
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

  push(chunk: Buffer): string[] {
    this.#bytes += chunk.length;
    if (this.#bytes > ANSWER_MAX_BYTES) throw tooLong();
    this.#chunks.push(chunk);
    return [];
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

const tooLong = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    `The model's answer is longer than ${ANSWER_MAX_BYTES / 1024 / 1024} MiB.`,
  );
