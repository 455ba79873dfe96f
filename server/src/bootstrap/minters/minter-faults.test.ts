import { expect, test } from 'vitest';
import { readManifest } from '../manifest/read-manifest.ts';

const VERBS = {
  verify: { command: ['check'], stdin: '{key}' },
  find: { command: ['list'] },
  mint: { command: ['make', '{label}'] },
  revoke: { command: ['end', '{id}'] },
};

const manifestOf = (mint: object) =>
  JSON.stringify({
    version: 1,
    sinks: { files: { type: 'files', directory: 'secrets' } },
    services: { service: { url: 'http://127.0.0.1:1' } },
    keys: {
      app: {
        phase: 'derived',
        service: 'service',
        sources: [{ mint: { type: 'exec', container: 'box', ...VERBS, ...mint } }],
        store: [{ sink: 'files', name: 'app' }],
      },
    },
  });

test.for<[what: string, change: object]>([
  ['commands only', {}],
  ['a container of compose', { container: undefined, compose: { project: 'a', service: 'b' }, image: 'c:1' }],
  [
    'requests for some verbs',
    { verify: { path: '/v', headers: { k: '{key}' } }, revoke: { path: '/k/{id}' } },
  ],
  [
    'a program that prints the key alone',
    { mint: { command: ['make', '{label}'], frame: 'none', format: '.+' } },
  ],
  [
    'secrets in stdin and env',
    {
      secrets: { admin: { file: 'a' } },
      revoke: { command: ['end', '{id}'], stdin: '{admin}', env: { A: '{admin}' } },
    },
  ],
])('a manifest is read that has a minter with %s', ([, change]) => {
  expect(readManifest(manifestOf(change), 'm.yaml', {}).keys['app']?.sources).toMatchObject([
    { mint: { type: 'exec', docker: 'unix:///var/run/docker.sock', timeout_seconds: 20 } },
  ]);
});

test.for<[change: object, fault: string]>([
  [{ container: undefined }, 'mint: must have either container, or compose: { project, service }'],
  [
    { compose: { project: 'a', service: 'b' } },
    'mint: must have either container, or compose: { project, service }',
  ],
  [{ container: 'a b' }, 'mint.container: must be the exact name of the container'],
  [
    { docker: '/var/run/docker.sock' },
    'mint.docker: must be a socket such as unix:///var/run/docker.sock, or a proxy such as tcp://127.0.0.1:2375',
  ],
  [
    { verify: { command: ['check', '{key}'] } },
    "mint.verify.command[1]: must not have {key}: arguments are shown to others. Give it in stdin, or in env, such as env: { KEY: '{key}' }",
  ],
  [
    { secrets: { admin: { env: 'ADMIN' } }, revoke: { command: ['end', '--password={admin}', '{id}'] } },
    "mint.revoke.command[1]: must not have {admin}: arguments are shown to others. Give it in stdin, or in env, such as env: { KEY: '{admin}' }",
  ],
  [{ verify: { command: ['check'] } }, 'mint.verify: must have {key} in stdin or env'],
  [
    { mint: { command: ['make'] } },
    "mint.mint.command: must have {label} in an argument, such as ['create-key', '--name', '{label}']",
  ],
  [{ revoke: { command: ['end'] } }, 'mint.revoke: must have {id} in command, stdin or env'],
  [
    { verify: { command: ['check'], stdin: '{key}', valid: [0] } },
    'mint.verify: must have both valid and invalid, such as valid: [0], invalid: [3], or neither',
  ],
  [
    { verify: { command: ['check'], stdin: '{key}', valid: [0], invalid: [0] } },
    'mint.verify.invalid[0]: must be 1 to 124',
  ],
  [
    { verify: { command: ['check'], stdin: '{key}', valid: [0], invalid: [127] } },
    'mint.verify.invalid[0]: must be 1 to 124',
  ],
  [
    { verify: { command: ['check'], stdin: '{key}', valid: [3], invalid: [3] } },
    'mint.verify.invalid: must not have 3, which valid has',
  ],
  [
    { mint: { command: ['make', '{label}'], frame: 'none' } },
    'mint.mint: must have format with frame: none, such as format: "[0-9a-f]{40}"',
  ],
  [
    { mint: { command: ['make', '{label}'], frame: 'none', format: '.+', key: '/key' } },
    'mint.mint: must not have id or key with frame: none: the whole output is the key',
  ],
  [
    { mint: { command: ['make', '{label}'], format: '[' } },
    'mint.mint.format: must be a regular expression such as ^sk-[0-9a-z]{40}$',
  ],
  [
    { mint: { path: '/k', id: '/id', key: '/key', format: '(' } },
    'mint.mint.format: must be a regular expression such as ^sk-[0-9a-z]{40}$',
  ],
  [
    { verify: { path: '/v', invalid: [403], argv: [] } },
    'mint.verify.argv: is not a known field; known: method, path, headers, body, valid, invalid',
  ],
  [{ verify: { valid: [0] } }, 'mint.verify: must be one of: { command: … }; { path: … }'],
])('a manifest with the minter %j is refused where it is wrong', ([change, fault]) => {
  expect(() => readManifest(manifestOf(change), 'm.yaml', {})).toThrow(`keys.app.sources[0].${fault}`);
});
