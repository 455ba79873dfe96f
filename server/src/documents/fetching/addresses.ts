import { lookup as dnsLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { inRanges } from '../../access/index.ts';

/** What the operator lets pages be fetched from beside the public internet: ranges, or all but link-local addresses. */
export type PrivateAddresses = 'allow' | readonly string[];

/** Where clouds keep the credentials of the machine: only the operator's own range opens them, never `allow`. */
const CREDENTIAL_RANGES = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', '100.100.100.200/32'];
/** What the registries give to the public. The rest of IPv6 is reserved, local, or IPv4 in other clothes. */
const GLOBAL_IPV6 = ['2000::/3'];

/**
 * Whether a page may be fetched from this address. Whoever may bring links must not reach through this server what only
 * this server reaches (SSRF): itself, its neighbours, the cloud's credentials. Guarded by addresses.test.ts.
 */
export function mayFetchFrom(address: string, allowed: PrivateAddresses): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) === 0) return false;
  if (allowed !== 'allow' && inRanges(allowed, bare)) return true;
  if (isPublic(bare)) return true;
  return allowed === 'allow' && !inRanges(CREDENTIAL_RANGES, bare) && !isWrapped(bare);
}

function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || inRanges(CREDENTIAL_RANGES, address)) return false;
  return parsed.kind() === 'ipv4' || inRanges(GLOBAL_IPV6, address);
}

/** Ways to write an IPv4 address as IPv6 that a router undoes: what it leads to cannot be told here. */
function isWrapped(address: string): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return false;
  return inRanges(['::/96', '64:ff9b::/96', '2002::/16', '2001::/32'], address) && address !== '::1';
}

/** What a connection to a forbidden address fails with; the code tells it from a network failure. */
export class ForbiddenAddressError extends Error {
  readonly code = 'KEYWARD_FORBIDDEN_ADDRESS';
  constructor() {
    super('The name leads to an address that pages are not fetched from.');
  }
}

/**
 * Looks names up where it counts, when the connection is made: the address that was checked is the one that is connected
 * to, and a name that answers otherwise the next time gains nothing (DNS rebinding). All its addresses must be allowed.
 */
export function guardedLookup(
  allowed: PrivateAddresses,
  lookup: typeof dnsLookup = dnsLookup,
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error: Error | null, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      if (!addresses.every(({ address }) => mayFetchFrom(address, allowed)))
        return callback(new ForbiddenAddressError(), []);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      if (first === undefined) return callback(new Error('The name has no address.'), []);
      return callback(null, first.address, first.family);
    });
  };
}

/** A literal address is never looked up: it is checked here, before the socket is made. */
export function refuseLiteral(
  hostname: string,
  allowed: PrivateAddresses,
): ForbiddenAddressError | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 && !mayFetchFrom(bare, allowed) ? new ForbiddenAddressError() : undefined;
}
