import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { AnswerStream, SeenAnswer } from './answer-stream.ts';
import type { Route } from '../upstreams/catalogue.ts';
import type { AnswerHeaders } from '../upstreams/headers.ts';
import type { Settlement, UsageReport } from '../account/settlement.ts';

/** An answer that has begun. Its reader must call `sendTo`, or read `body` to its end or destroy it. */
export class Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Resolves after the end of the body; never rejects. */
  readonly usage: Promise<UsageReport>;
  readonly upstreamId: string;
  readonly upstreamName: string;
  /** The public name. */
  readonly model: string;
  readonly #stream: AnswerStream;
  #body: Readable | undefined;

  constructor(
    stream: AnswerStream,
    { status, headers }: { status: number; headers: AnswerHeaders },
    { route, settlement }: { route: Route; settlement: Settlement },
  ) {
    this.#stream = stream;
    this.status = status;
    this.headers = headers;
    this.usage = settlement.report;
    this.upstreamId = route.target.id;
    this.upstreamName = route.target.name;
    this.model = route.name;
  }

  get seen(): SeenAnswer {
    return this.#stream.seen;
  }

  get body(): Readable {
    return (this.#body ??= this.#stream.toReadable());
  }

  /**
   * Sends status, headers and body to a response that nothing was written to; the fastest way.
   * @param headers Keyward's own; they replace those of the upstream.
   * @returns undefined for a whole answer, which has been written; otherwise resolves when the response is closed.
   * @throws if the head cannot be written: then nothing was written.
   */
  sendTo(
    response: ServerResponse,
    headers: Readonly<Record<string, string>> = {},
  ): undefined | Promise<void> {
    return this.#stream.sendTo(response, this.status, { ...this.headers, ...headers });
  }
}
