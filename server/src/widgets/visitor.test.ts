import { expect, it } from 'vitest';
import { shownAddress } from './visitor.ts';

it('an address is shown as its network alone', () => {
  expect(shownAddress('203.0.113.77')).toBe('203.0.113.0');
  expect(shownAddress('::ffff:203.0.113.77')).toBe('203.0.113.0');
  expect(shownAddress('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1::');
  expect(shownAddress('')).toBe('');
});
