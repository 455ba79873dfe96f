import { describe, expect, test } from 'vitest';
import { extraHeaders, nameOfPage, pageUrl, withScheme } from './links.ts';

describe('a link', () => {
  test('A link without a scheme gets https', () => {
    expect(withScheme(' example.com/a ')).toBe('https://example.com/a');
    expect(withScheme('notaurl')).toBe('https://notaurl');
    expect(withScheme('HTTP://example.com')).toBe('HTTP://example.com');
    expect(withScheme('file:///etc/passwd')).toBe('file:///etc/passwd');
  });

  test.for([
    'file:///etc/passwd',
    'ftp://example.com',
    'gopher://x/',
    'data:text/html,x',
    'javascript:alert(1)',
    'https://',
    'https://user:pass@example.com',
    `https://example.com/${'x'.repeat(5_000)}`,
  ])('The link %s is not the address of a page', (link) => {
    expect(pageUrl(link)).toBeUndefined();
  });

  test('The address of a page gives the name of its document', () => {
    expect(nameOfPage(new URL('https://example.com/a%20b/c?x=1#y'))).toBe('example.com_a b_c');
    expect(nameOfPage(new URL('https://example.com/%ff'))).toBe('example.com_%ff');
  });
});

describe('headers that a client wants sent along', () => {
  test('Valid headers of a client are sent to the page', () => {
    expect(extraHeaders({ 'X-Token': 'abc', Cookie: 'a=b' })).toEqual({ 'X-Token': 'abc', Cookie: 'a=b' });
  });

  test.for([
    ['no object', 'X: y'],
    ['a list', ['a']],
    ['null', null],
    ['a value that is no text', { a: 1 }],
    ['a line break in a value', { a: 'x\r\nHost: y' }],
    ['a line break in a name', { 'a\r\nb': 'x' }],
    [
      'headers of the connection',
      { Host: 'x', 'content-length': '5', 'Transfer-Encoding': 'chunked', Connection: 'x' },
    ],
    ['a long value', { a: 'x'.repeat(5_000) }],
  ])('Headers that a client must not set are left out: %s', ([, given]) => {
    expect(extraHeaders(given)).toEqual({});
  });
});
