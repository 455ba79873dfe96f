import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { OpenBao } from '../../../test/openbao.ts';
import { Bootstrap } from '../bootstrap.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openMinters, openSinks } from '../open-sinks.ts';
import { minterOf, startKeyService } from './key-service.fixture.ts';

let number = 0;

export interface WorldOptions {
  source?: string;
  /** Members of the key, in YAML. */
  more?: string;
  /** Places after the first one, in YAML. */
  copies?: string;
  /** Sinks beside `main` and `files`, in YAML. */
  sinks?: string;
  nowMs?: () => number;
  restore?: boolean;
}

/** One key `app` in Vault, of a service that the test controls. */
export async function openWorld(
  bao: OpenBao,
  {
    source = minterOf(),
    more = '',
    copies = '',
    sinks: others = '',
    nowMs = Date.now,
    restore = false,
  }: WorldOptions = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-rotation-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const service = await startKeyService();
  const path = `rotation${++number}`;
  const variables: Record<string, string> = { VAULT_TOKEN: 'root', PATH: process.env['PATH'] ?? '' };
  const text = `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
  ${others}
services: { service: { url: '${service.url}' } }
keys:
  app${path}:
    phase: derived
    service: service
    sources: [{ env: APP_KEY }, ${source}]
    store: [{ sink: main, mount: secret, path: ${path}, field: APP_KEY }${copies}]
    ${more}
`;
  const surroundings = { folder, variables };
  const manifest = readManifest(text, 'm.yaml', variables);
  const id = `app${path}`;
  const sinks = await openSinks(manifest, surroundings);
  const minters = await openMinters(manifest, [id], surroundings);
  onTestFinished(async () => {
    for (const opened of [...sinks.values(), ...minters.values()]) await opened.stop();
  });
  const boot = new Bootstrap({ manifest, surroundings, sinks, minters, nowMs, restore });
  /** As if it was started later: no other rotation counts as the same one. */
  const rotate = async (isUnproved = true) => {
    const options = { startedMs: Date.now() + 10_000, isUnproved, onWait: () => undefined };
    return (await boot.rotate([id], options))[0];
  };
  const secret = async () => {
    const { data } = (await bao.call('GET', `secret/data/${path}`)) as {
      data: { data: { APP_KEY: string }; metadata: { custom_metadata: Record<string, string> | null } };
    };
    return { key: data.data.APP_KEY, custom: data.metadata.custom_metadata };
  };
  const note = async () => JSON.parse((await secret()).custom?.['keyward.APP_KEY'] ?? '{}') as object;
  const setNote = (custom: object | null) =>
    bao.call('POST', `secret/metadata/${path}`, { custom_metadata: custom ?? {} });
  const edit = (key: string) => bao.call('POST', `secret/data/${path}`, { data: { APP_KEY: key } });
  const intent = {
    read: async () =>
      JSON.parse(
        (
          (await bao.call('GET', `secret/data/keyward/bootstrap/intents/${id}`)) as {
            data: { data: { intent: string } };
          }
        ).data.data.intent,
      ) as Record<string, unknown>,
    write: (value: object) =>
      bao.call('POST', `secret/data/keyward/bootstrap/intents/${id}`, {
        data: { intent: JSON.stringify(value) },
      }),
  };
  return { boot, id, path, sinks, service, variables, folder, rotate, secret, note, setNote, edit, intent };
}
