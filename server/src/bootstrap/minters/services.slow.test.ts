import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { Bootstrap } from '../bootstrap.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { schemaText } from '../manifest/schema.ts';
import { openMinters, openSinks } from '../open-sinks.ts';
import {
  gitea,
  grafana,
  litellm,
  meilisearch,
  startDouble,
  type Double,
  type DoubleKey,
} from './service-doubles.fixture.ts';

const PASSWORD = 'canary-Passw0rd/?&=:';
const MASTER = 'sk-canary-master-0123456789';
const LOGIN = { user: 'ci', password: PASSWORD };

interface Case {
  name: string;
  service: () => Double['service'];
  variables: Record<string, string>;
  url: string;
  field: string;
  /** Says nothing of the key. */
  unknown: number;
}

/** A key that somebody else made. */
const other = (number: number): DoubleKey => ({
  id: String(number + 10_000),
  label: `other ${number}`,
  key: `other-${number}`,
});

const CASES: Case[] = [
  {
    name: 'gitea',
    service: () => gitea(LOGIN),
    variables: { GITEA_USER: 'ci', GITEA_PASSWORD: PASSWORD },
    url: 'GITEA_URL',
    field: 'GITEA_TOKEN',
    unknown: 429,
  },
  {
    name: 'grafana',
    service: () => grafana({ user: 'admin', password: PASSWORD }),
    variables: { GRAFANA_PASSWORD: PASSWORD },
    url: 'GRAFANA_URL',
    field: 'GRAFANA_TOKEN',
    unknown: 503,
  },
  {
    name: 'meilisearch',
    service: () => meilisearch({ master: MASTER }),
    variables: { MEILI_MASTER_KEY: MASTER },
    url: 'MEILI_URL',
    field: 'MEILI_SEARCH_KEY',
    unknown: 500,
  },
  {
    name: 'litellm',
    service: () => litellm({ master: MASTER }),
    variables: { LITELLM_MASTER_KEY: MASTER },
    url: 'LITELLM_URL',
    field: 'LITELLM_KEY',
    unknown: 400,
  },
];

const folder = new URL('../../../../docs/services/', import.meta.url);
const textOf = (name: string) => readFileSync(new URL(`${name}.yaml`, folder), 'utf8');

const bao = useOpenBao();
let mounts = 0;

/** The manifest of the documentation as it stands, with a mount of its own. */
async function world({ name, service, variables, url, field }: Case) {
  const double = await startDouble(service());
  onTestFinished(() => double.stop());
  const mount = `kv${++mounts}`;
  await bao.call('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: '2' } });
  const all: Record<string, string> = {
    VAULT_ADDR: bao.address,
    VAULT_TOKEN: 'root',
    [url]: double.url,
    ...variables,
  };
  const text = textOf(name).replace('mount: kv', `mount: ${mount}`);
  const run = async <T>(work: (bootstrap: Bootstrap) => Promise<T>): Promise<T> => {
    const surroundings = { folder: '/', variables: all };
    const manifest = readManifest(text, `${name}.yaml`, all);
    const sinks = await openSinks(manifest, surroundings);
    const minters = await openMinters(manifest, [name], surroundings);
    try {
      return await work(new Bootstrap({ manifest, surroundings, sinks, minters, nowMs: Date.now }));
    } finally {
      for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
    }
  };
  const apply = () => run((bootstrap) => bootstrap.apply());
  const stored = async () => {
    const { data } = (await bao.call('GET', `${mount}/data/services/${name}`)) as {
      data: {
        data: Record<string, string>;
        metadata: { version: number; custom_metadata: Record<string, string> | null };
      };
    };
    const { version, custom_metadata: custom } = data.metadata;
    return { key: data.data[field] ?? '', version, custom };
  };
  const { keys } = double.service;
  const own = () => keys.filter(({ label }) => label.startsWith(`keyward:${name}:`));
  return { double, keys, own, run, apply, stored, variables: all };
}

describe.for(CASES)('the manifest of $name in docs/services', (service) => {
  const { name, field } = service;

  test('stores one key that the service knows, and a second run writes nothing', async () => {
    const { apply, run, stored, own, double } = await world(service);
    expect(await run((bootstrap) => bootstrap.plan())).toMatchObject([
      { action: 'create', source: 'mint:http' },
    ]);
    expect(own()).toEqual([]);
    expect(await apply()).toMatchObject([{ action: 'create', source: 'mint:http' }]);
    const { key, version, custom } = await stored();
    expect(own()).toMatchObject([{ key }]);
    expect(JSON.parse(custom?.[`keyward.${field}`] ?? '{}')).toMatchObject({
      'service-key-id': own()[0]?.id,
    });
    const writes = double.calls.length;
    expect(await apply()).toMatchObject([{ action: 'none' }]);
    expect(await run((bootstrap) => bootstrap.status())).toMatchObject([{ verdict: 'valid' }]);
    expect(await stored()).toMatchObject({ key, version });
    expect(double.calls.slice(writes).filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(own()).toHaveLength(1);
  });

  test('replaces a key that was revoked in the service', async () => {
    const { apply, stored, own, keys } = await world(service);
    await apply();
    const { key } = await stored();
    keys.splice(0);
    expect(await apply()).toMatchObject([{ action: 'update', reason: 'refused by the service' }]);
    expect(own()).toMatchObject([{ key: (await stored()).key }]);
    expect((await stored()).key).not.toBe(key);
  });

  test('finds what a killed run left behind many other keys, and touches no other', async () => {
    const { apply, stored, own, keys } = await world(service);
    await apply();
    keys.splice(0);
    keys.push({ id: '9000', label: `keyward:${name}:dead`, key: 'left-by-a-dead-run' });
    keys.push({ id: '9001', label: `keyward:${name}x:other`, key: 'another' });
    for (let number = 0; number < 250; number++) keys.push(other(number));
    await apply();
    expect(own()).toMatchObject([{ key: (await stored()).key }]);
    expect(keys).toHaveLength(252);
    expect(keys.some(({ id }) => id === '9001')).toBe(true);
  });

  test('mints and replaces nothing while the service cannot say whether the key is good', async () => {
    const { apply, stored, own, double } = await world(service);
    await apply();
    const before = await stored();
    double.before = () => ({ status: service.unknown, body: {} });
    expect(await apply()).toMatchObject([{ action: 'blocked' }]);
    double.before = () => undefined;
    expect(await stored()).toEqual(before);
    expect(own()).toHaveLength(1);
  });

  test('writes nothing with a wrong credential of the administrator, and repeats it in no error', async () => {
    const { apply, stored, variables, keys } = await world(service);
    for (const secret of Object.keys(service.variables))
      if (!secret.endsWith('USER')) variables[secret] = 'canary-wrong';
    const refused = await apply();
    expect(refused).toMatchObject([
      {
        action: 'failed',
        reason: expect.stringMatching(/answers 40[13] .* Check the administrator's credential/),
      },
    ]);
    expect(JSON.stringify(refused)).not.toContain('canary');
    await expect(stored()).rejects.toThrow(/404/);
    expect(keys).toEqual([]);
  });

  test('destroy revokes the key and removes the value, and may be repeated', async () => {
    const { apply, run, stored, own } = await world(service);
    await apply();
    const [made] = own();
    expect(await run((bootstrap) => bootstrap.destroy(undefined, false))).toMatchObject([
      { revoked: [made?.id], removed: [expect.stringContaining(field)] },
    ]);
    expect(own()).toEqual([]);
    await expect(stored()).rejects.toThrow(/404/);
    expect(await run((bootstrap) => bootstrap.destroy(undefined, false))).toMatchObject([
      { revoked: [], removed: [] },
    ]);
  });

  test('no URL holds a secret, and the question whether a key is good has no credential of the administrator', async () => {
    const { apply, stored, double, keys } = await world(service);
    await apply();
    const first = await stored();
    keys.splice(0);
    await apply();
    const { key } = await stored();
    const urls = double.calls.map(({ url }) => decodeURIComponent(url)).join('\n');
    for (const secret of [PASSWORD, MASTER, 'canary', first.key, key]) expect(urls).not.toContain(secret);
    const asked = double.calls.filter(({ authorization }) => authorization.endsWith(key));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ authorization }) => /^(Bearer|token) \S+$/.test(authorization))).toBe(true);
  });

  test('passes the published schema', () => {
    const check = new Ajv2020({ strict: false }).compile(JSON.parse(schemaText()) as object);
    check(parse(textOf(name)));
    expect(check.errors ?? []).toEqual([]);
  });
});

