/**
 * The Developer API is served under `/api/v1` and `/v1`: one set of routes, declared under `/v1`. The routes of the web
 * application stand under `/api` alone and keep it. A slash at the end makes no difference.
 */
export function plainUrl(url: string): string {
  const start = url.charCodeAt(1) | LOWER_CASE;
  if (start !== A && start !== V) return url;
  const plain = start === A ? url.replace(/^\/api(?=\/v1(?:[/?]|$))/i, '') : url;
  const query = plain.indexOf('?');
  const last = plain.charCodeAt((query === -1 ? plain.length : query) - 1);
  return last === SLASH ? plain.replace(/^(\/(?:api|v1)\/[^?]*[^/?])\/(?=\?|$)/i, '$1') : plain;
}

const LOWER_CASE = 0x20;
const A = 0x61;
const V = 0x76;
const SLASH = 0x2f;
