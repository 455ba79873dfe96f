import { expect, test } from 'vitest';
import { networkOf, siteOf } from './network.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  // Behind a translator all the IPv4 addresses of the world would be one network.
  ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
  ['64:ff9b::c000:208', '64:ff9b::c000:208'],
  ['64:ff9b:1:2::1', '64:ff9b:1:2::1'],
  // Not the place of people who are let in already.
  ['', 'unknown'],
  ['nonsense', 'unknown'],
])('the address %s counts as the network %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});

test.each([
  ['2001:db8:1:2::9', '2001:db8:1::/48'],
  ['2001:db8:1:ffff::9', '2001:db8:1::/48'],
  ['2001:db8:2::9', '2001:db8:2::/48'],
  ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
  ['192.0.2.7', '192.0.2.7'],
  ['', 'unknown'],
])('the address %s takes turns as the network %s', (ip, site) => {
  expect(siteOf(networkOf(ip))).toBe(site);
});