describe.for(CASES.filter(({ name }) => name === 'meilisearch' || name === 'litellm'))(
  'a key that Keyward chooses for $name',
  (service) => {
    const isRegistration = ({ method, path }: { method: string; path: string }) =>
      method === 'POST' && (path === '/keys' || path === '/key/generate');

    test('is stored before the service hears of it', async () => {
      const { apply, stored, double, own } = await world(service);
      const seen: string[] = [];
      double.before = async (call) => {
        if (isRegistration(call)) seen.push((await stored()).key);
        return undefined;
      };
      await apply();
      expect(seen).toEqual(own().map(({ key }) => key));
    });

    test('is replaced by the next run if it could not be registered, and nothing is left in the service', async () => {
      const { apply, stored, double, own } = await world(service);
      double.before = (call) => (isRegistration(call) ? { status: 500, body: {} } : undefined);
      expect(await apply()).toMatchObject([
        {
          action: 'failed',
          is_unavailable: true,
          reason: expect.stringMatching(
            /answers 500 .* The chosen key is stored already; the next run replaces it/,
          ),
        },
      ]);
      expect(own()).toEqual([]);
      const lost = await stored();
      double.before = () => undefined;
      expect(await apply()).toMatchObject([{ action: 'update', reason: 'refused by the service' }]);
      expect(own()).toMatchObject([{ key: (await stored()).key }]);
      expect((await stored()).key).not.toBe(lost.key);
    });

    test('is kept by the next run if it was registered and the answer was lost', async () => {
      const { apply, stored, double, own } = await world(service);
      double.before = (call) => (isRegistration(call) ? 'drop' : undefined);
      expect(await apply()).toMatchObject([{ action: 'failed', is_unavailable: true }]);
      const { key, version } = await stored();
      double.before = () => undefined;
      expect(await apply()).toMatchObject([{ action: 'note' }]);
      expect(await stored()).toMatchObject({ key, version });
      expect(own()).toMatchObject([{ key }]);
      expect(await apply()).toMatchObject([{ action: 'none' }]);
    });

    test('is one and the same of ten runs at the same time', async () => {
      const { apply, stored, own } = await world(service);
      await Promise.all(Array.from({ length: 10 }, apply));
      expect(own()).toMatchObject([{ key: (await stored()).key }]);
      expect((await stored()).version).toBe(1);
    });

    test('is revoked again if the service has made another one', async () => {
      const { apply, own, double } = await world(service);
      double.before = (call) => {
        if (!isRegistration(call)) return undefined;
        const answer = double.service.answer(call);
        return { status: answer.status, body: { ...(answer.body as object), key: 'another' } };
      };
      expect(await apply()).toMatchObject([
        {
          action: 'failed',
          reason: expect.stringContaining('has made another key than the chosen one'),
        },
      ]);
      expect(own()).toEqual([]);
    });
  },
);
