import ipaddr from 'ipaddr.js';

const UNKNOWN = 'unknown';
/** These prefixes contain IPv4 addresses (RFC 6052): one /64 has those of different customers. */
const TRANSLATED = ['64:ff9b::/96', '64:ff9b:1::/48'].map((range) => ipaddr.parseCIDR(range));

/** The unit of counting: an IPv4 address, or the /64 of an IPv6 address, which one customer has. Guarded by network.test.ts. */
export function networkOf(ip: string): string {
  const bare = ip.replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return UNKNOWN;
  const address = ipaddr.process(bare);
  if (address instanceof ipaddr.IPv4) return address.toString();
  if (TRANSLATED.some((range) => address.match(range))) return address.toString();
  return `${groupsOf(address, 4)}::/64`;
}

/** The /48 of a network, which many providers give to one customer. Too large to be counted as one; it takes turns as one. */
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
