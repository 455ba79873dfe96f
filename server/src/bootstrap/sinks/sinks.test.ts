import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import type { PlaceSpec } from '../manifest/manifest.ts';
import { dotenvFormat, FileSink, filesFormat } from './file-sink.ts';
import { startItemServer } from './item-server.fixture.ts';
import type { Sink } from './sink.ts';
import {
  baoCommands,
  ETAG_MANIFEST,
  EXAMPLES,
  folder,
  onePassword,
  passwordStore,
  sinkOf,
} from './stores.fixture.ts';
import { VaultSink } from './vault-sink.ts';

const bao = useOpenBao();
let number = 0;

const WRITERS = 4;

const named = (name: string): PlaceSpec => ({ sink: 's', name });

const KINDS: [name: string, open: () => Sink | Promise<Sink>, place: (name: string) => PlaceSpec][] = [
  [
    'vault',
    () => new VaultSink({ address: bao.address, login: { method: 'token', token: 'root' } }),
    (name) => ({ sink: 's', mount: 'secret', path: `sinks/${name}`, field: 'API_KEY' }),
  ],
  ['files', () => new FileSink(filesFormat(join(folder(), 'secrets'))), named],
  ['dotenv', () => new FileSink(dotenvFormat(join(folder(), '.env'))), named],
  ['exec: pass', () => sinkOf(EXAMPLES['pass'] ?? '', passwordStore()), named],
  ['exec: 1Password', () => sinkOf(EXAMPLES['onepassword'] ?? '', onePassword()), named],
  ['exec: bao', () => sinkOf(EXAMPLES['bao'] ?? '', baoCommands(bao.address)), named],
  [
    'http: OpenBao',
    () => sinkOf(EXAMPLES['kv'] ?? '', { VAULT_ADDR: bao.address, VAULT_TOKEN: 'root' }),
    named,
  ],
  [
    'http: Infisical',
    async () =>
      sinkOf(EXAMPLES['infisical'] ?? '', {
        INFISICAL_URL: (await startItemServer()).address,
        INFISICAL_PROJECT: 'project-1',
        INFISICAL_CLIENT_ID: 'client-1',
        INFISICAL_CLIENT_SECRET: 'canary-client-secret',
      }),
    named,
  ],
  [
    'http: conditional requests',
    async () =>
      sinkOf(ETAG_MANIFEST, { ITEM_SERVER: (await startItemServer()).address, TOKEN: 'canary-token' }),
    named,
  ],
];

describe.for(KINDS)('a sink of the type %s', ([, make, placeOf]) => {
  async function open(): Promise<[Sink, PlaceSpec]> {
    const sink = await make();
    onTestFinished(() => sink.stop());
    return [sink, placeOf(`API_KEY_${++number}`)];
  }

  test('gives back what was written, with its provenance', async () => {
    const [sink, place] = await open();
    await sink.preflight([place]);
    const before = await sink.read(place);
    expect([before.state, before.provenance]).toEqual(['absent', {}]);
    await sink.write(place, 'canary-1', before);
    await sink.annotate(place, { source: 'random', 'service-key-id': 'key_1' });
    const provenance = { source: 'env:API_KEY', 'stored-at': '2026-11-29T00:00:00Z' };
    await sink.annotate(place, provenance);
    expect(await sink.read(place)).toMatchObject({ state: 'present', value: 'canary-1' });
    expect((await sink.read(place)).provenance).toEqual(provenance);
  });

  test('replaces nothing but what was read', async () => {
    const [sink, place] = await open();
    const first = await sink.read(place);
    await sink.write(place, 'canary-1', first);
    await expect(sink.write(place, 'canary-2', first)).rejects.toMatchObject({ fault: 'changed' });
    expect(await sink.read(place)).toMatchObject({ value: 'canary-1' });
    await sink.write(place, 'canary-2', await sink.read(place));
    expect(await sink.read(place)).toMatchObject({ value: 'canary-2' });
  });

  test('lets exactly one of several concurrent writers write', async () => {
    const [sink, place] = await open();
    const read = await sink.read(place);
    const writes = Array.from({ length: WRITERS }, (_, i) =>
      sink.write(place, `canary-${i}`, read).then(
        () => i,
        () => undefined,
      ),
    );
    const done = (await Promise.all(writes)).filter((one) => one !== undefined);
    expect(done).toHaveLength(1);
    expect(await sink.read(place)).toMatchObject({ value: `canary-${done[0]}` });
  });

  test('removes the value, and removing it again changes nothing', async () => {
    const [sink, place] = await open();
    await sink.write(place, 'canary-1', await sink.read(place));
    await sink.annotate(place, { source: 'random' });
    await sink.remove(place);
    await sink.remove(place);
    const gone = await sink.read(place);
    expect([gone.state, gone.provenance]).toEqual(['absent', {}]);
  });
});

