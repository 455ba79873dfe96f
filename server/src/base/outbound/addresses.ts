import ipaddr from 'ipaddr.js';

/** `upstream`: also private addresses, for Ollama and vLLM. `page`: public addresses, and those that the operator allows. */
export type OutboundPolicy = { kind: 'upstream' } | { kind: 'page'; allowed: PrivateAddresses };

/** Ranges for pages; `allow`: all addresses that are not platform addresses. */
export type PrivateAddresses = 'allow' | readonly string[];

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

const ranges = (text: string): Range[] =>
  text
    .trim()
    .split(/\s+/)
    .map((range) => ipaddr.parseCIDR(range));

/**
 * Metadata services of clouds, which give the credentials of a machine, and link-local services: a caller could read them
 * through this server (SSRF). Guarded by addresses.test.ts. In order: link-local; Azure's wire server; Oracle; Alibaba;
 * AWS; Google; Oracle; Scaleway; and NAT64 with a local prefix, whose IPv4 address is unknown (RFC 8215).
 */
const PLATFORM = ranges(`
  169.254.0.0/16 fe80::/10
  168.63.129.16/32
  192.0.0.192/32
  100.100.100.200/32
  fd00:ec2::/32
  fd20:ce::254/128
  fd00:c1::a9fe:a9fe/128
  fd00:42::42/128
  64:ff9b:1::/48
`);

/** Not public: the special-purpose registries of IANA (RFC 6890), and multicast. */
const LOCAL = ranges(`
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16
  192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.175.48.0/24
  198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
`);

/** Public IPv6; the rest is reserved, local, or contains IPv4. */
const GLOBAL_IPV6 = ranges('2000::/3');

/** Names of platform addresses. */
const PLATFORM_HOSTS = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.tencentyun.com',
]);

/** @param text with or without brackets and zone. */
function addressOf(text: string): Address | undefined {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.IPv6.isValid(bare) && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return undefined;
  return ipaddr.process(bare);
}

const matching = (address: Address, table: readonly Range[]): Range[] =>
  table.filter(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));

const isIn = (address: Address, table: readonly Range[]): boolean => matching(address, table).length > 0;

/** IPv4 addresses in an IPv6 address, to which a router or a tunnel would send. */
function embeddedIn(address: Address): ipaddr.IPv4[] {
  if (!(address instanceof ipaddr.IPv6)) return [];
  const bytes = address.toByteArray();
  const from = (start: number, mask = 0): ipaddr.IPv4 =>
    new ipaddr.IPv4(bytes.slice(start, start + 4).map((byte) => byte ^ mask));
  const begins = (...start: number[]): boolean => start.every((byte, at) => bytes[at] === byte);
  const zeros = (start: number, end: number): boolean => bytes.slice(start, end).every((byte) => byte === 0);
  const found: ipaddr.IPv4[] = [];
  // `::a.b.c.d` (RFC 4291 2.5.5.1); not `::` and `::1`.
  if (zeros(0, 12) && !zeros(12, 14)) found.push(from(12));
  // `::ffff:0:a.b.c.d` (RFC 2765).
  if (zeros(0, 8) && bytes[8] === 0xff && bytes[9] === 0xff && zeros(10, 12)) found.push(from(12));
  // NAT64 (RFC 6052).
  if (begins(0, 0x64, 0xff, 0x9b) && zeros(4, 12)) found.push(from(12));
  // 6to4 (RFC 3056).
  if (begins(0x20, 0x02)) found.push(from(2));
  // Teredo (RFC 4380): its server, and its client, whose bits are inverted.
  if (begins(0x20, 0x01, 0, 0)) found.push(from(4), from(12, 0xff));
  // ISATAP (RFC 5214), under any prefix.
  if ((bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe)
    found.push(from(12));
  return found;
}

const isPublic = (address: Address): boolean =>
  !isIn(address, LOCAL) &&
  !isIn(address, PLATFORM) &&
  (address.kind() === 'ipv4' || isIn(address, GLOBAL_IPV6));

/** False for text that is not an address. */
export function mayReach(text: string, policy: OutboundPolicy): boolean {
  const address = addressOf(text);
  if (address === undefined) return false;
  const embedded = embeddedIn(address);
  const platform = matching(address, PLATFORM);
  const isPlatform = platform.length > 0 || embedded.some((inner) => isIn(inner, PLATFORM));
  if (policy.kind === 'upstream') return !isPlatform;
  const named = policy.allowed === 'allow' ? [] : matching(address, policy.allowed.flatMap(rangeOf));
  // A wide range such as fd00::/8 allows private addresses; a platform address needs a narrow one.
  if (isPlatform) {
    const bitsMin = platform[0]?.[1] ?? Infinity;
    return named.some(([, bits]) => bits >= bitsMin);
  }
  if (named.length > 0 || [address, ...embedded].every(isPublic)) return true;
  return policy.allowed === 'allow' && embedded.length === 0;
}

function rangeOf(text: string): Range[] {
  const [base = '', bits] = text.split('/');
  const address = addressOf(base);
  if (address === undefined) return [];
  if (bits !== undefined && ipaddr.IPv6.isValid(base)) return ranges(text);
  return [[address, bits === undefined ? address.toByteArray().length * 8 : Number(bits)]];
}

/** A platform address in any spelling, or a name of one. */
export function isPlatformHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  if (PLATFORM_HOSTS.has(host)) return true;
  return addressOf(host) !== undefined && !mayReach(host, { kind: 'upstream' });
}
