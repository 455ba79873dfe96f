import { globSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { VARIABLES } from '../server/src/config.ts';
import { startDevOpenBao, type OpenBao } from '../server/test/openbao.ts';
import { brokenLinks, exposedSecrets, missingFrom, pages } from './docs.ts';
import { PageShell } from './page-shell.ts';
import {
  afterwards,
  KEYWARD,
  keyward,
  machineEnvironment,
  newHome,
  REPOSITORY,
  temporaryFolder,
} from './server.ts';
import type { Server } from './server.ts';
import { freePort } from '../server/test/traffic/free-ports.ts';

const DOCUMENTED_ADDRESS = 'http://127.0.0.1:5390';
const DOCUMENTED_OPENBAO = 'http://127.0.0.1:8200';
/** Of the wrapper; in tests another one, which is free. */
const DOCUMENTED_WRAPPER_PORT = /\b4010\b/g;
const OTHER_PAGES = [
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'GLOSSARY.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'sdk/README.md',
  'wrapper/README.md',
];
const BLOCK_TIMEOUT_MS = 60_000;

const all = pages();

/** What is typed, with the addresses of this test. */
const typed = (script: string): string =>
  script
    .replaceAll(DOCUMENTED_ADDRESS, server.url)
    .replaceAll(DOCUMENTED_OPENBAO, openBao.address)
    .replaceAll(DOCUMENTED_WRAPPER_PORT, wrapperPort);

/** One for all pages, as for a reader. */
let server: Server;
let openBao: OpenBao;
let wrapperPort = '';
beforeAll(async () => {
  openBao = await startDevOpenBao();
  afterwards(() => openBao.remove());
  wrapperPort = String(await freePort());
  server = await (await newHome({ localModel: true })).serve();
  await server.untilModelReady();
}, 120_000);

/** Ends a program that a failed page has left running, and named in a file. */
function endLeftovers(cwd: string): void {
  for (const file of globSync('*.pid', { cwd })) {
    try {
      process.kill(Number(readFileSync(join(cwd, file), 'utf8')));
    } catch {
      // It has ended.
    }
  }
}

describe.each(all.filter(({ blocks }) => blocks.length > 0))('The examples of $path work', ({ blocks }) => {
  let shell: PageShell;
  let cwd: string;

  beforeAll(() => {
    cwd = temporaryFolder();
    symlinkSync(KEYWARD, join(cwd, 'keyward'));
    symlinkSync(join(REPOSITORY, 'wrapper'), join(cwd, 'wrapper'));
    // Programs of the examples import the SDK.
    symlinkSync(join(REPOSITORY, 'node_modules'), join(cwd, 'node_modules'));
    shell = new PageShell(cwd, {
      ...machineEnvironment(),
      ...server.home.environment,
      KEYWARD_URL: server.url,
      KEYWARD_API_KEY: server.home.adminKey,
    });
    afterwards(() => shell.end());
    afterwards(() => endLeftovers(cwd));
  });

  // In order: a later example uses the files and variables of an earlier one.
  test.for(blocks)(
    'The example at line $line works',
    { timeout: BLOCK_TIMEOUT_MS + 5_000 },
    async ({ script, promised }) => {
      const { code, output } = await shell.run(typed(script), BLOCK_TIMEOUT_MS);
      expect({ code, output }).toEqual({ code: 0, output });
      expect({ missing: missingFrom(output, promised), output }).toEqual({ missing: [], output });
    },
  );

  test('No example leaves a secret where git or somebody else sees it', () => {
    expect(exposedSecrets(cwd)).toEqual([]);
  });
});

describe('The documentation is complete', () => {
  test('Every link has a target', () => {
    const others = OTHER_PAGES.map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), 'utf8') }));
    const broken = [...all, ...others].map((page) => [page.path, brokenLinks(page)]);
    expect(broken.filter(([, links]) => links?.length !== 0)).toEqual([]);
  });

  test('The page docs/operations.md has every setting, and no other', () => {
    const operations = all.find(({ path }) => path === 'docs/operations.md')?.text ?? '';
    const named = new Set(operations.match(/\b(KEYWARD_[A-Z_]*[A-Z]|(CLIENT|MINER|ADMIN)_API_KEYS)\b/g));
    const settings = Object.keys(VARIABLES);
    expect(settings.filter((name) => !named.has(name))).toEqual([]);
    expect([...named].filter((name) => !settings.includes(name))).toEqual([]);
  });

  test('The documentation names every command', async () => {
    const { stdout } = await keyward(['--help']);
    const usage = /USAGE keyward (\S+)/.exec(stdout)?.[1]?.split('|') ?? [];
    expect(usage.length).toBeGreaterThan(10);
    const text = all.map((page) => page.text).join('\n');
    expect(usage.filter((command) => !new RegExp(`keyward ${command}\\b`).test(text))).toEqual([]);
  });

  test('There are examples to run, and a wrong output is found', () => {
    expect(all.flatMap(({ blocks }) => blocks).length).toBeGreaterThan(8);
    expect(missingFrom('one\ntwo three\n', ['one', '…three'])).toEqual([]);
    expect(missingFrom('one\ntwo three\n', ['three', 'one', 'o…three'])).toEqual(['one', 'o…three']);
  });
});
