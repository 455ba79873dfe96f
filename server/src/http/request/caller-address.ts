import type { IncomingHttpHeaders } from 'node:http';
import { inRanges, plainAddress } from '../../access/index.ts';
import { isLoopback, mayBeRelayed } from './loopback.ts';

/** No range covers it. */
const UNKNOWN = '';

/**
 * The address of a caller. Behind a trusted proxy it is the rightmost one in `X-Forwarded-For` that is no proxy's: callers
 * write the entries to its left themselves. With an unreadable entry the address is unknown: the proxy's own address
 * would satisfy keys that are bound to it. For the same reason it is unknown where somebody else may stand behind a
 * connection from this machine (loopback.ts). Guarded by caller-address.test.ts.
 * @param proxies ranges of `KEYWARD_TRUSTED_PROXIES`.
 */
export function callerAddress(
  remoteAddress: string | undefined,
  headers: IncomingHttpHeaders,
  proxies: readonly string[],
): string {
  const remote = socketAddress(remoteAddress);
  const isProxy = (address: string): boolean => inRanges(proxies, address);
  if (proxies.length === 0 || !isProxy(remote)) return unlessRelayed(remote, headers);
  const entries = entriesOf(headers['x-forwarded-for']);
  // A proxy that writes only `Forwarded`, which is not read, has a caller too.
  if (entries.length === 0)
    return headers['forwarded'] === undefined ? unlessRelayed(remote, headers) : UNKNOWN;
  let address = remote;
  for (const entry of entries.reverse()) {
    address = addressIn(entry) ?? UNKNOWN;
    if (!isProxy(address)) return address;
  }
  return address;
}

const unlessRelayed = (remote: string, headers: IncomingHttpHeaders): string =>
  isLoopback(remote) && mayBeRelayed(headers) ? UNKNOWN : remote;

/** IPv4-mapped IPv6 becomes IPv4; sockets write all else in its plain form. */
export function socketAddress(address = UNKNOWN): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

const entriesOf = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`, each of them also in quotes. */
function addressIn(entry: string): string | undefined {
  const bare = entry.startsWith('"') && entry.endsWith('"') ? entry.slice(1, -1) : entry;
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(bare) ?? [];
  return plainAddress(bracketed ?? plain ?? bare);
}
