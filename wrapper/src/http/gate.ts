import type { IncomingHttpHeaders } from 'node:http';
import { isKey } from '../key/key-place.ts';

/** A header that a page of another site cannot send without being allowed to, which nothing here does. */
export const CSRF_HEADER = 'x-keyward-csrf';

export type Credential = { kind: 'key'; key: string } | { kind: 'none' } | { kind: 'unreadable' };

/** An `Authorization` header in any wrong form is `unreadable`: never as if there were none. */
export function credentialIn({ authorization }: IncomingHttpHeaders): Credential {
  if (authorization === undefined) return { kind: 'none' };
  const [, key = ''] = /^Bearer +(\S+)$/i.exec(authorization.trim()) ?? [];
  return isKey(key) ? { kind: 'key', key } : { kind: 'unreadable' };
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a request names this server as it is known. A page of another site can reach this port under a name of its own
 * (DNS rebinding), but its requests then carry that name.
 * @param names further ones, in lower case, without ports
 */
export function isKnownHost({ host = '' }: IncomingHttpHeaders, names: ReadonlySet<string>): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  return LOOPBACK.has(name) || names.has(name);
}

/** Why a request without a key is not answered with the own one; undefined: it is. */
export function crossSiteFault(headers: IncomingHttpHeaders): string | undefined {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (headers[CSRF_HEADER] === undefined)
    return `Requests without a key need the header ${CSRF_HEADER}, with any value.`;
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'Requests without a key are answered to the page of this server only.';
  if (origin !== undefined && URL.parse(origin)?.host !== host?.toLowerCase())
    return 'Requests without a key are answered to the page of this server only.';
  return undefined;
}
