import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { KeywardError } from '../../base/errors.ts';
import { isTimeout, type Flow, type Sink } from '../call.ts';
import type { Route } from '../upstreams/catalogue.ts';
import type { AnswerHeaders } from '../upstreams/headers.ts';
import type { Settlement, UsageReport } from '../account/settlement.ts';
import type { Meter, Seen } from './meter.ts';
import { errorFrame } from './messages-error.ts';
import { isAtLast, isWhole } from './stream-end.ts';

/** Head and body of a whole answer are written as one text, which costs half of what two writes do. */
const SHORT_MAX_BYTES = 12 * 1024;
/** Bytes that wait for a slow reader before the upstream is paused. */
const WAITING_MAX_BYTES = 256 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);

export type Ending = 'ok' | 'upstream_error' | 'timeout' | 'client_gone';

interface Outlet {
  /** @returns false: no more until `resume` is called. */
  write(chunk: Buffer): boolean;
  end(): void;
  destroy(error?: Error): void;
  /** Other code has ended it. */
  readonly writableEnded?: boolean;
}

export interface AnswerOptions {
  status: number;
  headers: AnswerHeaders;
  route: Route;
  settlement: Settlement;
  meter: Meter;
  /** Server-sent events: a break is reported as an event. Otherwise the caller's connection is cut. */
  isEventStream: boolean;
  /** A stream that says its end is whole only with it. */
  saysItsEnd: boolean;
  /** Of the request: the form of an error depends on it. */
  path: string;
  flow: Flow;
  /** Called exactly once, before the settlement. */
  onEnding?(ending: Ending, error?: Error): void;
}

export interface SeenAnswer extends Seen {
  isEventStream: boolean;
}

/**
 * An answer that has begun. Its reader must call `sendTo`, or read `body` to its end or destroy it. Each piece passes as it comes;
 * bytes that arrive before there is a reader wait, so that a short answer goes out in one write. A reader that leaves ends the
 * request at the upstream.
 */
