import { apiErrorOf, failureCode, KeywardApiError, KeywardConnectionError } from './errors.ts';

export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:5390`; a path before `/v1` is kept. */
  url: string;
  apiKey?: string | undefined;
  /** In place of the global one. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** How often a GET is repeated that was answered with 429 or 503 and a Retry-After; 2. */
  retries?: number | undefined;
  /** How long the server may take to begin its answer; 60,000. */
  timeoutMs?: number | undefined;
}

/** Sends a request. Resolves with a good answer only. @throws KeywardApiError, KeywardConnectionError */
export type Send = (request: Request, options?: { timeoutMs?: number | undefined }) => Promise<Response>;

const RETRY_AFTER_MAX_SECONDS = 10;
const TIMEOUT_MS = 60_000;

/** @throws TypeError when the key cannot stand in a header; its text is not repeated. */
export function transport({
  apiKey,
  fetch: given,
  retries = 2,
  timeoutMs = TIMEOUT_MS,
}: ClientOptions): Send {
  // Node's own complaint about a bad header would quote the key.
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('The API key holds characters that no key has, such as a space or a line end.');
  const fetchOnce = given ?? ((request: Request) => fetch(request));
  const hide = (text: string): string => (apiKey === undefined ? text : text.replaceAll(apiKey, '[key]'));

  const attempt = async (request: Request, limitMs: number): Promise<Response> => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limitMs);
    const signal = AbortSignal.any([request.signal, late.signal]);
    try {
      return await fetchOnce(new Request(request, { signal, redirect: 'manual' }));
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      throw new KeywardConnectionError(
        placeOf(request),
        late.signal.aborted ? 'timeout' : failureCode(error),
      );
    } finally {
      clearTimeout(timer);
    }
  };

  return async (request, options = {}) => {
    if (apiKey !== undefined) request.headers.set('authorization', `Bearer ${apiKey}`);
    const limitMs = options.timeoutMs ?? timeoutMs;
    for (let left = request.method === 'GET' ? retries : 0; ; left--) {
      const response = await attempt(left > 0 ? request.clone() : request, limitMs);
      if (response.ok) return response;
      const waitSeconds = left > 0 ? retryAfter(response) : undefined;
      if (waitSeconds === undefined) throw await apiErrorOf(response, hide);
      await response.body?.cancel();
      await pause(waitSeconds * 1000, request.signal);
    }
  };
}

function retryAfter({ status, headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const isWorthIt = (status === 429 || status === 503) && seconds >= 0 && seconds <= RETRY_AFTER_MAX_SECONDS;
  return isWorthIt ? seconds : undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
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
export function placeOf({ url }: { url: string }): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** What is thrown where the reading of an answer failed: what the server said, the caller's own reason, or the connection. */
export function brokenOff(error: unknown, request: { url: string; signal: AbortSignal }): unknown {
  if (error instanceof KeywardApiError || error instanceof KeywardConnectionError) return error;
  if (request.signal.aborted) return request.signal.reason;
  return new KeywardConnectionError(placeOf(request), failureCode(error), 'broke off its answer');
}
