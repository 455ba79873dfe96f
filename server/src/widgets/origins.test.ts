import { describe, expect, it } from 'vitest';
import { KeywardError } from '../base/errors.ts';
import { isAllowedOrigin, readAllowlist } from './origins.ts';

describe('the allow-list of a widget', () => {
  it('is read from a list and from text with commas, https where no scheme is given', () => {
    const sites = ['https://example.com', 'http://a.b'];
    expect(readAllowlist(['example.com', 'http://a.b'])).toEqual(sites);
    expect(readAllowlist('example.com, http://a.b')).toEqual(sites);
    expect(readAllowlist(['https://Example.com/shop?x#y', 'example.com'])).toEqual(['https://example.com']);
    expect(readAllowlist(['*.example.com:8443'])).toEqual(['https://*.example.com:8443']);
  });

  it('means any site only where no value is given', () => {
    for (const nothing of [undefined, null, '']) expect(readAllowlist(nothing)).toBeNull();
  });

  it.each([
    [5],
    [[]],
    [true],
    [{}],
    [{ 0: 'example.com' }],
    [' '],
    [','],
    ['example.com,'],
    ['example.com:'],
    [['example.com', 5]],
    [['']],
    [['ftp://example.com']],
    [['javascript:alert(1)']],
    [['*']],
    [['*.com']],
    [['https://*']],
    [['ex*mple.com']],
    [['a b.com']],
    [['user@example.com']],
    [['example.com:99999']],
  ])('is refused where it is unreadable: %j', (value) => {
    expect(() => readAllowlist(value)).toThrow(KeywardError);
  });

  it('is refused where it is too long', () => {
    expect(() => readAllowlist(['x'.repeat(400)])).toThrow(KeywardError);
    expect(() => readAllowlist(Array.from({ length: 201 }, (_, i) => `a${i}.com`))).toThrow(KeywardError);
  });

  it.each([
    ['https://example.com', true],
    ['https://EXAMPLE.com', true],
    ['https://example.com:443', true],
    ['http://example.com', false],
    ['https://example.com:8443', false],
    ['https://www.example.com', false],
    ['https://example.com.evil.net', false],
    ['https://evilexample.com', false],
    ['https://a.example.org', true],
    ['https://a.b.example.org', true],
    ['https://example.org', false],
    ['https://evilexample.org', false],
    ['null', false],
    ['', false],
    [undefined, false],
  ])('allows a page of %s: %s', (origin, isIn) => {
    expect(isAllowedOrigin(['https://example.com', 'https://*.example.org'], origin)).toBe(isIn);
  });

  it('allows every page where it is null', () => {
    for (const origin of ['https://any.where', 'null', undefined])
      expect(isAllowedOrigin(null, origin)).toBe(true);
  });
});
