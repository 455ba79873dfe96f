import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export interface Sink {
  /** @returns false: no more until `resume` is called. */
  write(chunk: Buffer): boolean;
  end(): void;
  /** The answer broke off. */
  fail(error: Error): void;
}

/** Holds bytes that may be a failure. */
export interface HoldingSink extends Sink {
  /** Bytes that were received and not passed on. */
  readonly held: Buffer;
}

export interface Flow {
  resume(): void;
  /** Ends the request at the upstream at once; the sink gets no further call. */
  abort(): void;
}

export interface CallOptions {
  origin: string;
  path: string;
  method: 'GET' | 'POST' | 'DELETE';
  headers: string[];
  body: Buffer | null;
  timeoutMs: number;
  /** Chooses the sink, synchronously: the first bytes of the body may be in the same packet. */
  onHead(status: number, headers: IncomingHttpHeaders, flow: Flow): Sink;
  /** The call ended before there was an answer. Called at most once, and never together with `onHead`. */
  onFailure(error: Error): void;
}

const ABORTED = new Error('The request was cancelled.');
/** Connections that may turn out to be closed: after a restart of the upstream all idle ones are. */
const STALE_MAX = 3;

/** One request to an upstream, directly on undici's dispatcher: no stream object between socket and sink. */
export class Call implements Dispatcher.DispatchHandler, Flow {
  readonly #dispatcher: Dispatcher;
  readonly #options: CallOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: Sink | undefined;
  #stale = 0;
  #over = false;

  constructor(dispatcher: Dispatcher, options: CallOptions) {
    this.#dispatcher = dispatcher;
    this.#options = options;
    this.#dispatch();
  }

  #dispatch(): void {
    this.#controller = undefined;
    const { origin, path, method, headers, body, timeoutMs } = this.#options;
    try {
      this.#dispatcher.dispatch(
        { origin, path, method, headers, body, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
        this,
      );
    } catch (error) {
      this.onResponseError(undefined, error as Error);
    }
  }

  /** Idempotent, at any time; a request that waits for a connection is dropped when it gets one. */
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
    if (this.#sink === undefined && wasStale(error) && this.#stale++ < STALE_MAX) return this.#dispatch();
    this.#over = true;
    if (this.#sink === undefined) this.#options.onFailure(error);
    else this.#sink.fail(error);
  }
}

/**
 * Whether the upstream had closed a kept-alive connection, as after its restart: it carried answers before and no byte of this one.
 * Such a request may be sent again.
 */
function wasStale(error: Error): boolean {
  const { socket } = error as { socket?: { bytesRead?: number } };
  return codeOf(error) === 'UND_ERR_SOCKET' && (socket?.bytesRead ?? 0) > 0;
}

/** The code of a network error; of several attempts to connect, that of the first. */
export function codeOf(error: Error): string {
  const { code } = error as { code?: string };
  if (code !== undefined && code !== '') return code;
  return error instanceof AggregateError && error.errors.length > 0 ? codeOf(error.errors[0] as Error) : '';
}

/** Whether a time limit ended the call. */
export const isTimeout = (error: Error): boolean =>
  isAnswerTimeout(error) || /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/.test(codeOf(error));

/** Whether a time limit ended it after the upstream had received the request. */
export const isAnswerTimeout = (error: Error): boolean =>
  /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(codeOf(error));

/** Failures to connect, before the upstream saw anything of the request. */
const BEFORE_REQUEST =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|KEYWARD_FORBIDDEN_ADDRESS|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|.*SELF_SIGNED.*|UNABLE_TO_.*)$/;

export const isBeforeRequest = (error: Error): boolean => BEFORE_REQUEST.test(codeOf(error));

/** The request could not be written as HTTP: no upstream has seen it. */
export const isOwnFault = (error: Error): boolean =>
  /^UND_ERR_(INVALID_ARG|REQ_CONTENT_LENGTH_MISMATCH)$/.test(codeOf(error));
