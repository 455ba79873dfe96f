import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../test/openbao.ts';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { startFaultyProxy, type Fault, type FaultyProxy } from '../vault/faulty-proxy.fixture.ts';
import { Bootstrap } from './bootstrap.ts';
import type { Manifest } from './manifest/manifest.ts';
import { readManifest } from './manifest/read-manifest.ts';
import { openMinters, openSinks } from './open-sinks.ts';

const bao = useOpenBao();
let number = 0;

describeOnServer('sqlite', 'a fault at any request of a run', (start) => {
  let server: TestServer;
  let wires: { vault: FaultyProxy; service: FaultyProxy };
  beforeAll(async () => {
    server = await start();
  });

  /** A minted key that is stored through wires that fail as they are asked to. */
  async function world() {
    wires = { vault: await startFaultyProxy(bao.address), service: await startFaultyProxy(server.url) };
    const folder = mkdtempSync(join(tmpdir(), 'keyward-faults-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const variables = { VAULT_TOKEN: 'root', ADMIN_KEY: server.adminKey };
    const surroundings = { folder, variables };
    const place = (): string => `faults${number}`;
    const id = (): string => `app-${place()}`;
    const manifestText = () => `version: 1
sinks:
  main: { type: vault, address: '${wires.vault.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
services:
  keyward: { url: '${wires.service.address}' }
keys:
  ${id()}:
    phase: derived
    service: keyward
    sources: [{ mint: { type: keyward, admin: { env: ADMIN_KEY } } }]
    store: [{ sink: main, mount: secret, path: ${place()}, field: APP_KEY }]
`;
    /** Read once for all runs on the same key: to read it takes longer than a run. */
    let read = { number: -1, manifest: undefined as Manifest | undefined };
    const run = async (verb: 'apply' | 'rotate') => {
      if (read.number !== number)
        read = { number, manifest: readManifest(manifestText(), 'm.yaml', variables) };
      const manifest = read.manifest as Manifest;
      const sinks = await openSinks(manifest, surroundings);
      const minters = await openMinters(manifest, [id()], surroundings);
      try {
        const bootstrap = new Bootstrap({ manifest, surroundings, sinks, minters, nowMs: Date.now });
        const startedMs = Date.now() + 10_000;
        const [report] =
          verb === 'apply'
            ? await bootstrap.apply()
            : await bootstrap.rotate([id()], { startedMs, isUnproved: true, onWait: () => undefined });
        return report;
      } finally {
        for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
      }
    };
    const stored = async () =>
      (
        (await bao.call('GET', `secret/data/${place()}`)) as {
          data: { data: { APP_KEY: string }; metadata: { version: number } };
        }
      ).data;
    const active = async () =>
      (await server.request<{ items: object[] }>('GET', `/v1/keys?state=active&q=keyward:${id()}:`)).body
        .items.length;
    /** What must hold after one run without a fault, whatever happened before. */
    const expectRight = async (what: string): Promise<void> => {
      const report = await run('apply');
      expect([what, report?.action]).not.toEqual([what, 'failed']);
      const { data, metadata } = await stored();
      const { status } = await server.request('GET', '/v1/keys/self', { key: data.APP_KEY });
      expect([what, status]).toEqual([what, 200]);
      expect([what, (await run('apply'))?.action]).toEqual([what, 'none']);
      expect([what, (await stored()).metadata.version]).toEqual([what, metadata.version]);
    };
    return { run, place, stored, active, expectRight };
  }

  const FAULTS: Record<'vault' | 'service', [name: string, fault: Fault][]> = {
    vault: [
      ['403', { status: 403, body: { errors: ['permission denied'] } }],
      ['503 sealed', { status: 503, body: { errors: ['Vault is sealed'] } }],
      ['500', { status: 500, body: { errors: ['internal error'] } }],
      ['cut after it took place', 'cut after'],
      ['cut before it took place', 'cut before'],
    ],
    service: [
      ['403', { status: 403 }],
      ['429', { status: 429 }],
      ['502', { status: 502 }],
      ['cut after it took place', 'cut after'],
      ['cut before it took place', 'cut before'],
    ],
  };
  /** Of the requests of a run each fault meets every second, of the many of a rotation every seventh; slow tests try all. */
  const STEP = process.env['KEYWARD_SLOW'] === '1' ? { apply: 1, rotate: 1 } : { apply: 2, rotate: 7 };
  const CASES = (['vault', 'service'] as const).flatMap((wire) =>
    FAULTS[wire].map(([name, fault], first) => ({ wire, name, fault, first })),
  );

  test.for(CASES)(
    'of apply is repaired by the next apply: $wire, $name',
    { timeout: 120_000 },
    async ({ wire, name, fault, first }) => {
      const { run, active, expectRight } = await world();
      for (let at = first % STEP.apply; ; at += STEP.apply) {
        number += 1;
        const proxy = wires[wire];
        proxy.seen.length = 0;
        proxy.faults = [...Array.from({ length: at }, (): Fault => 'pass'), fault];
        await run('apply').catch((error: unknown) => error);
        const isOver = proxy.faults.length > 0;
        const last = proxy.seen.at(-1);
        proxy.faults = [];
        await expectRight(`${name} at request ${at} (${last?.method} ${last?.path})`);
        expect(await active()).toBe(1);
        if (isOver) break;
      }
    },
  );

  test.for(CASES)(
    'of rotate leaves a good key, and the next rotate ends all others: $wire, $name',
    { timeout: 120_000 },
    async ({ wire, name, fault, first }) => {
      const { run, active, expectRight } = await world();
      for (let at = first % STEP.rotate; ; at += STEP.rotate) {
        number += 1;
        await run('apply');
        const proxy = wires[wire];
        proxy.faults = [...Array.from({ length: at }, (): Fault => 'pass'), fault];
        await run('rotate').catch((error: unknown) => error);
        const isOver = proxy.faults.length > 0;
        proxy.faults = [];
        await expectRight(`${name} at request ${at}`);
        expect([name, at, (await run('rotate'))?.action]).toEqual([name, at, 'rotated']);
        expect([name, at, await active()]).toEqual([name, at, 1]);
        await expectRight(`${name} at request ${at}, after the second rotation`);
        if (isOver) break;
      }
    },
  );

  test('A value that somebody else writes at any moment of apply is never replaced, and no key is left over', async () => {
    const { run, place, stored, active } = await world();
    for (let at = 0; ; at++) {
      number += 1;
      const own = await server.mint();
      let isWritten = false;
      const before = async (): Promise<void> => {
        await bao.call('POST', `secret/data/${place()}`, { data: { APP_KEY: own.secret } });
        isWritten = true;
      };
      wires.vault.faults = [...Array.from({ length: at }, (): Fault => 'pass'), { before }];
      await run('apply');
      const isOver = !isWritten;
      wires.vault.faults = [];
      await run('apply');
      if (isOver) break;
      expect([at, (await stored()).data.APP_KEY === own.secret]).toEqual([at, true]);
      // One that was minted before the other value was written is good until gc: it may be in use.
      expect(await active()).toBeLessThanOrEqual(1);
    }
  });
});
