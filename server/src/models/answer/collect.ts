import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { Call, wasStale, type Flow, type Sink } from '../call.ts';
import { requestHeaders } from '../upstreams/headers.ts';
import type { Target } from '../upstreams/target.ts';

/** Kept-alive connections that may turn out to be closed. */
const STALE_MAX = 3;

export interface Collected {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface CollectOptions {
  method: 'GET' | 'POST';
  path: string;
  body: Buffer | null;
  /** A longer answer is cut off there. */
  maxBytes: number;
  /** For all of it. */
  timeoutMs: number;
  /** Given up when it is aborted. */
  signal?: AbortSignal | undefined;
}

/** One request of Keyward's own to an upstream, its answer in memory. @throws what the network throws. */
export function collect(dispatcher: Dispatcher, target: Target, options: CollectOptions): Promise<Collected> {
  const { method, path, body, maxBytes, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      act();
    };
    const giveUp = (): void => {
      call.abort();
      fail(new Error('The request was cancelled.'));
    };
    const fail = (error: Error): void => settle(() => reject(error));
    let stale = 0;
    let call: Call;
    const send = (): void => {
      call = new Call(dispatcher, {
        origin: target.origin,
        path: `${target.basePath}${path}`,
        method,
        headers: requestHeaders({ accept: 'application/json' }, target.headersFor(path), {
          contentType: 'application/json',
        }),
        body,
        timeoutMs,
        onHead: (status, headers, flow) =>
          new Collector({
            flow,
            maxBytes,
            onDone: (bytes) => settle(() => resolve({ status, headers, body: bytes })),
            onFail: fail,
          }),
        onFailure: (error) => (wasStale(error) && stale++ < STALE_MAX ? send() : fail(error)),
      });
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    const timer = setTimeout(() => {
      call.abort();
      fail(
        Object.assign(new Error(`Timeout: no answer within ${timeoutMs} ms`), {
          code: 'UND_ERR_HEADERS_TIMEOUT',
        }),
      );
    }, timeoutMs);
    send();
  });
}

interface CollectorOptions {
  flow: Flow;
  maxBytes: number;
  /** What has not come by then is left out. */
  maxMs?: number;
  /** @param isCut it was longer, or took longer. */
  onDone(body: Buffer, isCut: boolean): void;
  onFail(error: Error): void;
}

/** Keeps a short answer; of a longer one the beginning. */
export class Collector implements Sink {
  readonly #options: CollectorOptions;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
    if (options.maxMs !== undefined) this.#timer = setTimeout(() => this.#cutOff(), options.maxMs);
  }

  write(chunk: Buffer): boolean {
    const room = this.#options.maxBytes - this.#bytes;
    this.#chunks.push(chunk.subarray(0, room));
    this.#bytes += chunk.length;
    if (chunk.length < room) return true;
    this.#cutOff();
    return true;
  }

  end(isCut = false): void {
    clearTimeout(this.#timer);
    this.#options.onDone(Buffer.concat(this.#chunks), isCut);
  }

  fail(error: Error): void {
    clearTimeout(this.#timer);
    this.#options.onFail(error);
  }

  #cutOff(): void {
    this.#options.flow.abort();
    this.end(true);
  }
}
