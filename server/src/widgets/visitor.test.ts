import { expect, it } from 'vitest';
import { networkOf, shownAddress } from './visitor.ts';

it('shows of an address what does not name a person', () => {
  expect(shownAddress('203.0.113.77')).toBe('203.0.113.0');
  expect(shownAddress('::ffff:203.0.113.77')).toBe('203.0.113.0');
  expect(shownAddress('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1::');
  expect(shownAddress('')).toBe('');
});

it('counts all addresses that one visitor has at will as one', () => {
  expect(networkOf('203.0.113.77')).not.toBe(networkOf('203.0.113.78'));
  expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff::9'));
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
});
