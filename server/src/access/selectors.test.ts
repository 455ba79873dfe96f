import { describe, expect, test } from 'vitest';
import { coversAll, inRanges, isBound, matchesPattern, NO_SELECTORS, parseRange, selects } from './index.ts';
import { rangesWithin } from './selectors.ts';

describe('name selectors', () => {
  test.each([
    ['*', 'anything', true],
    ['gpt-4o', 'gpt-4o', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['gpt-4o', 'GPT-4o', false],
    ['openai/*', 'openai/gpt-4o', true],
    ['openai/*', 'openai/a/b', true],
    ['openai/*', 'openai', false],
    ['gpt-*', 'gpt-4o', true],
    ['gpt-*', 'gpt-*', true],
    ['gpt-*', 'gpt-4*', true],
    ['gpt-4*', 'gpt-*', false],
    ['gpt-*', 'openai/gpt-4o', false],
    ['openai/*', 'openai2/gpt', false],
    ['gpt*', 'gpt-4o', true],
    ['openai/*', 'openai/*', true],
    ['', 'x', false],
  ])('the pattern %s matches the name %s: %s', (pattern, name, matches) => {
    expect(matchesPattern(pattern, name)).toBe(matches);
  });

  test.each([
    [[], [], 'a', true],
    [['a'], [], 'a', true],
    [['a'], [], 'b', false],
    [[], ['a'], 'a', false],
    [[], ['a'], 'b', true],
    [['*'], ['x/*'], 'x/y', false],
    [['x/y'], ['x/*'], 'x/y', false],
    [['x/*'], ['x/y'], 'x/z', true],
    [['x/*'], ['*'], 'x/z', false],
  ])('a selector with allow %j and deny %j covers %s: %s', (allow, deny, name, selected) => {
    expect(selects({ allow, deny }, name)).toBe(selected);
  });

  test.each([
    [[], [], true],
    [['*'], [], false],
    [['a'], [], false],
    [[], ['a'], false],
    [['a'], ['b'], false],
  ])('a key with allow %j and deny %j is bound unless both are empty', (allow, deny, open) => {
    expect(coversAll({ allow, deny })).toBe(open);
    expect(isBound({ selectors: { ...NO_SELECTORS, workspaces: { allow, deny } } })).toBe(!open);
    expect(isBound({ selectors: { ...NO_SELECTORS, models: { allow, deny } } })).toBe(false);
  });
});

describe('address ranges', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.7/8', '10.9.9.9', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.7/32', '192.0.2.7', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:0a01:0203', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['::ffff:10.1.2.3', '10.1.2.3', true],
    ['2001:db8::/32', '2001:DB8:0:0::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '10.0.0.1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::1', '::1', true],
    ['10.0.0.0/8', '', false],
    ['10.0.0.0/8', 'unknown', false],
    ['8.0.0.0/8', '010.0.0.1', false],
    ['0.0.0.0/8', '10', false],
  ])('the address range %s contains %s: %s', (range, ip, within) => {
    expect(inRanges([range], ip)).toBe(within);
  });

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '10',
    '0x7f.0.0.1',
    '010.0.0.1',
    '256.0.0.1',
    '::/129',
    '::ffff:10.0.0.0/129',
    'gggg::',
    'localhost',
    ' 10.0.0.1',
    '',
    '/8',
  ])('"%s" is not an address range', (text) => {
    expect(parseRange(text)).toBeNull();
  });

  test.each([
    [['10.1.0.0/16'], ['10.0.0.0/8'], true],
    [['10.0.0.0/8'], ['10.1.0.0/16'], false],
    [['10.0.0.0/8'], ['10.0.0.0/8'], true],
    [['10.1.2.3'], ['10.0.0.0/8', '::/0'], true],
    [['10.1.2.3', '11.0.0.1'], ['10.0.0.0/8'], false],
    [['::ffff:10.1.2.3'], ['10.0.0.0/8'], true],
    [['2001:db8::1'], ['10.0.0.0/8'], false],
    [['::/0'], ['0.0.0.0/0'], false],
    [['0.0.0.0/0'], ['::/0'], false],
    [['nonsense'], ['0.0.0.0/0'], false],
  ])('the address ranges %j lie within %j: %s', (inner, outer, within) => {
    expect(rangesWithin(inner, outer)).toBe(within);
  });
});
