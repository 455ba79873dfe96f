import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { AnswerStream, SeenAnswer } from './answer-stream.ts';
import type { Route } from '../upstreams/catalogue.ts';
import type { AnswerHeaders } from '../upstreams/headers.ts';
import type { Settlement, UsageReport } from '../account/settlement.ts';

/** An answer that has begun. Must be taken once: `sendTo`, or `body` read to its end or destroyed. */
export class Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Resolves once, after the body's end, and never rejects. */
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

  /** What has passed of it up to now. */
  get seen(): SeenAnswer {
    return this.#stream.seen;
  }

  get body(): Readable {
    this.#body ??= this.#stream.toReadable();
    return this.#body;
  }

  /**
   * The fastest way out: status, headers and body straight to a response that nothing was written to.
   * @param headers what this server says of the request, which goes before what an upstream calls by the same name.
   * @returns undefined for a whole answer, which has been written; otherwise when the response is closed, whoever closed it.
   * @throws where the head cannot be written: then nothing was.
   */
  sendTo(
    response: ServerResponse,
    headers: Readonly<Record<string, string>> = {},
  ): undefined | Promise<void> {
    return this.#stream.sendTo(response, this.status, { ...this.headers, ...headers });
  }
}
