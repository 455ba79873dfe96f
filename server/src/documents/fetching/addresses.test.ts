import type { lookup } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { guardedLookup, mayFetchFrom, refuseLiteral } from './addresses.ts';

/** As the host of a URL is read: decimal, octal, hexadecimal and shortened spellings become the dotted one. */
const hostOf = (url: string): string => new URL(url).hostname;

const FORBIDDEN = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://0x7f.0.0.0x1/',
  'http://１２７.0.0.1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://10.1.2.3/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://100.100.100.200/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://192.0.0.1/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::]/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001:0:53aa:64c::]/',
  'http://[fe80::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  'http://[2001:db8::1]/',
];

describe('pages are not fetched', () => {
  test.for(FORBIDDEN)('from %s', (url) => {
    expect(mayFetchFrom(hostOf(url), [])).toBe(false);
    expect(refuseLiteral(hostOf(url), [])).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
  });

  test('from what is no address', () => {
    for (const text of ['', 'localhost', '127.0.0', '[::1', 'fe80::1%eth0'])
      expect(mayFetchFrom(text, [])).toBe(false);
  });
});

describe('pages are fetched', () => {
  test.for([
    'http://93.184.216.34/',
    'http://8.8.8.8/',
    'http://[2606:4700::6810:84e5]/',
    'http://[::ffff:8.8.8.8]/',
  ])('from %s', (url) => {
    expect(mayFetchFrom(hostOf(url), [])).toBe(true);
    expect(refuseLiteral(hostOf(url), [])).toBeUndefined();
  });

  test('from private addresses that the operator names, and from no others', () => {
    const allowed = ['10.1.0.0/16', 'fd00::/8'];
    expect(mayFetchFrom('10.1.2.3', allowed)).toBe(true);
    expect(mayFetchFrom('::ffff:10.1.2.3', allowed)).toBe(true);
    expect(mayFetchFrom('fd12::1', allowed)).toBe(true);
    expect(mayFetchFrom('10.2.2.3', allowed)).toBe(false);
    expect(mayFetchFrom('127.0.0.1', allowed)).toBe(false);
  });

  test('from all of them where the operator allows that, but not from where clouds keep credentials', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', '192.168.0.1', 'fd12::1', '100.64.0.1'])
      expect(mayFetchFrom(address, 'allow')).toBe(true);
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fe80::1',
      'fd00:ec2::254',
      '100.100.100.200',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::',
      '::a9fe:a9fe',
    ])
      expect(mayFetchFrom(address, 'allow')).toBe(false);
    expect(mayFetchFrom('169.254.169.254', ['169.254.169.254'])).toBe(true);
  });
});

describe('a name', () => {
  const resolve = (addresses: { address: string; family: number }[], all = true) =>
    new Promise<unknown>((done) => {
      const answer = ((_name: string, _options: object, callback: (...args: unknown[]) => void) =>
        callback(null, addresses)) as unknown as typeof lookup;
      guardedLookup([], answer)('page.example', { all }, (error, found) => done(error ?? found));
    });
  const good = { address: '93.184.216.34', family: 4 };

  test('is connected to at the address that was checked', async () => {
    expect(await resolve([good])).toEqual([good]);
    expect(await resolve([good], false)).toBe(good.address);
  });

  test.for(['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd00::1', '0.0.0.0'])(
    'that leads to %s is refused, also as one of several',
    async (address) => {
      const bad = { address, family: address.includes(':') ? 6 : 4 };
      expect(await resolve([bad])).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
      expect(await resolve([good, bad])).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
    },
  );
});