describe('a vault sink', () => {
  test('keeps the other fields of a secret when one of them is written or removed', async () => {
    const sink = new VaultSink({ address: bao.address, login: { method: 'token', token: 'root' } });
    onTestFinished(() => sink.stop());
    const path = `sinks/${++number}`;
    const place = (field: string) => ({ sink: 's', mount: 'secret', path, field });
    for (const field of ['ONE', 'TWO'])
      await sink.write(place(field), field.toLowerCase(), await sink.read(place(field)));
    for (const field of ['ONE', 'TWO']) await sink.annotate(place(field), { source: 'random' });
    await sink.remove(place('ONE'));
    expect(await sink.read(place('TWO'))).toMatchObject({ value: 'two', provenance: { source: 'random' } });
    const gone = await sink.read(place('ONE'));
    expect([gone.state, gone.provenance]).toEqual(['absent', {}]);
  });

  test('destroys former versions, and keeps the current one', async () => {
    const sink = new VaultSink({ address: bao.address, login: { method: 'token', token: 'root' } });
    onTestFinished(() => sink.stop());
    const place = { sink: 's', mount: 'secret', path: `sinks/${++number}`, field: 'K' };
    for (const value of ['a', 'b', 'c']) await sink.write(place, value, await sink.read(place));
    expect(await sink.destroyFormer(place)).toBe(2);
    expect(await sink.read(place)).toMatchObject({ value: 'c' });
    await expect(bao.call('GET', `secret/data/${place.path}?version=1`)).rejects.toThrow(/404/);
  });

  test('names a missing capability and a wrong mount before anything is written', async () => {
    await bao.call('PUT', 'sys/policies/acl/narrow', {
      policy: 'path "secret/data/sinks/narrow" { capabilities = ["read"] }',
    });
    const { auth } = await bao.call('POST', 'auth/token/create', { policies: ['narrow'] });
    const { client_token: token } = auth as { client_token: string };
    const sink = new VaultSink({ address: bao.address, login: { method: 'token', token } });
    onTestFinished(() => sink.stop());
    const place = { sink: 's', mount: 'secret', path: 'sinks/narrow', field: 'K' };
    await expect(sink.preflight([place])).rejects.toThrow(
      /lacks create, update on secret\/data\/sinks\/narrow/,
    );
    await bao.call('PUT', 'sys/policies/acl/narrow', {
      policy: 'path "secret/data/sinks/narrow" { capabilities = ["read", "create", "update"] }',
    });
    await expect(sink.preflight([place])).rejects.toThrow(
      /lacks read, update on secret\/metadata\/sinks\/narrow/,
    );
    await expect(sink.preflight([{ ...place, mount: 'kv' }])).rejects.toThrow(/The mount kv is missing/);
  });
});

describe('a sink in files', () => {
  test('writes files that only their owner may read, in a directory of the same kind', async () => {
    const directory = join(folder(), 'secrets');
    const sink = new FileSink(filesFormat(directory));
    const place = { sink: 's', name: 'api_key' };
    await sink.write(place, 'canary-1', await sink.read(place));
    await sink.annotate(place, { source: 'random' });
    expect(readFileSync(join(directory, 'api_key'), 'utf8')).toBe('canary-1');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory))
      expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(readdirSync(directory).sort()).toEqual(['.keyward.json', 'api_key']);
  });

  test('leaves no value that a killed run had begun to write', async () => {
    const directory = folder();
    const left = join(directory, '.api_key.unfinished');
    const sink = new FileSink(filesFormat(directory));
    const place = { sink: 's', name: 'api_key' };
    writeFileSync(left, 'canary-left', { mode: 0o600 });
    await sink.write(place, 'canary-1', await sink.read(place));
    expect(readdirSync(directory)).toEqual(['api_key']);
    writeFileSync(left, 'canary-left', { mode: 0o600 });
    await sink.remove(place);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('refuses a file that others may read, with the command that mends it', async () => {
    const directory = folder();
    writeFileSync(join(directory, 'api_key'), 'x');
    chmodSync(join(directory, 'api_key'), 0o644);
    const sink = new FileSink(filesFormat(directory));
    await expect(sink.preflight([{ sink: 's', name: 'api_key' }])).rejects.toThrow(/chmod 600/);
  });

  test.for(['../evil', '.hidden', 'a/b', '', 'a\nb'])('refuses the name %j', async (name) => {
    const sink = new FileSink(filesFormat(folder()));
    await expect(sink.read({ sink: 's', name })).rejects.toMatchObject({ fault: 'refused' });
  });

  test('keeps the other lines of a .env file, comments too', async () => {
    const file = join(folder(), '.env');
    writeFileSync(file, '# mine\nA=1\nexport API_KEY=old\nB="two words"', { mode: 0o600 });
    const sink = new FileSink(dotenvFormat(file));
    const place = { sink: 's', name: 'API_KEY' };
    await sink.write(place, 'it is $new #1', await sink.read(place));
    expect(readFileSync(file, 'utf8')).toBe('# mine\nA=1\nAPI_KEY=\'it is $new #1\'\nB="two words"\n');
    await sink.remove(place);
    expect(readFileSync(file, 'utf8')).toBe('# mine\nA=1\nB="two words"\n');
  });

  test('refuses a value that a .env file cannot hold', async () => {
    const sink = new FileSink(dotenvFormat(join(folder(), '.env')));
    const place = { sink: 's', name: 'API_KEY' };
    await expect(sink.write(place, `it's "both"`, await sink.read(place))).rejects.toThrow(
      /Use a sink of the type files/,
    );
  });
});
