import type { IncomingHttpHeaders } from 'node:http';
import { inRanges, plainAddress } from '../../access/index.ts';

/** No range covers it. */
const UNKNOWN = '';

/**
 * The address of a caller. Behind a trusted proxy it is the rightmost one in `X-Forwarded-For` that is no proxy's: callers
 * write the entries to its left themselves. With an unreadable entry the address is unknown: the proxy's own address
 * would satisfy keys that are bound to it. Guarded by caller-address.test.ts.
 * @param proxies ranges of `KEYWARD_TRUSTED_PROXIES`.
 */
export function callerAddress(
  remoteAddress: string | undefined,
  headers: IncomingHttpHeaders,
  proxies: readonly string[],
): string {
  const remote = socketAddress(remoteAddress);
  if (proxies.length === 0) return remote;
  const isProxy = (address: string): boolean => inRanges(proxies, address);
  if (!isProxy(remote)) return remote;
  const entries = entriesOf(headers['x-forwarded-for']);
  // A proxy that writes only `Forwarded`, which is not read, has a caller too.
  if (entries.length === 0) return headers['forwarded'] === undefined ? remote : UNKNOWN;
  let address = remote;
  for (const entry of entries.reverse()) {
    address = addressIn(entry) ?? UNKNOWN;
    if (!isProxy(address)) return address;
  }
  return address;
}

/** IPv4-mapped IPv6 becomes IPv4; sockets write all else in its plain form. */
function socketAddress(address = UNKNOWN): string {
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
