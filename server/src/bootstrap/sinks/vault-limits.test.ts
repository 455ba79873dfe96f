import { expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { VaultSink } from './vault-sink.ts';

const bao = useOpenBao();

function open(): VaultSink {
  const sink = new VaultSink({ address: bao.address, login: { method: 'token', token: 'root' } });
  onTestFinished(() => sink.stop());
  return sink;
}

const place = { sink: 'main', mount: 'secret', path: 'limits', field: 'KEY' };
const needed = {
  'managed-by': 'keyward',
  source: 'mint:anythingllm-exec',
  'stored-at': new Date().toISOString(),
  fingerprint: 'f'.repeat(22),
  informed: 'f'.repeat(22),
  'service-key-id': 'i'.repeat(200),
};

test('a provenance that is too long for Vault goes without the container, and keeps what the next run needs', async () => {
  const sink = open();
  await sink.write(place, 'canary', await sink.read(place));
  const origin = { attempt: 'a'.repeat(12), container: 'c'.repeat(200), image: `sha256:${'0'.repeat(64)}` };
  await sink.annotate(place, { ...needed, ...origin });
  expect((await sink.read(place)).provenance).toEqual({
    ...needed,
    attempt: origin.attempt,
    image: origin.image,
  });
});

test('a provenance that is too long all the same is refused with its length', async () => {
  await expect(open().annotate(place, { ...needed, source: 's'.repeat(600) })).rejects.toThrow(
    /^The provenance of KEY has 9\d\d bytes, more than the 512 that Vault allows\./,
  );
});

test('a secret with more managed fields than its metadata can hold is refused by the manifest', () => {
  const manifest = (fields: number, name = 'F') => `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
keys:
${Array.from({ length: fields }, (_, at) => `  k${at}: { sources: [{ env: K }], store: [{ sink: main, mount: m, path: p, field: ${name}${at} }] }`).join('\n')}
`;
  const read = (text: string) => () => readManifest(text, 'm.yaml', {});
  expect(read(manifest(60))).not.toThrow();
  expect(read(manifest(61))).toThrow(
    'must be another path: Vault keeps the provenance of at most 60 fields of one secret',
  );
  expect(read(manifest(1, 'F'.repeat(120)))).toThrow('must have at most 119 bytes');
});
