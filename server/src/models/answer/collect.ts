import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { Call, type Flow, type Sink } from '../call.ts';
import { requestHeaders } from '../upstreams/headers.ts';
import type { Target } from '../upstreams/target.ts';

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
  /** For the whole answer. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Sends one of Keyward's own requests to an upstream. @throws network errors. */
export async function collect(
  dispatcher: Dispatcher,
  target: Target,
  options: CollectOptions,
): Promise<Collected> {
  const { method, path, body, maxBytes, timeoutMs, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Collected>();
  const contentType = 'application/json';
  const call = new Call(dispatcher, {
    origin: target.origin,
    path: `${target.basePath}${path}`,
    method,
    headers: requestHeaders({ accept: contentType }, target.headersFor(path), { contentType }),
    body,
    timeoutMs,
    onHead: (status, headers, flow) =>
      new Collector({
        flow,
        maxBytes,
        onDone: (bytes) => resolve({ status, headers, body: bytes }),
        onFail: reject,
      }),
    onFailure: reject,
  });
  const giveUp = (error: Error): void => {
    call.abort();
    reject(error);
  };
  const cancel = (): void => giveUp(new Error('The request was cancelled.'));
  signal?.addEventListener('abort', cancel, { once: true });
  const late = Object.assign(new Error(`Timeout: no answer within ${timeoutMs} ms`), {
    code: 'UND_ERR_HEADERS_TIMEOUT',
  });
  const timer = setTimeout(giveUp, timeoutMs, late);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

interface CollectorOptions {
  flow: Flow;
  maxBytes: number;
  /** The rest is left out. */
  maxMs?: number;
  /** @param isCut it was longer, or took longer. */
  onDone(body: Buffer, isCut: boolean): void;
  onFail(error: Error): void;
}

/** Keeps an answer in memory; only the beginning of a longer one. */
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
    if (chunk.length >= room) this.#cutOff();
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
