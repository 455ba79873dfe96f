import ipaddr from 'ipaddr.js';

/** What the owner of a widget is shown of an address: enough to tell abuse from one place, not a person. */
export const shownAddress = (ip: string): string => cut(ip, { ipv4: 24, ipv6: 48 });

/** The address with all but its first bits zero; '' for what is none. */
function cut(ip: string, bits: { ipv4: number; ipv6: number }): string {
  if (!ipaddr.isValid(ip)) return '';
  const address = ipaddr.process(ip);
  let left = bits[address.kind()];
  const bytes = address.toByteArray().map((byte) => {
    const kept = Math.min(Math.max(left, 0), 8);
    left -= 8;
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes).toString();
}
