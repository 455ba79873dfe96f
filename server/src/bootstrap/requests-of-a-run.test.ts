import { expect, test } from 'vitest';
import { useOpenBao } from '../../test/openbao.ts';
import { startFaultyProxy } from '../vault/faulty-proxy.fixture.ts';
import { Bootstrap } from './bootstrap.ts';
import { readManifest } from './manifest/read-manifest.ts';
import { openSinks } from './open-sinks.ts';

const bao = useOpenBao();
const KEYS = 20;
/** The token, the health, the mount, the capabilities, and the key of the fingerprints. */
const OF_A_RUN = 5;

/** One key a path, with every place in the Vault at this address. */
const manifestOf = (address: string, paths: readonly string[]) => `version: 1
sinks:
  main: { type: vault, address: '${address}', login: { method: token, token: { env: VAULT_TOKEN } } }
keys:
${paths
  .map(
    (path, index) =>
      `  key${index}: { sources: [{ random: {} }], store: [{ sink: main, mount: secret, path: ${path}, field: F${index} }] }`,
  )
  .join('\n')}
`;

async function apply(text: string): Promise<string[]> {
  const surroundings = { folder: '/', variables: { VAULT_TOKEN: 'root' } };
  const manifest = readManifest(text, 'm.yaml', surroundings.variables);
  const sinks = await openSinks(manifest, surroundings);
  try {
    const bootstrap = new Bootstrap({ manifest, surroundings, sinks, minters: new Map(), nowMs: Date.now });
    return (await bootstrap.apply()).map(({ action }) => action);
  } finally {
    for (const sink of sinks.values()) await sink.stop();
  }
}

test.for([
  ['a secret each', KEYS],
  ['two secrets', 2],
] as const)(
  'A run over keys in %s that are in step asks Vault once a key, and writes nothing',
  async ([, secrets]) => {
    const paths = Array.from({ length: KEYS }, (_, index) => `requests${secrets}/s${index % secrets}`);
    const proxy = await startFaultyProxy(bao.address);
    const text = manifestOf(proxy.address, paths);
    expect(await apply(text)).toEqual(Array(KEYS).fill('create'));
    proxy.seen.length = 0;
    expect(await apply(text)).toEqual(Array(KEYS).fill('none'));
    const asked = proxy.seen.map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((one) => !one.startsWith('GET '))).toEqual(['POST /v1/sys/capabilities-self']);
    for (const path of new Set(paths))
      expect(asked.filter((one) => one === `GET /v1/secret/data/${path}`)).toHaveLength(KEYS / secrets);
    expect(asked.length).toBeLessThanOrEqual(KEYS + OF_A_RUN);
  },
);
