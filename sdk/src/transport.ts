import { apiErrorOf, failureCode, KeywardApiError, KeywardConnectionError } from './errors.ts';

/** What {@link createClient} needs to know. */
export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:5390`. A path before `/v1` is kept; a `/v1` at the end is taken off. */
  url: string;
  /**
   * The key that every request carries as `Authorization: Bearer …`.
   * @default none: only routes that need no key answer
   */
  apiKey?: string | undefined;
  /**
   * Sends a request.
   * @default the global `fetch`
   */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /**
   * How often a request is repeated at most. A GET is repeated after a network error, and after 429 or 503 with a
   * Retry-After of at most 10 seconds; a request with a JSON body only when no connection was made, so that it was never sent.
   * Uploads and imports are not repeated.
   * @default 2
   */
  retries?: number | undefined;
  /**
   * How long the server may be silent, in milliseconds: before its answer begins, and between two pieces of its body.
   * @default 60_000; 600_000 for chats, embeddings and imports; 3_600_000 for uploads
   */
  timeoutMs?: number | undefined;
}

/**
 * Sends a request. Resolves with a good answer only. `defaultTimeoutMs`: where the client was given no `timeoutMs`.
 * @throws KeywardApiError, KeywardConnectionError
 */
export type Send = (
  request: Request,
  options?: { defaultTimeoutMs?: number | undefined },
) => Promise<Response>;

/** What the methods of a client share. */
export interface Connection {
  send: Send;
  /** Without a slash at its end. */
  url: string;
}

/** What each method takes besides. */
export interface CallOptions {
  /** Ends the request; the call then rejects with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

const RETRY_AFTER_MAX_SECONDS = 10;
const TIMEOUT_MS = 60_000;
/** A model may think long before its first word. */
export const MODEL_TIMEOUT_MS = 600_000;
/** Doubled with each try. */
const PAUSE_AFTER_NETWORK_ERROR_MS = 200;

/** No connection was made, so the server has seen nothing of the request. Browsers do not say so. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a failed request has certainly not reached the server. */
export const wasNeverSent = (error: unknown): boolean =>
  error instanceof KeywardConnectionError && NEVER_SENT.has(error.code);

/** @throws TypeError when the key cannot stand in a header; its text is not repeated. */
export function transport({ apiKey, fetch: given, retries = 2, timeoutMs }: ClientOptions): Send {
  // The runtime's own complaint about a bad header would quote the key.
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('The API key holds characters that no key has, such as a space or a line end.');
  const fetchOnce = given ?? ((request: Request) => fetch(request));
  const hide = (text: string): string => (apiKey === undefined ? text : text.replaceAll(apiKey, '[key]'));

  const attempt = async (request: Request, limitMs: number, isLast: boolean): Promise<Response> => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limitMs);
    const signal = AbortSignal.any([request.signal, late.signal]);
    try {
      const sent = new Request(isLast ? request : request.clone(), { signal, redirect: 'manual' });
      const response = await orAborted(fetchOnce(sent), [request.signal, late.signal]);
      return limited(response, { request, limitMs });
    } catch (error) {
      throw late.signal.aborted ? timedOut(request) : connectionError(error, request);
    } finally {
      clearTimeout(timer);
    }
  };

  return async (request, options = {}) => {
    if (apiKey !== undefined) request.headers.set('authorization', `Bearer ${apiKey}`);
    const limitMs = timeoutMs ?? options.defaultTimeoutMs ?? TIMEOUT_MS;
    for (let tried = 0; ; tried++) {
      const mayRepeat = tried < retries && isKept(request);
      let waitMs: number | undefined;
      try {
        const response = await attempt(request, limitMs, !mayRepeat);
        if (response.ok) return response;
        waitMs = mayRepeat && request.method === 'GET' ? retryAfterMs(response) : undefined;
        if (waitMs === undefined) throw await apiErrorOf(response, hide);
        await response.body?.cancel();
      } catch (error) {
        if (!mayRepeat || !isWorthRepeating(error, request)) throw error;
        waitMs = PAUSE_AFTER_NETWORK_ERROR_MS * 2 ** tried;
      }
      await pause(waitMs, request.signal);
    }
  };
}

/**
 * The platform follows the signal of a request by weak references: after a garbage collection it may never hear of an abort.
 * Guarded by transport.test.ts.
 */
export function orAborted<T>(work: Promise<T>, signals: readonly AbortSignal[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = (): void => reject(signals.find(({ aborted }) => aborted)?.reason as Error);
    for (const signal of signals) signal.addEventListener('abort', left, { once: true });
    if (signals.some(({ aborted }) => aborted)) left();
    work.then(resolve, reject).finally(() => {
      for (const signal of signals) signal.removeEventListener('abort', left);
    });
  });
}

/** Files and streams are not kept in memory for a second try. */
const isKept = ({ method, headers }: Request): boolean =>
  method === 'GET' || headers.get('content-type')?.startsWith('application/json') === true;

/** A time limit is not: it was the caller who wanted no more waiting. */
function isWorthRepeating(error: unknown, { method, signal }: Request): boolean {
  if (!(error instanceof KeywardConnectionError) || signal.aborted) return false;
  return wasNeverSent(error) || (method === 'GET' && error.code !== 'timeout');
}

function retryAfterMs({ status, headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const isWorthIt = (status === 429 || status === 503) && seconds >= 0 && seconds <= RETRY_AFTER_MAX_SECONDS;
  return isWorthIt ? seconds * 1000 : undefined;
}

/** The same answer, whose body ends with an error when the server falls silent, breaks off, or the caller goes away. */
function limited(response: Response, { request, limitMs }: { request: Request; limitMs: number }): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      // Asked only when somebody reads: a caller who takes its time is not the server's silence.
      async pull(controller) {
        const silence = new AbortController();
        const timer = setTimeout(() => silence.abort(timedOut(request)), limitMs);
        try {
          const { done, value } = await orAborted(reader.read(), [request.signal, silence.signal]);
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          void reader.cancel().catch(() => undefined);
          controller.error(brokenOff(error, request));
        } finally {
          clearTimeout(timer);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers, url } = response;
  return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', { value: url });
}

/** @throws the reason of the signal */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    }
  });
}

/** The address without what may be secret in it. */
function placeOf({ url }: { url: string }): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

const timedOut = (request: Request): KeywardConnectionError =>
  new KeywardConnectionError(placeOf(request), 'timeout');

function connectionError(error: unknown, request: Request): unknown {
  if (request.signal.aborted) return request.signal.reason;
  return new KeywardConnectionError(placeOf(request), failureCode(error));
}

/** What is thrown where the reading of an answer failed: what the server said, the caller's own reason, or the connection. */
function brokenOff(error: unknown, request: Request): unknown {
  if (error instanceof KeywardApiError || error instanceof KeywardConnectionError) return error;
  if (request.signal.aborted) return request.signal.reason;
  return new KeywardConnectionError(placeOf(request), failureCode(error), 'broke off its answer');
}

/** An answer that came to its end before it was whole. */
export const cutOff = (response: Response): KeywardConnectionError =>
  new KeywardConnectionError(placeOf(response), 'broken_off', 'broke off its answer');

/** Sends a request when the first piece of its answer is asked for, and reads it piece by piece. */
export async function* streamed<T>(
  { send }: Connection,
  requestOf: () => Request | Promise<Request>,
  read: (response: Response) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const request = await requestOf();
  const response = await send(request, { defaultTimeoutMs: MODEL_TIMEOUT_MS });
  try {
    yield* read(response);
  } catch (error) {
    throw brokenOff(error, request);
  }
}

/** A POST of JSON to a path of the API. */
export function jsonRequest(
  { url }: Connection,
  path: string,
  { body, signal, accept }: CallOptions & { body: unknown; accept?: string },
): Request {
  return new Request(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accept === undefined ? {} : { accept }) },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}
