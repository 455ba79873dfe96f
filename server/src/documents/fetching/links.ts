import { isObject } from '../../base/is-object.ts';

const LINK_MAX_CHARACTERS = 4_000;

/** `notaurl` → `https://notaurl`. */
export function withScheme(link: string): string {
  const text = link.trim();
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
}

/** @returns undefined for an address that is not a page's, or has a password: it would be stored with the document. */
export function pageUrl(link: string): URL | undefined {
  if (link.length > LINK_MAX_CHARACTERS) return undefined;
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}

/** `https://example.com/a/b` → `example.com_a_b`. */
export function nameOfPage({ hostname, pathname }: URL): string {
  return `${hostname}${decoded(pathname).replaceAll('/', '_')}`;
}

/** The last part of its path. */
export const lastPartOf = ({ pathname }: URL): string => decoded(pathname).split('/').pop() ?? '';

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The connection sets these itself: a client that chose them could change the host or the framing. */
const OWN_HEADERS =
  /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|keep-alive|proxy-.*|accept-encoding)$/i;
const HEADERS_MAX = 50;
const VALUE_MAX_CHARACTERS = 4_000;

/** The headers that a client wants sent along; invalid ones are left out. */
export function extraHeaders(given: unknown): Record<string, string> {
  if (!isObject(given)) return {};
  const entries = Object.entries(given)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .filter(([name, value]) => /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name) && isHeaderValue(value))
    .filter(([name]) => !OWN_HEADERS.test(name));
  return Object.fromEntries(entries.slice(0, HEADERS_MAX));
}

export const isHeaderValue = (value: string): boolean =>
  value.length <= VALUE_MAX_CHARACTERS && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value);
