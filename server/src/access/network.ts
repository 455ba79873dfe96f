import ipaddr from 'ipaddr.js';

const UNKNOWN = 'unknown';
/** In the bits behind these prefixes stands the IPv4 address of somebody (RFC 6052): translators have neighbours in one /64. */
const TRANSLATED = ['64:ff9b::/96', '64:ff9b:1::/48'].map((range) => ipaddr.parseCIDR(range));

/**
 * The addresses that one customer can have at will, and who shares nothing with others: an IPv4 address, or the /64 of an IPv6 one.
 * What is counted for each is counted for all of them together. Guarded by network.test.ts.
 */
export function networkOf(ip: string): string {
  const bare = ip.replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return UNKNOWN;
  const address = ipaddr.process(bare);
  if (address instanceof ipaddr.IPv4) return address.toString();
  if (TRANSLATED.some((range) => address.match(range))) return address.toString();
  return `${groupsOf(address, 4)}::/64`;
}

/**
 * Many networks that may all be of one customer: most providers give a /56 or a /48 to whoever asks. Too many people to be counted
 * together, but they take turns as one.
 */
export function siteOf(network: string): string {
  const base = network.replace(/\/64$/, '');
  if (!ipaddr.IPv6.isValid(base)) return network;
  const address = ipaddr.IPv6.parse(base);
  return TRANSLATED.some((range) => address.match(range)) ? network : `${groupsOf(address, 3)}::/48`;
}

const groupsOf = (address: ipaddr.IPv6, count: number): string =>
  address.parts
    .slice(0, count)
    .map((part) => part.toString(16))
    .join(':');
