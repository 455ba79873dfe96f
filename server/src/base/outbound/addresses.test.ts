import type { lookup } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { mayReach, type OutboundPolicy, type PrivateAddresses } from './addresses.ts';
import { guardedLookup, refuseLiteral } from './connections.ts';

const UPSTREAM: OutboundPolicy = { kind: 'upstream' };
const page = (allowed: PrivateAddresses = []): OutboundPolicy => ({ kind: 'page', allowed });

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
  'http://192.0.0.192/',
  'http://192.0.0.255/',
  'http://168.63.129.16/',
  'http://192.88.99.1/',
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
  'http://[3fff::1]/',
  'http://[2620:4f:8000::1]/',
  'http://[2001:20::1]/',
  'http://[2001:470:1f0b::5efe:7f00:1]/',
  'http://[::ffff:0:7f00:1]/',
  'http://[fd00:42::42]/',
];

/** Where clouds keep credentials, and other ways to write these addresses. */
const PLATFORM = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '192.0.0.192',
  '100.100.100.200',
  'fe80::1',
  'fe80::a9fe:a9fe',
  'febf::1',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  '64:ff9b:1::a9fe:a9fe',
  '64:ff9b:1:fffe::1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::a83f:8110',
  '64:ff9b::c000:c0',
  '2002:a9fe:a9fe::',
  '2002:a83f:8110::1',
  '2001:0:a9fe:a9fe::',
  '2001:0:4136:e378:8000:63bf:5601:5601',
  '::ffff:a9fe:a9fe',
  '::ffff:168.63.129.16',
  '::a9fe:a9fe',
  '::ffff:0:a9fe:a9fe',
  '2001:470:1f0b::5efe:a9fe:a9fe',
  'fd12::200:5efe:a83f:8110',
];

describe('a platform address', () => {
  test.for(PLATFORM)('the platform address %s is reachable under no policy', (address) => {
    for (const policy of [
      UPSTREAM,
      page(),
      page('allow'),
      page(['0.0.0.0/0', '::/0', '10.0.0.0/8', 'fd00::/8']),
    ]) {
      expect(mayReach(address, policy)).toBe(false);
      expect(mayReach(`[${address}]`, policy)).toBe(false);
      const host = address.includes(':') ? `[${address}]` : address;
      expect(refuseLiteral(hostOf(`http://${host}/`), policy)).toMatchObject({
        code: 'KEYWARD_FORBIDDEN_ADDRESS',
      });
    }
  });

  test('a platform address is reachable for pages only if the operator names it', () => {
    expect(mayReach('169.254.169.254', page(['169.254.169.254']))).toBe(true);
    expect(mayReach('169.254.169.254', page(['169.254.0.0/16']))).toBe(true);
    expect(mayReach('169.254.169.254', page(['169.0.0.0/8']))).toBe(false);
    expect(mayReach('fd00:ec2::254', page(['fd00:ec2::254/128']))).toBe(true);
    expect(mayReach('fd00:ec2::254', page(['fd00::/8']))).toBe(false);
    expect(mayReach('64:ff9b::a9fe:a9fe', page(['64:ff9b::/96']))).toBe(false);
  });
});

describe('upstreams are reached', () => {
  test.for([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '172.17.0.1',
    '192.168.1.20',
    '100.64.0.1',
    'fd12::1',
    'fd00::42',
    '::ffff:127.0.0.1',
    '64:ff9b::808:808',
    '8.8.8.8',
    '192.0.0.8',
    '168.63.129.17',
    '2606:4700::6810:84e5',
  ])('an upstream at %s is reachable', (address) => {
    expect(mayReach(address, UPSTREAM)).toBe(true);
  });
});

describe('pages are not fetched', () => {
  test.for(FORBIDDEN)('a page is not fetched from %s', (url) => {
    expect(mayReach(hostOf(url), page())).toBe(false);
    expect(refuseLiteral(hostOf(url), page())).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
  });

  test('a page is not fetched from an invalid address', () => {
    for (const text of ['', 'localhost', '127.0.0', '[::1', 'fe80::1%eth0'])
      expect(mayReach(text, page())).toBe(false);
  });
});

describe('pages are fetched', () => {
  test.for([
    'http://93.184.216.34/',
    'http://8.8.8.8/',
    'http://[2606:4700::6810:84e5]/',
    'http://[::ffff:8.8.8.8]/',
  ])('a page is fetched from %s', (url) => {
    expect(mayReach(hostOf(url), page())).toBe(true);
    expect(refuseLiteral(hostOf(url), page())).toBeUndefined();
  });

  test('a page is fetched from private addresses that the operator names, and from no others', () => {
    const allowed = ['10.1.0.0/16', 'fd00::/8'];
    expect(mayReach('10.1.2.3', page(allowed))).toBe(true);
    expect(mayReach('::ffff:10.1.2.3', page(allowed))).toBe(true);
    expect(mayReach('fd12::1', page(allowed))).toBe(true);
    expect(mayReach('10.2.2.3', page(allowed))).toBe(false);
    expect(mayReach('127.0.0.1', page(allowed))).toBe(false);
  });

  test('a page is fetched from all private addresses if the operator allows that, except where clouds keep credentials', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', '192.168.0.1', 'fd12::1', '100.64.0.1'])
      expect(mayReach(address, page('allow'))).toBe(true);
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
      expect(mayReach(address, page('allow'))).toBe(false);
    expect(mayReach('169.254.169.254', page(['169.254.169.254']))).toBe(true);
  });
});

describe('a name', () => {
  const resolve = (
    addresses: { address: string; family: number }[],
    { all = true, policy = page() }: { all?: boolean; policy?: OutboundPolicy } = {},
  ) =>
    new Promise<unknown>((done) => {
      const answer = ((_name: string, _options: object, callback: (...args: unknown[]) => void) =>
        callback(null, addresses)) as unknown as typeof lookup;
      guardedLookup(policy, answer)('page.example', { all }, (error, found) => done(error ?? found));
    });
  const good = { address: '93.184.216.34', family: 4 };

  test('a host name is connected to at the address that was checked', async () => {
    expect(await resolve([good])).toEqual([good]);
    expect(await resolve([good], { all: false })).toBe(good.address);
  });

  test.for(['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd00::1', '0.0.0.0'])(
    'a host name that resolves to %s is refused, also as one of several',
    async (address) => {
      const bad = { address, family: address.includes(':') ? 6 : 4 };
      expect(await resolve([bad])).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
      expect(await resolve([good, bad])).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
    },
  );

  test.for(PLATFORM)(
    'the host name of an upstream that resolves to %s is refused, also as one of several',
    async (address) => {
      const bad = { address, family: address.includes(':') ? 6 : 4 };
      const policy = UPSTREAM;
      expect(await resolve([{ address: '10.0.0.1', family: 4 }], { policy })).toMatchObject([{ family: 4 }]);
      expect(await resolve([bad], { policy })).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
      expect(await resolve([good, bad], { policy })).toMatchObject({ code: 'KEYWARD_FORBIDDEN_ADDRESS' });
    },
  );
});
