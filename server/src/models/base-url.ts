import { lookup as dnsLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { invalidField } from '../base/errors.ts';
import { withoutTrailing } from '../base/trailing.ts';

const URL_MAX_CHARACTERS = 2_000;

/**
 * Where clouds keep the credentials of the machine. An upstream there would let whoever may add upstreams read
 * them through this server (SSRF); guarded by base-url.test.ts. Loopback and private addresses are allowed:
 * that is where people run Ollama and vLLM.
 */
const METADATA_RANGES = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', '100.100.100.200/32'].map(
  (range) => ipaddr.parseCIDR(range),
);
const METADATA_HOSTS = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data.ec2.internal']);

/** RFC 6052 and RFC 3056: IPv4 addresses in IPv6 clothes that a router would take off again. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
const SIX_TO_FOUR = ipaddr.parseCIDR('2002::/16');

/** Whether an address is link-local or a cloud's metadata service, in any clothing. */
export function isMetadataAddress(text: string): boolean {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return false;
  const address = unwrapped(ipaddr.process(bare));
  return METADATA_RANGES.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
}

function unwrapped(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  // `::a.b.c.d`, the long deprecated IPv4-compatible form.
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0);
  if (compatible || address.match(NAT64)) return new ipaddr.IPv4(bytes.slice(12));
  return address.match(SIX_TO_FOUR) ? new ipaddr.IPv4(bytes.slice(2, 6)) : address;
}

export function isMetadataHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  return METADATA_HOSTS.has(host) || isMetadataAddress(host);
}

/**
 * A base URL as it is stored: no slash at the end. WHATWG parsing brings decimal, octal, hexadecimal and
 * shortened IPv4 spellings into the dotted one before they are looked at.
 * @throws KeywardError `invalid_input` for `base_url`.
 */
export function checkBaseUrl(text: string): string {
  const refuse = (message: string) => invalidField('base_url', message, 'Example: https://api.openai.com/v1');
  if (text.length > URL_MAX_CHARACTERS) throw refuse(`is longer than ${URL_MAX_CHARACTERS} characters`);
  const url = URL.parse(text);
  if (url === null) throw refuse('is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('must begin with http:// or https://');
  if (url.username !== '' || url.password !== '') {
    throw refuse('must not contain credentials; the key goes into api_key');
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    throw refuse('must not contain a query or a fragment');
  }
  if (isMetadataHost(url.hostname)) {
    throw refuse('is a link-local or cloud metadata address, which an upstream must not be');
  }
  return `${url.origin}${withoutTrailing(url.pathname, '/')}`;
}

/** What a connection to a forbidden address fails with; the code tells it from a network failure. */
export class ForbiddenAddressError extends Error {
  readonly code = 'KEYWARD_FORBIDDEN_ADDRESS';
  constructor() {
    super('The name leads to a link-local or cloud metadata address.');
  }
}

/**
 * DNS at connect time, where it counts: a name that was harmless when it was stored may point to the metadata
 * service now (DNS rebinding). All answers must be allowed, not only the first.
 */
export function guardedLookup(lookup: typeof dnsLookup = dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error: Error | null, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      if (isMetadataHost(hostname) || addresses.some(({ address }) => isMetadataAddress(address))) {
        return callback(new ForbiddenAddressError(), []);
      }
      if (options.all === true) return callback(null, addresses);
      const first = addresses[0];
      if (first === undefined) return callback(new Error('The name has no address.'), []);
      return callback(null, first.address, first.family);
    });
  };
}

/** A literal address is never looked up: it is checked here, before the socket is made. */
export function refuseLiteral(hostname: string): ForbiddenAddressError | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 && isMetadataAddress(bare) ? new ForbiddenAddressError() : undefined;
}
