import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** Where the bytes of one answer go. */
export interface Sink {
  /** @returns false: no more until `resume` is called. */
  write(chunk: Buffer): boolean;
  end(): void;
  /** The answer broke off. */
  fail(error: Error): void;
}

/** It waits with what may be a failure. */
export interface HoldingSink extends Sink {
  /** What has come and has not gone on. */
  readonly held: Buffer;
}

/** What a sink may do to the answer that it receives. */
export interface Flow {
  resume(): void;
  /** Ends the request at the upstream at once; the sink hears nothing more. */
  abort(): void;
}

export interface CallOptions {
  origin: string;
  path: string;
  method: 'GET' | 'POST';
  headers: string[];
  body: Buffer | Readable | null;
  timeoutMs: number;
  /**
   * Chooses the sink, synchronously: the first bytes of the body may lie in the same packet.
   */
  onHead(status: number, headers: IncomingHttpHeaders, flow: Flow): Sink;
  /** The call ended before there was an answer. Called at most once, and never together with `onHead`. */
  onFailure(error: Error): void;
}

/** Why a call was ended from this side. */
const ABORTED = new Error('The request was cancelled.');

/** One request to an upstream, straight on undici's dispatcher: no stream object between socket and sink. */
export class Call implements Dispatcher.DispatchHandler, Flow {
  readonly #options: CallOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: Sink | undefined;
  #over = false;

  constructor(dispatcher: Dispatcher, options: CallOptions) {
    this.#options = options;
    const { origin, path, method, headers, body, timeoutMs } = options;
    try {
      dispatcher.dispatch(
        { origin, path, method, headers, body, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
        this,
      );
    } catch (error) {
      this.onResponseError(undefined, error as Error);
    }
  }

  /** May be called at any time, twice too; a request that waits for a connection is dropped when it gets one. */
  abort(): void {
    this.#over = true;
    this.#controller?.abort(ABORTED);
  }

  resume(): void {
    if (!this.#over && this.#controller?.paused === true) this.#controller.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(ABORTED);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#over) return;
    this.#controller = controller;
    this.#sink = this.#options.onHead(status, headers, this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over || this.#sink === undefined) return;
    if (!this.#sink.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#sink === undefined) this.#options.onFailure(error);
    else this.#sink.fail(error);
  }
}

/** Whether it was the clock, not the network, that ended a call. */
export function isTimeout(error: Error): boolean {
  return isAnswerTimeout(error) || isConnectTimeout(error);
}

/** The same, of a request that the upstream has. */
export function isAnswerTimeout(error: Error): boolean {
  const { code } = error as { code?: string };
  return code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
}

/**
 * Whether a kept-alive connection turned out to be closed by the upstream, as after its restart: it had carried
 * answers before and brought nothing of this one. Such a request is worth another connection.
 */
export function wasStale(error: Error): boolean {
  const { code, socket } = error as { code?: string; socket?: { bytesRead?: number } };
  return code === 'UND_ERR_SOCKET' && (socket?.bytesRead ?? 0) > 0;
}

function isConnectTimeout(error: Error): boolean {
  const { code } = error as { code?: string };
  return code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT';
}

/** Failures on the way to a connection, before the upstream saw anything of the request. */
const BEFORE_REQUEST =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|KEYWARD_FORBIDDEN_ADDRESS|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|.*SELF_SIGNED.*|UNABLE_TO_.*)$/;

export function isBeforeRequest(error: Error): boolean {
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : error;
  return BEFORE_REQUEST.test((first as { code?: string } | undefined)?.code ?? '');
}

/** The request could not be written as HTTP: no upstream has seen it. */
export function isOwnFault(error: Error): boolean {
  const { code = '' } = error as { code?: string };
  return code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH';
}
