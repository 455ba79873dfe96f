import type { RequestContext } from '../http/index.ts';

const METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';

/** Pages of any origin may call the Developer API: it needs a key, and takes no cookie. */
export function allowOrigin({ request, headers }: RequestContext): void {
  const { origin } = request.headers;
  headers.vary = 'Origin';
  if (origin !== undefined) headers['access-control-allow-origin'] = origin;
}

export function preflight({ request }: RequestContext): Record<string, string> {
  const wanted = request.headers['access-control-request-headers'];
  return {
    'access-control-allow-origin': request.headers.origin ?? '*',
    'access-control-allow-methods': METHODS,
    ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
    vary: 'Origin, Access-Control-Request-Headers',
    'content-length': '0',
  };
}
