import type { IncomingMessage } from 'node:http';
import { KeywardError } from '../../base/errors.ts';

/**
 * What the parser lets pass and no client sends: a version other than 1.0 and 1.1, more or less than one host, a body of a
 * kind that is not known. A proxy before this server may take another one of two Host headers, and then judges another request than is answered here.
 * Guarded by message-form.test.ts.
 * @returns why the message is refused.
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
  // Whoever takes such a message for one without a body, or with another one, reads a second request in it.
  if (coding !== undefined && (coding.trim().toLowerCase() !== 'chunked' || httpVersion !== '1.1'))
    return refusal('Transfer-Encoding must be chunked, and needs HTTP/1.1.');
  const { host } = headers;
  if (host === undefined) return httpVersion === '1.0' ? undefined : refusal('The Host header is missing.');
  if (!isSingle(rawHeaders)) return refusal('The request must have exactly one Host header.');
  if (!HOST.test(host))
    return refusal('The Host header must be a name or an address, such as a.example:5390.');
  return isAt(url, host) ? undefined : refusal('The URL and the Host header must name the same host.');
}

/** Addresses are paths; whole ones, as proxies get them, name the host once more. */
function isAt(url: string, host: string): boolean {
  if (url.startsWith('/')) return true;
  const [, named] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return named === undefined || (/^https?:/i.test(url) && named.toLowerCase() === host.toLowerCase());
}

const HOST = /^(?:\[[\da-f:.%]+\]|[\w.~%!$&'()*+;=-]+)(?::\d*)?$/i;

/** `headers` has the first of several alone. */
function isSingle(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts === 1;
}

/** The connection ends: what comes after such a message on it is not to be believed. */
const refusal = (message: string): KeywardError =>
  new KeywardError('bad_request', message, {
    hint: 'Send HTTP/1.1 with one Host header.',
    headers: { connection: 'close' },
  });
