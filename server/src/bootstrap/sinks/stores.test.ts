import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive } from '../../base/process-alive.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { startItemServer } from './item-server.fixture.ts';
import { ETAG_MANIFEST, EXAMPLES, folder, onePassword, programs, sinkOf } from './stores.fixture.ts';

const CANARY = 'canary-71ce0b';
const PLACE = { sink: 's', name: 'API_KEY' };
const OP = EXAMPLES['onepassword'] ?? '';

/** What a rejected promise says, and its cause. */
const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it did not fail',
    (error: Error) => `${error.message} ${JSON.stringify(error.cause ?? '')}`,
  );

/** A store of one value in a file, as a shell script that fails where the test says so. */
function scriptSink(script: string, at = folder()) {
  const yaml = `version: 1
sinks:
  script:
    type: exec
    compare: none
    timeout_seconds: 2
    inherit: [INHERITED]
    read: { command: [store, read, '{name}'], absent: { exit: [4], stderr: no such } }
    write: { command: [store, write, '{name}'] }
    remove: { command: [store, remove, '{name}'] }
keys:
  one:
    sources: [{ random: { length: 48 } }]
    store: [{ sink: script, name: ONE }]
`;
  const variables = { PATH: programs({ store: script }, at), INHERITED: 'yes', OTHER: CANARY };
  return sinkOf(yaml, variables, at);
}

const FILE_STORE = (fault: string): string => `${fault}
case $1 in
read) cat "$2" 2>/dev/null || { echo 'no such' >&2; exit 4; } ;;
write) cat >"$2" ;;
remove) rm "$2" ;;
esac`;

