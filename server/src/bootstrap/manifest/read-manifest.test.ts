import { describe, expect, test } from 'vitest';
import { ManifestError, readManifest } from './read-manifest.ts';

const GOOD = `version: 1
sinks:
  main:
    type: vault
    address: \${VAULT_ADDR:-http://127.0.0.1:8200}
    login:
      method: token
      token: { env: VAULT_TOKEN }
  files:
    type: files
    directory: ./secrets
services:
  anythingllm:
    url: http://127.0.0.1:3001
keys:
  jwt-secret:
    sources:
      - env: JWT_SECRET
      - random: { length: 48 }
    store:
      - { sink: main, mount: kv, path: app, field: JWT_SECRET }
      - { sink: files, name: jwt_secret }
`;

const read = (text: string, variables = {}) => readManifest(text, 'm.yaml', variables);

function faultsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('a manifest is read with its defaults and its variables', () => {
  const { sinks, keys } = read(GOOD);
  expect(sinks['main']).toMatchObject({ address: 'http://127.0.0.1:8200' });
  expect(read(GOOD, { VAULT_ADDR: 'https://v:1' }).sinks['main']).toMatchObject({ address: 'https://v:1' });
  expect(keys['jwt-secret']).toMatchObject({
    phase: 'static',
    sources: [{ env: 'JWT_SECRET' }, { random: { length: 48 } }],
  });
});

test.for<[change: [string, string], fault: string]>([
  [['version: 1', 'version: 2'], 'm.yaml:1:10 version: must be 1'],
  [
    ['type: files', 'type: filez'],
    'm.yaml:10:5 sinks.files: must be one of: type: vault; type: files; type: dotenv; type: exec; type: http',
  ],
  [
    ['directory: ./secrets', 'directory: ./secrets\n    dir: ./other'],
    'm.yaml:12:5 sinks.files.dir: is not a known field; known: type, directory',
  ],
  [
    ['token: { env: VAULT_TOKEN }', 'token: hvs.secret'],
    'm.yaml:8:14 sinks.main.login.token: must be one of: { env: … }; { file: … }',
  ],
  [
    ['method: token', 'method: magic'],
    'm.yaml:7:7 sinks.main.login: must be one of: method: token; method: approle; method: kubernetes; method: userpass',
  ],
  [['length: 48', 'length: 4'], 'm.yaml:19:27 keys.jwt-secret.sources[1].random.length: must be 16 to 512'],
  [
    ['- env: JWT_SECRET', '- envv: JWT_SECRET'],
    'm.yaml:18:9 keys.jwt-secret.sources[0]: must be one of: { env: … }; { random: … }; { mint: … }; { manual: … }',
  ],
  [
    ['- env: JWT_SECRET', '- env: JWT-SECRET'],
    'm.yaml:18:14 keys.jwt-secret.sources[0].env: must be the name of an environment variable',
  ],
  [
    ['sink: main, mount', 'sink: mian, mount'],
    'm.yaml:21:17 keys.jwt-secret.store[0].sink: must be one of the sinks: main, files',
  ],
  [
    ['field: JWT_SECRET }', '}'],
    'm.yaml:21:9 keys.jwt-secret.store[0]: must have mount, path, field in a sink of the type vault',
  ],
  [
    ['sink: files, name: jwt_secret', 'sink: main, mount: kv, path: app, field: JWT_SECRET'],
    'm.yaml:22:9 keys.jwt-secret.store[1]: is the place of the key jwt-secret already',
  ],
  [
    ['jwt-secret:', 'JWT Secret:'],
    'm.yaml:16:3 keys.JWT Secret: must be lower-case letters, digits, ".", "_" and "-", such as anythingllm',
  ],
  [
    ['    sources:', '    service: nothing\n    sources:'],
    'm.yaml:17:14 keys.jwt-secret.service: must be one of the services: anythingllm',
  ],
  [
    ['    sources:', '    phase: derived\n    sources:'],
    'm.yaml:16:3 keys.jwt-secret: must name the service that its phase derived waits for',
  ],
  [
    ['{ length: 48 }', '{ length: 48 }\n      - manual: never'],
    'm.yaml:20:9 keys.jwt-secret.sources[2]: is never reached: the source before it always gives a value',
  ],
  [
    [':-http://127.0.0.1:8200}', '}'],
    'm.yaml:5:14 sinks.main.address: needs the variable VAULT_ADDR, or a default as in ${VAULT_ADDR:-value}',
  ],
  [['  files:\n    type', '  main:\n    type'], 'm.yaml:9:3 manifest: Map keys must be unique'],
])('a fault is named with its line and column: %j', ([[from, to], fault]) => {
  expect(GOOD).toContain(from);
  expect(faultsOf(GOOD.replace(from, to))).toEqual([fault]);
});

describe('a manifest of many keys', () => {
  const many = (count: number): string =>
    GOOD +
    Array.from(
      { length: count },
      (_, index) =>
        `  key${index}: { sources: [{ env: A }, { random: {} }], store: [{ sink: files, name: f${index} }] }\n`,
    ).join('');

  test('has the fault of one key at that key, and the defaults in each', () => {
    const text = many(3).replace('name: f1', 'nam: f1');
    expect(faultsOf(text)).toEqual([
      'm.yaml:24:73 keys.key1.store[0].nam: is not a known field; known: sink, mount, path, field, name',
    ]);
    expect(Object.values(read(many(3)).keys).map(({ phase }) => phase)).toEqual(Array(4).fill('static'));
  });

  test('is compiled once for all keys of one form', () => {
    const timeOf = (text: string): number => {
      const { user } = process.cpuUsage();
      read(text);
      return process.cpuUsage().user - user;
    };
    read(GOOD);
    expect(timeOf(many(100)) / timeOf(GOOD)).toBeLessThan(15);
  });
});

test.for(['', 'null', '[]', 'a: [', '"text"', 'version: 1', '&a [*a]', '\u0000'])(
  'a text that is no manifest is refused: %j',
  (text) => {
    expect(faultsOf(text)).not.toEqual([]);
  },
);

test('aliases that grow without bound are refused', () => {
  const lines = [
    'a0: &a0 [x, x]',
    ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
  ];
  expect(faultsOf(lines.join('\n'))).toEqual(['m.yaml:1:1 manifest: must use aliases at most 100 times']);
});
