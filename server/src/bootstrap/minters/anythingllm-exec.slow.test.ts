import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startAnythingllm, type AnythingllmContainer } from '../../../test/anythingllm-container.ts';
import { startDockerProxy } from '../../../test/docker-proxy.ts';
import { CAN_RUN_DOCKER, startDocker, type Docker } from '../../../test/docker.ts';
import { startDevOpenBao, type OpenBao } from '../../../test/openbao.ts';
import { Bootstrap } from '../bootstrap.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openMinters, openSinks } from '../open-sinks.ts';
import type { Provenance } from '../sinks/sink.ts';

const COMPOSE = '--label=com.docker.compose.project=shop';
let number = 0;

const failed = (says: RegExp, fault: 'refused' | 'unavailable') => ({
  action: 'failed',
  reason: expect.stringMatching(says),
  ...(fault === 'unavailable' && { is_unavailable: true }),
});

describe.skipIf(!CAN_RUN_DOCKER)('a key that AnythingLLM makes in its container (needs root)', () => {
  let bao: OpenBao;
  let docker: Docker;
  let llm: AnythingllmContainer;
  beforeAll(async () => {
    [bao, docker] = await Promise.all([startDevOpenBao(), startDocker()]);
    const service = '--label=com.docker.compose.service=anythingllm';
    llm = await startAnythingllm(docker, 'anythingllm', COMPOSE, service);
  });
  afterAll(async () => {
    await bao.remove();
    await docker.remove();
  });

  /** @param minter members of the minter in the manifest, beside its type and the address of the engine */
  function world(minter = 'container: anythingllm', address = docker.address) {
    const id = `llm-${++number}`;
    onTestFinished(() => llm.fail({}));
    const text = `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
services: { anythingllm: { url: '${llm.url}' } }
keys:
  ${id}:
    phase: derived
    service: anythingllm
    sources: [{ mint: { type: anythingllm-exec, docker: '${address}', ${minter} } }]
    store: [{ sink: main, mount: secret, path: ${id}, field: ANYLLM_API_KEY }]
`;
    const run = async <T>(work: (bootstrap: Bootstrap) => Promise<T>): Promise<T> => {
      const surroundings = { folder: '/', variables: { VAULT_TOKEN: 'root' } };
      const manifest = readManifest(text, 'm.yaml', {});
      const sinks = await openSinks(manifest, surroundings);
      const minters = await openMinters(manifest, [id], surroundings);
      try {
        return await work(new Bootstrap({ manifest, surroundings, sinks, minters, nowMs: Date.now }));
      } finally {
        for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
      }
    };
    const apply = () => run((bootstrap) => bootstrap.apply());
    const stored = async () => {
      const { data } = (await bao.call('GET', `secret/data/${id}`)) as {
        data: {
          data: { ANYLLM_API_KEY: string };
          metadata: { version: number; custom_metadata: Record<string, string> };
        };
      };
      const { version, custom_metadata } = data.metadata;
      const custom = JSON.parse(custom_metadata['keyward.ANYLLM_API_KEY'] ?? '{}') as Provenance;
      return { key: data.data.ANYLLM_API_KEY, version, custom };
    };
    const keys = () => llm.keys(`keyward:${id}:`);
    /** One key in the service, which is the stored one and opens it. */
    const isRight = async () => {
      const { key } = await stored();
      expect(keys().map(({ secret }) => secret)).toEqual([key]);
      expect(await llm.opens(key)).toBe(true);
    };
    return { id, run, apply, stored, keys, isRight };
  }

  test('the key is stored in Vault with the image that made it, opens the Developer API, and a second run writes nothing', async () => {
    const { run, apply, stored, isRight, keys } = world('container: anythingllm, image: keyward-test');
    expect(await run((bootstrap) => bootstrap.plan())).toMatchObject([
      { action: 'create', source: 'mint:anythingllm-exec' },
    ]);
    expect(keys()).toEqual([]);
    expect(await apply()).toMatchObject([{ action: 'create' }]);
    await isRight();
    const before = await stored();
    const image = (await docker.cli('inspect', '--format', '{{.Image}}', 'anythingllm')).trim();
    expect(before.custom).toMatchObject({
      source: 'mint:anythingllm-exec',
      container: 'anythingllm',
      image: image,
      'service-key-id': String(keys()[0]?.id),
    });
    expect(await apply()).toMatchObject([{ action: 'none' }]);
    expect(await stored()).toEqual(before);
  });

  test('gc and destroy end the keys with the label, and no other', async () => {
    const { id, run, apply, keys, isRight } = world('compose: { project: shop, service: anythingllm }');
    await apply();
    llm.addKey(`keyward:${id}:dead`, 'AAAAAAA-BBBBBBB-CCCCCCC-DDDDDDD');
    llm.addKey(`keyward:${id}0:other`, 'AAAAAAA-BBBBBBB-CCCCCCC-EEEEEEE');
    expect(await run((bootstrap) => bootstrap.gc(undefined, false))).toMatchObject([{ revoked: [/\d+/] }]);
    await isRight();
    await run((bootstrap) => bootstrap.destroy(undefined, false));
    expect(keys()).toEqual([]);
    expect(llm.keys(`keyward:${id}0:`)).toHaveLength(1);
  });

  test('the key is made anew when it was deleted in the service', async () => {
    const { apply, keys, isRight, stored } = world();
    await apply();
    const { key } = await stored();
    llm.deleteKey(keys()[0]?.id ?? 0);
    expect(await apply()).toMatchObject([{ action: 'update', reason: 'refused by the service' }]);
    await isRight();
    expect((await stored()).key).not.toBe(key);
  });

  test.for<[what: string, minter: string, fault: 'refused' | 'unavailable', says: RegExp]>([
    ['is absent', 'container: absent', 'unavailable', /^The container absent does not exist\./],
    [
      'is stopped',
      'container: stopped',
      'unavailable',
      /^The container stopped is not running .* docker start stopped$/,
    ],
    [
      'has another image',
      'container: anythingllm, image: mintplexlabs/anythingllm',
      'refused',
      /^The container anythingllm has the image keyward-test:1, not mintplexlabs/,
    ],
    [
      'is one of several',
      'compose: { project: shop, service: several }',
      'refused',
      /^There are 2 containers of the service several .* Name one/,
    ],
    [
      'has no AnythingLLM',
      'container: several-1',
      'unavailable',
      /several-1 ended with exit code 6: there is no AnythingLLM in \/app\/server\.$/,
    ],
    [
      'has no Node',
      'container: bare',
      'refused',
      /bare ended with exit code 12[67]: node is missing there or cannot be started\.$/,
    ],
  ])('no key is made where the container %s', async ([, minter, fault, says]) => {
    if (!(await docker.cli('ps', '--all', '--format', '{{.Names}}')).includes('stopped')) {
      const several = '--label=com.docker.compose.service=several';
      const waits = ['--workdir=/app/server', '--', '/bin/sleep', 'infinity'];
      await docker.run('stopped', '--', 'true');
      for (const name of ['several-1', 'several-2']) await docker.run(name, COMPOSE, several, ...waits);
      await docker.run('bare', '--env=PATH=/nowhere', ...waits);
    }
    const { apply, stored, keys } = world(minter);
    expect(await apply()).toMatchObject([failed(says, fault)]);
    expect(keys()).toEqual([]);
    await expect(stored()).rejects.toThrow(/404/);
  });

  test.for([
    ['where', /find in the container anythingllm ended with exit code 3: AnythingLLM cannot read its keys/],
    [
      'create',
      /mint in the container anythingllm ended with exit code 4: AnythingLLM could not create the key\.$/,
    ],
  ] as const)(
    'no key is made when %s of AnythingLLM fails, which it does not throw',
    async ([fault, says]) => {
      const { apply, keys, isRight } = world();
      llm.fail({ [fault]: true });
      const reports = await apply();
      expect(reports).toMatchObject([{ action: 'failed', reason: expect.stringMatching(says) }]);
      expect(JSON.stringify(reports)).not.toContain('canary');
      expect(keys()).toEqual([]);
      llm.fail({});
      await apply();
      await isRight();
    },
  );

  test('gc ends with an error when delete of AnythingLLM fails, which it does not throw', async () => {
    const { id, run, apply } = world();
    await apply();
    llm.addKey(`keyward:${id}:dead`, 'AAAAAAA-BBBBBBB-CCCCCCC-FFFFFFF');
    llm.fail({ delete: true });
    expect(await run((bootstrap) => bootstrap.gc(undefined, false))).toMatchObject([
      { reason: expect.stringContaining('ended with exit code 5: AnythingLLM could not delete the key.') },
    ]);
  });

  test('the key of a command that outlived its run is taken by the next run, and no second one is made', async () => {
    const { apply, keys, isRight, stored } = world('container: anythingllm, timeout_seconds: 3');
    llm.fail({ createMs: 5_000 });
    expect(await apply()).toMatchObject([
      failed(/^The command node .* did not end within 3 s\. What it has done is not known\.$/, 'unavailable'),
    ]);
    const [made, ...others] = keys();
    expect(others).toEqual([]);
    await expect(stored()).rejects.toThrow(/404/);
    llm.fail({});
    await apply();
    await isRight();
    expect((await stored()).key).toBe(made?.secret);
  });

  test('the key is made through a socket proxy that allows commands in this container only', async () => {
    const proxy = await startDockerProxy(docker.socketPath, { containers: ['anythingllm'] });
    const { apply, isRight } = world('container: anythingllm', proxy.address);
    await apply();
    await isRight();
    expect(proxy.refused).toEqual([]);
    expect(await world('container: other', proxy.address).apply()).toMatchObject([
      {
        action: 'failed',
        reason: `${proxy.address} refuses GET /containers/other/json (403). Allow this call in the socket proxy.`,
      },
    ]);
  });

  test('the key of a command whose connection broke is taken by the next run', async () => {
    const proxy = await startDockerProxy(docker.socketPath, { containers: ['anythingllm'] });
    const { apply, keys, isRight, stored } = world(
      'container: anythingllm, timeout_seconds: 3',
      proxy.address,
    );
    llm.fail({ createMs: 4_000 });
    const first = apply();
    await expect.poll(keys, { interval: 20 }).toHaveLength(1);
    const [made] = keys();
    proxy.cut();
    expect(await first).toMatchObject([{ action: 'failed', is_unavailable: true }]);
    llm.fail({});
    await apply();
    await isRight();
    expect((await stored()).key).toBe(made?.secret);
  });

  test('eight runs at the same time make one key', async () => {
    const { apply, isRight } = world();
    expect(await Promise.all(Array.from({ length: 8 }, apply))).toHaveLength(8);
    await isRight();
  });
});
