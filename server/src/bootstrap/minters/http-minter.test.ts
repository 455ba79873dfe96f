import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ManifestError, readManifest } from '../manifest/read-manifest.ts';
import { HttpMinter } from './http-minter.ts';

const GOOD = `version: 1
sinks: { files: { type: files, directory: secrets } }
services: { service: { url: http://127.0.0.1:1 } }
keys:
  app:
    phase: derived
    service: service
    sources:
      - mint:
          type: http
          secrets: { admin: { env: ADMIN } }
          headers: { authorization: 'Bearer {admin}' }
          verify: { path: /me, headers: { authorization: 'Bearer {key}' } }
          find: { path: '/keys?page={page}', id: /id, label: /name }
          mint: { path: /keys, body: { name: '{label}' }, id: /id, key: /key }
          revoke: { path: '/keys/{id}' }
    store: [{ sink: files, name: app }]
`;

function faultsOf(text: string): string[] {
  try {
    readManifest(text, 'm.yaml', {});
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('a minter whose requests have all that they need is read', () => {
  expect(faultsOf(GOOD)).toEqual([]);
});

test.for<[what: string, change: [string, string], fault: RegExp]>([
  [
    'that never sends the key to be checked',
    ['Bearer {key}', 'Bearer x'],
    /^m\.yaml:13:\d+ .*mint\.verify: must have \{key\} in its path, headers or body$/,
  ],
  [
    'that sends the key in a URL',
    ["/me, headers: { authorization: 'Bearer {key}' }", "'/me?key={key}'"],
    /^m\.yaml:13:\d+ .*mint\.verify\.path: must not have \{key\}: servers and proxies log the URL\. Send it in/,
  ],
  [
    'that sends a secret of the administrator in a URL',
    ['/keys?page={page}', '/keys?token={admin}'],
    /^m\.yaml:14:\d+ .*mint\.find\.path: must not have \{admin\}/,
  ],
  [
    'with a misspelt name',
    ["{ authorization: 'Bearer {admin}' }", "{ authorization: 'Bearer {amdin}' }"],
    /^m\.yaml:12:\d+ .*mint\.headers: must not have \{amdin\}; known here: \{admin\}$/,
  ],
  [
    'that mints without a label',
    ["{ name: '{label}' }", '{ name: app }'],
    /^m\.yaml:15:\d+ .*mint\.mint: must have \{label\}/,
  ],
  [
    'that revokes without an id',
    ['/keys/{id}', '/keys/all'],
    /^m\.yaml:16:\d+ .*mint\.revoke: must have \{id\}/,
  ],
  [
    'that hands in a key which is not chosen',
    ["name: '{label}'", "name: '{label}', key: '{key}'"],
    /^m\.yaml:15:\d+ .*mint\.mint: must not have \{key\}; known here: \{label\}, \{admin\}$/,
  ],
  [
    'with a token and without a login',
    ['Bearer {admin}', 'Bearer {token}'],
    /^m\.yaml:12:\d+ .*mint\.headers: must not have \{token\}/,
  ],
])('a minter %s is refused with its place', ([, [from, to], fault]) => {
  expect(GOOD).toContain(from);
  const faults = faultsOf(GOOD.replace(from, to));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(fault);
});

/** A service that answers this text to every request. */
async function minterOf(text: string): Promise<{ minter: HttpMinter; asked: IncomingHttpHeaders[] }> {
  const asked: IncomingHttpHeaders[] = [];
  const service = createServer((request, response) => {
    asked.push(request.headers);
    response.end(text);
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  onTestFinished(() => void service.close());
  const minter = new HttpMinter(
    {
      type: 'http',
      headers: { 'X-Tenant': 'acme', 'x-admin': '{admin}' },
      basic: { username: 'ann', password: '{password}' },
      verify: { path: '/me', headers: { 'x-api-key': '{key}' } },
      find: { path: '/keys?page={page}', items: '/items', id: '/id', label: '/name' },
      mint: { path: '/keys', body: { name: '{label}' }, id: '/id', key: '/key' },
      revoke: { path: '/keys/{id}', headers: { 'x-tenant': 'other' } },
    },
    {
      url: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      secrets: { admin: 'canary-admin', password: 'p:w' },
    },
  );
  onTestFinished(() => minter.stop());
  return { minter, asked };
}

test('a list that has no end is refused, not read for ever', async () => {
  const { minter, asked } = await minterOf('{ "items": [{ "id": 1, "name": "same" }] }');
  await expect(minter.find('keyward:app:')).rejects.toThrow(/has no end after 200 pages/);
  expect(asked).toHaveLength(200);
});

test('null is an empty list, and a list that is missing is a fault', async () => {
  expect(await (await minterOf('{ "items": null }')).minter.find('keyward:app:')).toEqual([]);
  const { minter } = await minterOf('{ "objects": [] }');
  await expect(minter.find('keyward:app:')).rejects.toThrow(/to find lacks a list at \/items/);
});

test('a new key without an id is refused: nobody could revoke it', async () => {
  const { minter } = await minterOf('{ "key": "canary-key" }');
  const minted = minter.mint('keyward:app:1');
  await expect(minted).rejects.toThrow(/The answer of .* to mint lacks an id at \/id/);
  await expect(minted).rejects.not.toThrow(/canary/);
});

test('a key is checked without any credential of the administrator, who sends theirs with all other requests', async () => {
  const { minter, asked } = await minterOf('{ "items": null }');
  expect(await minter.verify('the-key')).toBe('valid');
  expect(asked[0]).toMatchObject({ 'x-api-key': 'the-key', 'x-tenant': 'acme' });
  expect(asked[0]).not.toHaveProperty('authorization');
  expect(asked[0]).not.toHaveProperty('x-admin');
  await minter.find('keyward:app:');
  const authorization = `Basic ${Buffer.from('ann:p:w').toString('base64')}`;
  expect(asked[1]).toMatchObject({ authorization, 'x-admin': 'canary-admin', 'x-tenant': 'acme' });
  await minter.revoke('k1');
  expect(asked[2]).toMatchObject({ authorization, 'x-tenant': 'other' });
});
