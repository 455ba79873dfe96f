import type { IncomingHttpHeaders } from 'node:http';

/** Headers that belong to one connection (RFC 9110 7.6.1) and end at each hop. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Of the caller, beside the hop-by-hop ones: its credential to this server and what tells who it is. The
 * credential passing on would hand keys of this server to every upstream; guarded by forward.test.ts.
 */
const NOT_PASSED_ON = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'cookie',
  'host',
  'content-length',
  'content-type',
  'accept-encoding',
  'expect',
  'forwarded',
  'via',
  'x-real-ip',
  'origin',
  'referer',
]);

/** Of the upstream's answer, beside the hop-by-hop ones: cookies would be set for this server's own origin. */
const NOT_PASSED_BACK = new Set([
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'strict-transport-security',
  'date',
]);

/** What an upstream's own `headers` may not contain. */
export function isForbiddenHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    HOP_BY_HOP.has(lower) ||
    ['host', 'content-length', 'content-type', 'authorization', 'expect', 'accept-encoding'].includes(lower)
  );
}

/**
 * The headers of one request to an upstream, as undici takes them fastest: a flat list.
 * @param own the upstream's, lower-case, its credential among them; they win over the caller's.
 */
export function requestHeaders(
  caller: IncomingHttpHeaders,
  own: Readonly<Record<string, string>>,
  contentType: string,
): string[] {
  const flat = ['content-type', contentType, 'accept-encoding', 'identity'];
  const named = connectionNames(caller.connection);
  for (const name in caller) {
    const value = caller[name];
    if (value === undefined || Object.hasOwn(own, name) || !isPassedOn(name, named)) continue;
    flat.push(name, Array.isArray(value) ? value.join(', ') : value);
  }
  for (const name in own) flat.push(name, own[name] ?? '');
  return flat;
}

function isPassedOn(name: string, named: readonly string[]): boolean {
  return (
    !NOT_PASSED_ON.has(name) &&
    !HOP_BY_HOP.has(name) &&
    !name.startsWith('x-forwarded-') &&
    !name.startsWith('sec-') &&
    !name.startsWith('cf-') &&
    !named.includes(name)
  );
}

/** The headers that a `Connection` header declares to be hop-by-hop too. */
function connectionNames(connection: string | string[] | undefined): string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return [];
  const text = Array.isArray(connection) ? connection.join(',') : connection;
  return text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
}

export type AnswerHeaders = Record<string, string | string[]>;

/**
 * The headers of an answer as they go back to the caller.
 * @param rewritten the body is not byte for byte the upstream's: its length and digest no longer hold.
 */
export function answerHeaders(upstream: IncomingHttpHeaders, rewritten: boolean): AnswerHeaders {
  const kept: AnswerHeaders = {};
  const named = connectionNames(upstream.connection);
  for (const name in upstream) {
    const value = upstream[name];
    if (value === undefined || HOP_BY_HOP.has(name) || NOT_PASSED_BACK.has(name) || named.includes(name))
      continue;
    if (rewritten && (name === 'content-length' || name === 'content-encoding' || name === 'etag')) continue;
    kept[name] = value;
  }
  return kept;
}
