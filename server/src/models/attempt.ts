import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Answer } from './answer.ts';
import { AnswerStream } from './answer-stream.ts';
import { Call, isAnswerTimeout, wasStale } from './call.ts';
import type { Flow, Sink } from './call.ts';
import type { Route } from './catalogue.ts';
import { Collector } from './collect.ts';
import { decoderFor, DecodingSink } from './decoding.ts';
import { isRetryable, retryAfterMs } from './failure.ts';
import type { ForwardContext, ForwardRequest } from './forward.ts';
import { answerHeaders, requestHeaders } from './headers.ts';
import { Meter, UsageStripper } from './meter.ts';
import { renamedBody } from './renamed-body.ts';
import { asksForUsage } from './request-body.ts';
import type { Settlement } from './settlement.ts';

/** Of an answer that the next upstream may better. */
const HELD_MAX_BYTES = 1024 * 1024;
const HELD_MAX_MS = 2_000;
/** Connections that may turn out to be closed: after a restart of the upstream all idle ones are. */
const STALE_MAX = 3;
const STREAM_USAGE_PATHS = new Set(['/chat/completions', '/completions']);

/** How one attempt ended: an answer to pass on, one that the next upstream may better, or none. */
export type Outcome =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'held'; route: Route; status: number; headers: IncomingHttpHeaders; body: Buffer }
  | { kind: 'failed'; route: Route; error: Error }
  | { kind: 'none' };

interface Options {
  context: ForwardContext;
  route: Route;
  request: ForwardRequest;
  settlement: Settlement;
  /** No other upstream is left: a 429 or 5xx passes through as it comes. */
  isLast: boolean;
}

/** One request to one upstream. */
export class Attempt {
  readonly #options: Options;
  #resolve: (outcome: Outcome) => void = () => undefined;
  #call: Call | undefined;
  #stream: AnswerStream | undefined;
  #stale = 0;
  readonly #onAbort = (): void => this.#giveUp();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @returns how it ended; never rejects. */
  async run(): Promise<Outcome> {
    const { context, route, request } = this.#options;
    const { target } = route;
    const injected = this.#injectsUsage();
    try {
      const body = await renamedBody(request, route.upstreamModel, injected);
      return await new Promise<Outcome>((resolve) => {
        this.#resolve = resolve;
        if (request.signal.aborted) return this.#giveUp();
        request.signal.addEventListener('abort', this.#onAbort, { once: true });
        this.#send(body);
      });
    } catch (error) {
      context.breakers.unknown(target.id);
      return { kind: 'failed', route, error: error as Error };
    }
  }

  #send(body: Buffer | Readable): void {
    const { context, route, request, settlement } = this.#options;
    const { target } = route;
    settlement.asked(route);
    this.#call = new Call(context.dispatcher, {
      origin: target.origin,
      path: `${target.basePath}${request.path}`,
      method: 'POST',
      headers: requestHeaders(request.headers, target.headersFor(request.path), request.contentType),
      body,
      timeoutMs: target.timeoutMs,
      onHead: (status, headers, flow) => this.#onHead(status, headers, flow),
      onFailure: (error) => {
        if (Buffer.isBuffer(body) && wasStale(error) && this.#stale++ < STALE_MAX) this.#send(body);
        else this.#onFailure(error);
      },
    });
  }

  #injectsUsage(): boolean {
    const { path, parsed } = this.#options.request;
    return (
      parsed !== undefined &&
      parsed['stream'] === true &&
      STREAM_USAGE_PATHS.has(path) &&
      !asksForUsage(parsed)
    );
  }

  #onHead(status: number, headers: IncomingHttpHeaders, flow: Flow): Sink {
    const { route, isLast } = this.#options;
    this.#judge(status, headers);
    const mustHold = isRetryable(status) && (!isLast || status === 401 || status < 400);
    if (!mustHold) return this.#pass(status, headers, flow);
    this.#options.settlement.asked(undefined);
    return new Collector({
      flow,
      maxBytes: HELD_MAX_BYTES,
      maxMs: HELD_MAX_MS,
      onDone: (body) => this.#settle({ kind: 'held', route, status, headers, body }),
      onFail: (error) => this.#settle({ kind: 'failed', route, error }),
    });
  }

  /** What the status says about the upstream's health. */
  #judge(status: number, headers: IncomingHttpHeaders): void {
    const { breakers } = this.#options.context;
    const { id } = this.#options.route.target;
    if (status === 429) breakers.busy(id, retryAfterMs(headers));
    else if (status >= 500) breakers.failed(id);
    else breakers.succeeded(id);
  }

  #pass(status: number, headers: IncomingHttpHeaders, flow: Flow): Sink {
    const { context, request, route, settlement } = this.#options;
    const isEventStream = /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
    const strips = isEventStream && status === 200 && this.#injectsUsage();
    const meter = strips ? new UsageStripper() : new Meter();
    const decoder = decoderFor(headers['content-encoding']);
    const stream = new AnswerStream({
      meter,
      isEventStream,
      flow: { resume: () => (decoding ?? flow).resume(), abort: () => flow.abort() },
      onEnding: (ending, error) => {
        request.signal.removeEventListener('abort', this.#onAbort);
        if (ending === 'upstream_error' || ending === 'timeout') {
          context.breakers.failed(route.target.id);
          context.logger.warn({ err: error, upstream: route.target.id }, 'an upstream broke off its answer');
        }
        settlement.settle({ ending, route, status, meter, isEventStream });
      },
    });
    const decoding = decoder === undefined ? undefined : new DecodingSink(decoder, stream, flow);
    this.#stream = stream;
    const head = { status, headers: answerHeaders(headers, strips || decoder !== undefined) };
    this.#settle({ kind: 'answer', answer: new Answer(stream, head, { route, settlement }) });
    return decoding ?? stream;
  }

  #onFailure(error: Error): void {
    const { context, route, settlement } = this.#options;
    if (!isAnswerTimeout(error)) settlement.asked(undefined);
    context.breakers.failed(route.target.id);
    context.logger.warn({ err: error, upstream: route.target.id }, 'an upstream could not be reached');
    this.#settle({ kind: 'failed', route, error });
  }

  /**
   * The caller went away. Once there is an answer it is the answer that ends the call. A method, not a function that is
   * put in another's place: with that, requests kept each other alive until the next full collection, and each of the
   * small ones took 25 ms instead of 2.
   */
  #giveUp(): void {
    if (this.#stream !== undefined) return this.#stream.abandon();
    const { context, route } = this.#options;
    context.breakers.unknown(route.target.id);
    this.#call?.abort();
    this.#settle({ kind: 'failed', route, error: new Error('The client went away.') });
  }

  #settle(outcome: Outcome): void {
    if (outcome.kind !== 'answer') this.#options.request.signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(outcome);
  }
}
