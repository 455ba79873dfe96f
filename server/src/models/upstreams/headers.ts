import { hash } from 'node:crypto';
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
 * The headers of a caller that are sent to upstreams. A list of forbidden ones would miss some: credentials of other names,
 * an organisation of the operator's account, the identity of a caller. Guarded by openai/upstream-headers.test.ts.
 */
const PASSED_ON = [
  'accept',
  'user-agent',
  'openai-beta',
  'anthropic-version',
  'anthropic-beta',
  'traceparent',
  'tracestate',
];

/** The headers of an upstream's answer that the caller gets. Cookies and CORS would apply to this server's origin. */
const PASSED_BACK = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'content-disposition',
  'content-language',
  'accept-ranges',
  'content-range',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'openai-processing-ms',
  'openai-version',
  'openai-model',
  'x-request-id',
  'request-id',
  'x-accel-buffering',
]);
const LIMITS = /^(x-ratelimit-|anthropic-ratelimit-|ratelimit$|ratelimit-)/;

const OWN = /^(host|content-length|content-type|authorization|expect|accept-encoding)$/;

/** Headers that the `headers` of an upstream must not contain. */
export const isForbiddenHeader = (name: string): boolean =>
  HOP_BY_HOP.has(name.toLowerCase()) || OWN.test(name.toLowerCase());

/**
 * The headers of one request to an upstream as a flat list, which is fastest in undici.
 * @param own the upstream's, in lower case, with its credential; they replace the caller's.
 */
export function requestHeaders(
  caller: IncomingHttpHeaders,
  own: Readonly<Record<string, string>>,
  { contentType, callerId }: { contentType: string | undefined; callerId?: string | undefined },
): string[] {
  const flat = ['accept-encoding', 'identity'];
  if (contentType !== undefined) flat.push('content-type', contentType);
  const named = connectionNames(caller.connection);
  for (const name of PASSED_ON) {
    const value = caller[name];
    if (value === undefined || Object.hasOwn(own, name) || named.includes(name)) continue;
    flat.push(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // To an upstream this server is one client: with the same key of two callers it would give one the answer for the other.
  const repeated = caller['idempotency-key'];
  if (typeof repeated === 'string' && callerId !== undefined && !Object.hasOwn(own, 'idempotency-key'))
    flat.push('idempotency-key', hash('sha256', `${callerId}\n${repeated}`));
  for (const name in own) flat.push(name, own[name] ?? '');
  return flat;
}

/** The headers that a `Connection` header declares to be hop-by-hop too. */
function connectionNames(connection: string | string[] | undefined): string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return [];
  return String(connection)
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
}

export type AnswerHeaders = Record<string, string | string[]>;

/** The headers of an answer for the caller. @param rewritten the body was changed: its length and encoding are not kept. */
export function answerHeaders(upstream: IncomingHttpHeaders, rewritten: boolean): AnswerHeaders {
  const kept: AnswerHeaders = {};
  const named = connectionNames(upstream.connection);
  for (const name in upstream) {
    const value = upstream[name];
    if (value === undefined || named.includes(name)) continue;
    if (rewritten && (name === 'content-length' || name === 'content-encoding')) continue;
    if (PASSED_BACK.has(name) || LIMITS.test(name) || (name === 'cache-control' && forbidsSharing(value)))
      kept[name] = value;
  }
  return kept;
}

/** An answer is for one caller: headers that let a cache share it are not kept. */
const forbidsSharing = (value: string | string[]): boolean =>
  /^(?!.*(public|s-maxage)).*(no-store|no-cache|private)/i.test(String(value));