describe('a store behind a program', () => {
  test.for<[what: string, fault: string, says: RegExp]>([
    [
      'another exit code',
      `[ $1 = read ] || { cat >&2; exit 3; }`,
      /sinks\.script\.write ended with exit code 3\. .* Run it by hand: store write API_KEY\. It gets the value on stdin\./,
    ],
    ['no end', `[ $1 = read ] || { cat >other; sleep 30; }`, /sinks\.script\.write did not end within 2 s/],
    ['a signal', `[ $1 = read ] || kill -9 $$`, /sinks\.script\.write was ended by SIGKILL/],
    ['no change', `[ $1 = read ] || { cat >/dev/null; exit 0; }`, /accepts the value, but does not show it/],
  ])('a write that ends with %s fails with one line without the value', async ([, fault, says]) => {
    const sink = await scriptSink(FILE_STORE(fault));
    const text = await failure(sink.write(PLACE, CANARY, await sink.read(PLACE)));
    expect(text).toMatch(says);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain('\n');
  });

  test.for<[what: string, fault: string, says: RegExp]>([
    [
      'the exit code of an absent value, but another text',
      `echo ${CANARY} >&2; exit 4`,
      /read ended with exit code 4/,
    ],
    [
      'the text of an absent value, but another exit code',
      `echo no such >&2; exit 1`,
      /read ended with exit code 1/,
    ],
    ['nothing', 'exit 0', /has no value at its stdout/],
    ['too much', `yes ${CANARY}`, /has an output of more than 1 MiB/],
  ])('a read that gives %s never counts as absent', async ([, fault, says]) => {
    const text = await failure((await scriptSink(fault)).read(PLACE));
    expect(text).toMatch(says);
    expect(text).not.toContain(CANARY);
  });

  test('a write that took place before its program was ended counts as done, and its children end too', async () => {
    const at = folder();
    const sink = await scriptSink(
      FILE_STORE(`[ $1 = read ] || { cat >"$2"; sh -c 'echo $$ >pid; sleep 30'; }`),
      at,
    );
    await sink.write(PLACE, CANARY, await sink.read(PLACE));
    expect(await sink.read(PLACE)).toMatchObject({ state: 'present', value: CANARY });
    const child = Number(readFileSync(join(at, 'pid'), 'utf8'));
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  test('a program that is missing is named before anything is stored', async () => {
    const variables = { ...onePassword(), PATH: '/usr/bin:/bin' };
    const sink = await sinkOf(OP, variables);
    expect(await failure(sink.preflight([PLACE]))).toMatch(
      /^The program op of sinks\.onepassword\.read cannot be started \(ENOENT\)\. Install it, or correct the manifest\./,
    );
    expect(await failure(sink.read(PLACE))).toMatch(/The program op .* cannot be started \(ENOENT\)/);
  });

  test('a credential that is refused stops the run before anything is stored', async () => {
    const sink = await sinkOf(OP, { ...onePassword(), OP_SERVICE_ACCOUNT_TOKEN: 'wrong' });
    expect(await failure(sink.preflight([PLACE]))).toMatch(
      /sinks\.onepassword\.read ended with exit code 1\. .* Run it by hand: op item get API_KEY --vault stack/,
    );
  });

  test('a command has the variables that the manifest names, and no others', async () => {
    const at = folder();
    const sink = await scriptSink(FILE_STORE('env >seen'), at);
    await sink.read(PLACE);
    const seen = readFileSync(join(at, 'seen'), 'utf8');
    expect(seen).toContain('INHERITED=yes');
    expect(seen).not.toContain(CANARY);
  });

  test('a credential with a null byte is refused without its text', async () => {
    const sink = await sinkOf(OP, { ...onePassword(), OP_SERVICE_ACCOUNT_TOKEN: `${CANARY}\0` });
    const text = await failure(sink.read(PLACE));
    expect(text).toMatch(/cannot be started \(a null byte in a variable\)/);
    expect(text).not.toContain(CANARY);
  });

  test('what a command leaves in the background does not hold the run up', async () => {
    const sink = await scriptSink(FILE_STORE('[ $1 = read ] || sleep 20 &'));
    await sink.write(PLACE, CANARY, await sink.read(PLACE));
    expect(await sink.read(PLACE)).toMatchObject({ value: CANARY });
  });

  test.for(['-rf', '../x', 'a/../b', 'a\nb', '', '$(id)', '/etc/passwd', '`id`'])(
    'the name %j is refused before a command is started',
    async (name) => {
      const at = folder();
      const sink = await scriptSink(FILE_STORE('touch started'), at);
      expect(await failure(sink.read({ sink: 's', name }))).toMatch(/The name of a place must be letters/);
      expect(existsSync(join(at, 'started'))).toBe(false);
    },
  );

  test('another program that writes between the two reads is noticed after the write', async () => {
    const sink = await scriptSink(
      FILE_STORE('[ $1 = read ] || { cat >/dev/null; echo other >"$2"; exit 0; }'),
    );
    const read = { state: 'absent', version: '', provenance: {} } as const;
    expect(await failure(sink.write(PLACE, CANARY, read))).toMatch(/API_KEY was changed meanwhile/);
  });
});

describe('a store behind an HTTP API', () => {
  async function etag(variables: Record<string, string> = {}) {
    const server = await startItemServer();
    const sink = await sinkOf(ETAG_MANIFEST, {
      ITEM_SERVER: server.address,
      TOKEN: 'canary-token',
      ...variables,
    });
    return { server, sink };
  }

  test('a write that was cut off after it took place counts as done, and is not sent again', async () => {
    const { server, sink } = await etag();
    const read = await sink.read(PLACE);
    server.faults.push('cut after');
    await sink.write(PLACE, CANARY, read);
    expect(server.items.get('API_KEY')).toBe(CANARY);
    expect(server.seen.filter((line) => line.startsWith('PUT'))).toHaveLength(1);
  });

  test.for([500, 503])('a write that was answered %s is not sent again', async (status) => {
    const { server, sink } = await etag();
    const read = await sink.read(PLACE);
    server.faults.push({ status, body: CANARY });
    expect(await failure(sink.write(PLACE, CANARY, read))).toMatch(
      new RegExp(`answers ${status} to the request to create API_KEY \\(PUT /etag/\\{name\\}\\)\\.`),
    );
    expect(server.seen.filter((line) => line.startsWith('PUT'))).toHaveLength(1);
  });

  test.for([429, 502])('a read is repeated after %s', async (status) => {
    const { server, sink } = await etag();
    server.faults.push({ status }, { status });
    expect(await sink.read(PLACE)).toMatchObject({ state: 'absent' });
  });

  test('a write is repeated after 429: nothing was done', async () => {
    const { server, sink } = await etag();
    const read = await sink.read(PLACE);
    server.faults.push({ status: 429 });
    await sink.write(PLACE, CANARY, read);
    expect(server.items.get('API_KEY')).toBe(CANARY);
  });

  test('a credential that is refused stops the run before anything is stored, without the answer', async () => {
    const { server, sink } = await etag({ TOKEN: `${CANARY}-wrong` });
    const text = await failure(sink.preflight([PLACE]));
    expect(text).toMatch(/answers 401 to the request to read API_KEY .*Check the administrator's credential/);
    expect(text).not.toContain(CANARY);
    expect(server.items.size).toBe(0);
  });

  test('a wrong project of Infisical is an error, although it is a 404', async () => {
    const server = await startItemServer();
    const variables = {
      INFISICAL_URL: server.address,
      INFISICAL_PROJECT: 'other',
      INFISICAL_CLIENT_ID: 'client-1',
      INFISICAL_CLIENT_SECRET: 'canary-client-secret',
    };
    const sink = await sinkOf(EXAMPLES['infisical'] ?? '', variables);
    expect(await failure(sink.preflight([PLACE]))).toMatch(/answers 404 to the request to read API_KEY/);
    const right = await sinkOf(EXAMPLES['infisical'] ?? '', { ...variables, INFISICAL_PROJECT: 'project-1' });
    server.needsApproval = true;
    expect(await failure(right.write(PLACE, CANARY, await right.read(PLACE)))).toMatch(
      /accepts the value, but does not show it\. Check whether somebody has to approve it/,
    );
    expect(server.seen.join('\n')).not.toContain(CANARY);
  });

  test('a server that is away, and a value that is not where the manifest says, are named', async () => {
    const { sink } = await etag({ ITEM_SERVER: 'http://127.0.0.1:1' });
    expect(await failure(sink.preflight([PLACE]))).toMatch(
      /http:\/\/127\.0\.0\.1:1 does not answer \(ECONNREFUSED\)/,
    );
    const server = await startItemServer();
    server.items.set('API_KEY', CANARY);
    const wrong = await sinkOf(
      ETAG_MANIFEST.replace("path: '/etag/{name}', version", "path: '/etag/{name}', value: /key, version"),
      {
        ITEM_SERVER: server.address,
        TOKEN: 'canary-token',
      },
    );
    expect(await failure(wrong.read(PLACE))).toMatch(
      /has no value at \/key\. Correct sinks\.etag\.read\.value\./,
    );
  });
});

describe('the manifest of a store', () => {
  test.for<[yaml: string, change: [string, string], fault: string]>([
    [
      'kv',
      ['/v1/secret/data/items/{name}\n      value', '/v1/secret/data/items/{name}?t={token}\n      value'],
      'sinks.kv.read.path: must not hold {token}: addresses stand in logs',
    ],
    [
      'onepassword',
      ["get, '{name}'", "get, '{name}', '{value}'"],
      'sinks.onepassword.read.command[4]: must not hold {value}: everybody',
    ],
    [
      'onepassword',
      ["'{name}', --vault, stack], stdin", "'pw={value}', --vault, stack], stdin"],
      'sinks.onepassword.write.command[3]: must not hold {value}',
    ],
    [
      'pass',
      ["--force, 'stack/{name}'] }\n    remove", '--force, x] }\n    remove'],
      'sinks.pass.write: must hold {name}',
    ],
    [
      'pass',
      ['is not in the password store', "'('"],
      'sinks.pass.read.absent.stderr: must be a regular expression',
    ],
    [
      'pass',
      ['compare: none', 'compare: version'],
      'sinks.pass.read: must have version, since compare is version',
    ],
    ['pass', ['compare: none', ''], 'sinks.pass: must have compare'],
    [
      'infisical',
      ["Bearer {token}'", "Bearer {value}'"],
      'sinks.infisical.read.headers: must not hold {value}',
    ],
    [
      'infisical',
      ['/{name}?projectId', '/{name}?v={value}&projectId'],
      'sinks.infisical.read.path: must not hold {value}: addresses',
    ],
    [
      'infisical',
      ["secretValue: '{value}'", "secretValue: 'x'"],
      'sinks.infisical.create: must hold {value} in body',
    ],
    [
      'kv',
      ['      version: /data/metadata/version\n', ''],
      'sinks.kv.read: must have version, since compare is version',
    ],
    ['kv', ["cas: '{version}'", 'cas: 1'], 'sinks.kv.write: must hold {version}'],
  ])('%s: %j is refused', ([name, [from, to], fault]) => {
    const yaml = EXAMPLES[name] ?? '';
    expect(yaml).toContain(from);
    const variables = { INFISICAL_PROJECT: 'p' };
    expect(() => readManifest(yaml, 'm.yaml', variables)).not.toThrow();
    expect(() => readManifest(yaml.replace(from, to), 'm.yaml', variables)).toThrow(fault);
  });
});