export class Answer implements Sink {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly upstreamId: string;
  readonly upstreamName: string;
  /** The public name. */
  readonly model: string;
  readonly route: Route;
  readonly #options: AnswerOptions;
  #body: Readable | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #outlet: Outlet | undefined;
  #last: 'end' | Error | undefined;
  #ended = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.status = options.status;
    this.headers = options.headers;
    this.upstreamId = options.route.target.id;
    this.upstreamName = options.route.target.name;
    this.model = options.route.name;
    this.route = options.route;
  }

  /** Resolves after the end of the body; never rejects. */
  get usage(): Promise<UsageReport> {
    return this.#options.settlement.report;
  }

  /** Nothing more belongs to it: many clients hang up then, before the connection of the upstream has ended. */
  get isComplete(): boolean {
    const { saysItsEnd, meter } = this.#options;
    return saysItsEnd && isAtLast(meter.tail);
  }

  get seen(): SeenAnswer {
    const { meter, isEventStream } = this.#options;
    return { ...meter.seen, isEventStream };
  }

  /** For readers in this process, instead of `sendTo`. */
  get body(): Readable {
    return (this.#body ??= this.#toReadable());
  }

  write(chunk: Buffer): boolean {
    const out = this.#options.meter.push(chunk);
    return out === undefined || this.#pass(out);
  }

  end(): void {
    const { saysItsEnd, meter } = this.#options;
    if (saysItsEnd && !isWhole(meter.tail)) return this.fail(endedEarly());
    const rest = meter.end();
    if (rest !== undefined) this.#pass(rest);
    this.#close('end');
    this.#ending('ok');
  }

  fail(error: Error): void {
    const { isEventStream, meter, path } = this.#options;
    const own = error instanceof KeywardError ? error : undefined;
    const timedOut = own === undefined ? isTimeout(error) : own.code === 'upstream_timeout';
    if (isEventStream)
      this.#pass(Buffer.from(`${meter.midEvent ? '\n\n' : ''}${breakEvent(path, timedOut, own)}`));
    // First: closing the outlet looks like a reader that leaves.
    this.#ending(timedOut ? 'timeout' : 'upstream_error', error);
    this.#close(isEventStream ? 'end' : new Error('The upstream ended its answer too early.'));
  }

  /** The reader has left. Idempotent. */
  abandon(): void {
    this.#waiting = [];
    if (this.#ended) return;
    this.#options.flow.abort();
    this.#ending(this.isComplete ? 'ok' : 'client_gone');
    if (this.#outlet?.writableEnded !== true) this.#outlet?.destroy();
  }

  /**
   * Sends status, headers and body to a response that nothing was written to; the fastest way.
   * @param own headers of Keyward; they replace those of the upstream.
   * @returns undefined for a whole answer, which has been written; otherwise resolves when the response is closed.
   * @throws if the head cannot be written: then nothing was written.
   */
  sendTo(response: ServerResponse, own: Readonly<Record<string, string>> = {}): undefined | Promise<void> {
    if (response.destroyed) {
      this.abandon();
      return undefined;
    }
    // nginx collects a stream otherwise, and sends it as a whole.
    const unbuffered = this.#options.isEventStream ? { 'x-accel-buffering': 'no' } : {};
    const headers = { ...this.headers, ...unbuffered, ...own };
    if (this.#last === 'end') {
      this.#sendWhole(response, headers);
      return undefined;
    }
    response.writeHead(this.status, headers);
    return new Promise((resolve) => {
      response.once('close', () => {
        this.abandon();
        resolve();
      });
      response.on('error', () => response.destroy());
      response.on('drain', () => this.#options.flow.resume());
      // A stream may be silent at first; its reader should know that it has begun.
      if (this.#waiting.length === 0 && this.#options.isEventStream) response.flushHeaders();
      this.#attach(response);
    });
  }

  #sendWhole(response: ServerResponse, headers: AnswerHeaders): void {
    const body = joined(this.#waiting);
    if (body.length > 0 && !this.#options.isEventStream) headers['content-length'] ??= String(body.length);
    response.writeHead(this.status, headers);
    this.#take(response);
    if (body.length > SHORT_MAX_BYTES) response.end(body);
    else response.end(body.toString('latin1'), 'latin1');
  }

  #toReadable(): Readable {
    const { flow } = this.#options;
    const body = new Readable({
      highWaterMark: WAITING_MAX_BYTES,
      read: () => flow.resume(),
      destroy: (error, done) => {
        this.abandon();
        done(error);
      },
    });
    this.#attach({
      write: (chunk) => body.push(chunk),
      end: () => body.push(null),
      destroy: (error) => body.destroy(error),
    });
    return body;
  }

  #attach(outlet: Outlet): void {
    const begun = joined(this.#waiting);
    this.#take(outlet);
    const wantsMore = begun.length === 0 || outlet.write(begun);
    if (this.#last !== undefined) this.#close(this.#last);
    else if (wantsMore) this.#options.flow.resume();
  }

  #take(outlet: Outlet): void {
    if (this.#outlet !== undefined) throw new Error('An answer can be taken once.');
    this.#outlet = outlet;
    this.#waiting = [];
  }

  #pass(chunk: Buffer): boolean {
    if (this.#outlet !== undefined) return this.#outlet.write(chunk);
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    return this.#waitingBytes < WAITING_MAX_BYTES;
  }

  #close(last: 'end' | Error): void {
    this.#last = last;
    if (last === 'end') this.#outlet?.end();
    else this.#outlet?.destroy(last);
  }

  #ending(ending: Ending, error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    const { route, settlement, status, meter, isEventStream } = this.#options;
    this.#options.onEnding?.(ending, error);
    settlement.settle({ ending, route, status, meter, isEventStream });
  }
}

const joined = (pieces: readonly Buffer[]): Buffer =>
  pieces.length > 1 ? Buffer.concat(pieces) : (pieces[0] ?? NOTHING);

const endedEarly = (): KeywardError =>
  new KeywardError('upstream_unavailable', 'The upstream ended its stream before the end of its answer.');

/** The last event of a stream that broke off; no `[DONE]` follows. */
function breakEvent(path: string, timedOut: boolean, own: KeywardError | undefined): string {
  const [code, message] = timedOut
    ? ['upstream_timeout', 'The upstream stopped sending in the middle of its answer.']
    : ['upstream_unavailable', 'The connection to the upstream was lost in the middle of its answer.'];
  return errorFrame(path, {
    message: own?.message ?? message,
    type: 'upstream_error',
    code: own?.code ?? code,
  });
}
