import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startDevOpenBao } from '../server/test/openbao.ts';
import { median } from './load.ts';

// A `keyward bootstrap apply` that finds every key in step, as one command from start to end, against a real OpenBao; in
// turn with it a bare loop that reads each key once, with as many requests at a time, and the same command over one key.
// Bar: under 2 s for 100 keys.
const KEYS = 100;
const AT_ONCE = 8;
const TURNS = Number(process.argv[2] ?? 15);
const KEYWARD = new URL('../keyward', import.meta.url).pathname;
const LAYOUTS = [
  { name: '100 secrets of 1 field', secrets: 100 },
  { name: '10 secrets of 10 fields', secrets: 10 },
];

const bao = await startDevOpenBao();
const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-bootstrap-'));
const { PATH = '', HOME = '' } = process.env;
const environment = { PATH, HOME, VAULT_TOKEN: bao.rootToken, KEYWARD_DATA_DIR: join(folder, 'data') };

async function apply(file: string): Promise<{ ms: number; stdout: string }> {
  const startedMs = performance.now();
  const args = ['bootstrap', 'apply', '--file', file, '--output', 'json'];
  const { stdout } = await promisify(execFile)(KEYWARD, args, { cwd: folder, env: environment });
  return { ms: performance.now() - startedMs, stdout };
}

async function bareReads(paths: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const left = paths.values();
  const worker = async (): Promise<void> => {
    for (const path of left) await bao.call('GET', path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return performance.now() - startedMs;
}

function manifestOf(paths: readonly string[]): string {
  const keys = paths.map(
    (path, index) =>
      `  key${index}: { sources: [{ random: {} }], store: [{ sink: main, mount: secret, path: ${path}, field: F${index} }] }\n`,
  );
  const login = '{ method: token, token: { env: VAULT_TOKEN } }';
  return `version: 1\nsinks:\n  main: { type: vault, address: '${bao.address}', login: ${login} }\nkeys:\n${keys.join('')}`;
}

const table: string[] = [];
for (const { name, secrets } of LAYOUTS) {
  const paths = Array.from({ length: KEYS }, (_, index) => `bench${secrets}/s${index % secrets}`);
  writeFileSync(join(folder, 'all.yaml'), manifestOf(paths));
  writeFileSync(join(folder, 'one.yaml'), manifestOf(paths.slice(0, 1)));
  await apply('all.yaml');
  const [single, reads, applied]: [number[], number[], number[]] = [[], [], []];
  for (let turn = 0; turn < TURNS; turn++) {
    single.push((await apply('one.yaml')).ms);
    reads.push(await bareReads(paths.map((path) => `secret/data/${path}`)));
    const { ms, stdout } = await apply('all.yaml');
    const { keys } = JSON.parse(stdout) as { keys: { action: string }[] };
    if (keys.length !== KEYS || keys.some(({ action }) => action !== 'none'))
      throw new Error('The run was to change nothing.');
    applied.push(ms);
  }
  const [one, bare, whole] = [median(single), median(reads), median(applied)];
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  table.push(
    `${name.padEnd(24)} apply ${ms(whole)} (worst ${ms(Math.max(...applied))})   over one key ${ms(one)}   ${KEYS} bare reads ${ms(bare)}   ${(whole / (one + bare)).toFixed(2)} times both\n`,
  );
}
process.stdout.write(`no-op keyward bootstrap apply over ${KEYS} keys; bar: 2000 ms\n${table.join('')}`);
await bao.remove();
rmSync(folder, { recursive: true });
