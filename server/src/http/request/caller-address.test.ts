import { describe, expect, test } from 'vitest';
import { describeOnServer } from '../../../test/server.ts';
import { callerAddress } from './caller-address.ts';

const PROXIES = ['10.0.0.0/8', '2001:db8:aaaa::/48'];
const from = (forwarded: string | undefined, more: Record<string, string> = {}, remote = '10.0.0.1') =>
  callerAddress(
    remote,
    { ...more, ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }) },
    PROXIES,
  );

describe('the address of a caller behind a proxy', () => {
  test.for([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:41234', '203.0.113.7'],
    ['"203.0.113.7:41234"', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:41234', '2001:db8::7'],
    ['"[2001:db8::7]:41234"', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
    // What stands further left was written by the caller.
    ['198.51.100.1, 203.0.113.7:1', '203.0.113.7'],
    ['10.9.9.9, 203.0.113.7', '203.0.113.7'],
    // Proxies before proxies, each with its port.
    ['203.0.113.7:5, 10.2.2.2:80', '203.0.113.7'],
    ['203.0.113.7, [2001:db8:aaaa::1]:80, 10.2.2.2', '203.0.113.7'],
    [' , 203.0.113.7 ,', '203.0.113.7'],
  ])('the address of a caller behind a proxy is read from %s', ([header = '', address]) => {
    expect(from(header)).toBe(address);
  });

  test.for([
    'unknown',
    '_hidden',
    'nonsense',
    '203.0.113.7:',
    '203.0.113.7:port',
    '203.0.113.7:123456',
    '203.0.113.7 10.0.0.1',
    '0203.000.113.007',
    '0xcb007107',
    '3405803783',
    '203.0.113',
    '[203.0.113.7]junk',
    '[2001:db8::7',
    '10.1.1.1, nonsense',
    '203.0.113.7, nonsense, 10.2.2.2',
    '[10.0.0.1]:80x',
  ])(
    'the address of a caller behind a proxy is unknown if the proxy sends %s, and never the address of the proxy',
    (header) => {
      expect(from(header)).toBe('');
    },
  );

  test('the address of a caller behind a proxy is unknown if a trusted proxy writes only another header', () => {
    expect(from(undefined, { forwarded: 'for=203.0.113.7' })).toBe('');
    expect(from('203.0.113.7', { forwarded: 'for=10.0.0.1' })).toBe('203.0.113.7');
  });

  test('the address of a caller behind a proxy is that of the connection if there is no header, or no trusted proxy', () => {
    expect(from(undefined)).toBe('10.0.0.1');
    expect(from('')).toBe('10.0.0.1');
    expect(from('203.0.113.7', {}, '198.51.100.9')).toBe('198.51.100.9');
    expect(from('203.0.113.7', {}, '::ffff:10.0.0.1')).toBe('203.0.113.7');
    expect(callerAddress('::ffff:198.51.100.9', { 'x-forwarded-for': '10.0.0.1' }, [])).toBe('198.51.100.9');
    expect(callerAddress(undefined, {}, PROXIES)).toBe('');
  });
});

describeOnServer('sqlite', 'a key that is bound to the address of the proxy', (start) => {
  test('a key that is bound to the address of the proxy is refused to callers behind it, however the proxy writes them', async () => {
    const server = await start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1' });
    const { secret: key } = await server.mint({ scopes: ['models:use'], selectors: { ips: ['127.0.0.1'] } });
    const self = async (headers: Record<string, string>) =>
      (await server.request('GET', '/v1/keys/self', { key, headers })).status;
    expect(await self({})).toBe(200);
    for (const header of ['203.0.113.7:41234', '[2001:db8::7]:1', 'unknown', '127.0.0.1, nonsense'])
      expect([header, await self({ 'x-forwarded-for': header })]).toEqual([header, 401]);
    expect(await self({ forwarded: 'for=203.0.113.7' })).toBe(401);
  });
});
