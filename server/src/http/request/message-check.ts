import type { IncomingMessage } from 'node:http';
import { KeywardError } from '../../base/errors.ts';

/**
 * Refuses what the parser accepts and no client sends: an unknown version of HTTP, none or two Host headers, an unknown
 * transfer encoding. A proxy that reads another one of two Host headers would check another request than is answered
 * here (request smuggling). Guarded by message-form.test.ts.
 */
export function messageFault({
  httpVersion,
  url = '/',
  headers,
  rawHeaders,
}: IncomingMessage): KeywardError | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return refusal('The version of HTTP must be 1.0 or 1.1.');
  const coding = headers['transfer-encoding'];
  // A proxy that reads the body otherwise would find a second request in it (request smuggling).
  if (coding !== undefined && (coding.trim().toLowerCase() !== 'chunked' || httpVersion !== '1.1'))
    return refusal('Transfer-Encoding must be chunked, and needs HTTP/1.1.');
  const { host } = headers;
  if (host === undefined) return httpVersion === '1.0' ? undefined : refusal('The Host header is missing.');
  if (!isSingle(rawHeaders)) return refusal('The request must have exactly one Host header.');
  if (!HOST.test(host))
    return refusal('The Host header must be a name or an address, such as a.example:5390.');
  return isAt(url, host) ? undefined : refusal('The URL and the Host header must name the same host.');
}

/** Clients of proxies send absolute URLs, which name the host a second time. */
function isAt(url: string, host: string): boolean {
  if (url.startsWith('/')) return true;
  const [, named] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return named === undefined || (/^https?:/i.test(url) && named.toLowerCase() === host.toLowerCase());
}

const HOST = /^(?:\[[\da-f:.%]+\]|[\w.~%!$&'()*+;=-]+)(?::\d*)?$/i;

/** Of several, `headers` has only the first. */
function isSingle(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts === 1;
}

/** The connection ends: the bytes after such a message cannot be trusted. */
const refusal = (message: string): KeywardError =>
  new KeywardError('bad_request', message, {
    hint: 'Send HTTP/1.1 with one Host header.',
    headers: { connection: 'close' },
  });
