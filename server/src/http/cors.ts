import type { RequestContext } from './request/request-context.ts';
import type { WholeAnswer } from './answer/send-answer.ts';

/** Origins whose pages may read answers: those of a list, or any. */
export type Origins = 'any' | readonly string[];

const METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';
/** Beside those that every page may read. */
const EXPOSED = 'x-request-id, retry-after, ratelimit, ratelimit-policy, etag, www-authenticate';
const REMEMBERED_SECONDS = 600;

/** Other paths are no API for pages: documentation, health, metrics. */
const API = /^(?:\/api)?\/v1(?:[/?]|$)/i;

/**
 * Which pages of other origins may use a path: any may use the Developer API, as its clients expect (contract), and those of
 * `KEYWARD_CORS_ORIGINS` everything else under `/v1`. Credentials are never allowed, so the session cookie is no use to them: a
 * page needs a key of its own. Guarded by cors.test.ts and session-cookie.test.ts.
 */
export class Cors {
  readonly #listed: Origins;

  constructor({ corsOrigins }: { corsOrigins: Origins }) {
    this.#listed = corsOrigins;
  }

  /** Sets the headers of an answer. Runs for each request. @param isOpen whether pages of any origin may use it */
  allow({ request, headers }: RequestContext, isOpen: boolean): void {
    const { origin } = request.headers;
    if (isOpen) {
      headers['vary'] = 'Origin';
      if (origin !== undefined) headers['access-control-allow-origin'] = origin;
      return;
    }
    if (this.#listed.length === 0 || !API.test(request.url ?? '/')) return;
    headers['vary'] = 'Origin';
    if (!this.#isListed(origin)) return;
    headers['access-control-allow-origin'] = origin;
    headers['access-control-expose-headers'] = EXPOSED;
  }

  /**
   * The answer to the preflight request of a browser (OPTIONS). A page of a listed origin gets it for an unknown path too: it
   * can then read the 404. @returns undefined: such a page may not use the path
   */
  preflight(
    context: RequestContext,
    { isOpen, isPath }: { isOpen: boolean; isPath: boolean },
  ): WholeAnswer | undefined {
    const { request } = context;
    const { origin } = request.headers;
    if (isOpen) return isPath ? { status: 204, headers: preflightHeaders(context) } : undefined;
    if (!API.test(request.url ?? '/') || !this.#isListed(origin)) return undefined;
    const remembered = { 'access-control-max-age': String(REMEMBERED_SECONDS) };
    return { status: 204, headers: { ...preflightHeaders(context), ...remembered } };
  }

  #isListed(origin: string | undefined): origin is string {
    if (origin === undefined) return false;
    return this.#listed === 'any' || this.#listed.includes(origin);
  }
}

/** What a page of the origin that asks may send. */
export function preflightHeaders({ request }: RequestContext): Record<string, string> {
  const wanted = request.headers['access-control-request-headers'];
  return {
    'access-control-allow-origin': request.headers.origin ?? '*',
    'access-control-allow-methods': METHODS,
    ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
    vary: 'Origin, Access-Control-Request-Headers',
    'content-length': '0',
  };
}
