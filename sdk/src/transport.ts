import { brokenOff, limited, placeOf, timedOut } from './answer.ts';
import { apiErrorOf, failureCode, KeywardConnectionError } from './errors.ts';
import { orAborted } from './abort.ts';
import { sendTelling, type OnSent } from './upload-progress.ts';

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
   * Uses the session of the browser instead of a key, in a page of the server itself: the browser adds the cookie that
   * `POST /v1/session` has set. A function gives the id of the session that the page shows; the server refuses its requests
   * with `invalid_session` where another one has begun in this browser since.
   * @default false
   */
  session?: boolean | (() => string | undefined) | undefined;
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
 * What is to be sent. Not a `Request`: each try needs one with a signal of its own, and making one costs more than
 * everything else that is done here.
 */
export class Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  /** Heard in a page with a session only. */
  onSent: OnSent | undefined;
  readonly #init: RequestInit;

  constructor(url: string, { signal, ...init }: RequestInit = {}) {
    this.url = url;
    this.method = init.method ?? 'GET';
    this.headers = new Headers(init.headers);
    this.signal = signal ?? undefined;
    this.#init = init;
  }

  /** For `fetch`. The key would go to wherever a redirect leads. */
  initWith(signal: AbortSignal): RequestInit {
    return { ...this.#init, headers: this.headers, signal, redirect: 'manual' };
  }
}

/**
 * Sends a request. Resolves with a good answer only. `defaultTimeoutMs`: where the client was given no `timeoutMs`.
 * @throws KeywardApiError, KeywardConnectionError
 */
export type Send = (
  request: Outgoing,
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
const wasNeverSent = (error: unknown): boolean =>
  error instanceof KeywardConnectionError && NEVER_SENT.has(error.code);

/** @throws TypeError when the key cannot stand in a header; its text is not repeated. */
export function transport({ apiKey, session, fetch: given, retries = 2, timeoutMs }: ClientOptions): Send {
  const usesSession = session !== undefined && session !== false;
  if (apiKey !== undefined && usesSession)
    throw new TypeError('Give either apiKey or session: the server ignores the session where a key is sent.');
  // The runtime's own complaint about a bad header would quote the key.
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('The API key holds characters that no key has, such as a space or a line end.');
  const fetchOnce = async (request: Outgoing, signal: AbortSignal): Promise<Response> => {
    const init = request.initWith(signal);
    if (usesSession && request.onSent !== undefined) return sendTelling(request.url, init, request.onSent);
    return given === undefined ? fetch(request.url, init) : given(new Request(request.url, init));
  };
  const hide = (text: string): string => (apiKey === undefined ? text : text.replaceAll(apiKey, '[key]'));

  const attempt = async (request: Outgoing, limitMs: number): Promise<Response> => {
    const ending = new AbortController();
    const leave = followed(request.signal, ending);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      ending.abort();
    }, limitMs);
    try {
      const response = await orAborted(fetchOnce(request, ending.signal), [ending.signal]);
      if (response.body === null) leave();
      return limited(response, { request, limitMs, leave });
    } catch (error) {
      leave();
      throw isLate ? timedOut(request) : connectionError(error, request);
    } finally {
      clearTimeout(timer);
    }
  };

  return async (request, options = {}) => {
    if (apiKey !== undefined) request.headers.set('authorization', `Bearer ${apiKey}`);
    // Pages of other sites cannot send it.
    if (usesSession)
      request.headers.set(
        'x-keyward-session',
        (typeof session === 'function' ? session() : undefined) ?? '1',
      );
    const limitMs = timeoutMs ?? options.defaultTimeoutMs ?? TIMEOUT_MS;
    for (let tried = 0; ; tried++) {
      const mayRepeat = tried < retries && isKept(request);
      let waitMs: number | undefined;
      try {
        const response = await attempt(request, limitMs);
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

/** Files and streams are not kept in memory for a second try. */
const isKept = ({ method, headers }: Outgoing): boolean =>
  method === 'GET' || headers.get('content-type')?.startsWith('application/json') === true;

/** A time limit is not: it was the caller who wanted no more waiting. */
function isWorthRepeating(error: unknown, { method, signal }: Outgoing): boolean {
  if (!(error instanceof KeywardConnectionError) || signal?.aborted === true) return false;
  return wasNeverSent(error) || (method === 'GET' && error.code !== 'timeout');
}

function retryAfterMs({ status, headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const isWorthIt = (status === 429 || status === 503) && seconds >= 0 && seconds <= RETRY_AFTER_MAX_SECONDS;
  return isWorthIt ? seconds * 1000 : undefined;
}

/** Has the caller's signal end the request too. Cheaper than `AbortSignal.any`. @returns what undoes it */
function followed(signal: AbortSignal | undefined, ending: AbortController): () => void {
  if (signal === undefined) return () => undefined;
  const end = (): void => ending.abort(signal.reason);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return () => signal.removeEventListener('abort', end);
}

/** @throws the reason of the signal */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, signal?.aborted === true ? 0 : ms);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else resolve();
    }
  });
}

function connectionError(error: unknown, request: Outgoing): unknown {
  if (request.signal?.aborted === true) return request.signal.reason;
  return new KeywardConnectionError(placeOf(request), failureCode(error));
}

/** Sends a request when the first piece of its answer is asked for, and reads it piece by piece. */
export async function* streamed<T>(
  { send }: Connection,
  requestOf: () => Outgoing | Promise<Outgoing>,
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
): Outgoing {
  return new Outgoing(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accept === undefined ? {} : { accept }) },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}
