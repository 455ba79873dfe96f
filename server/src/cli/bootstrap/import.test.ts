import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startDevOpenBao } from '../../../test/openbao.ts';
import { seenByServices } from '../../bootstrap/importing/seen-stack.fixture.ts';
import { STACKS, type StackFixture } from '../../bootstrap/importing/stacks.fixture.ts';
import { Home, type Ended } from '../cli.fixture.ts';

const CANARY = /canary/;
const MANIFEST = 'keyward.bootstrap.yaml';
const none: StackFixture = {};
const { files, stack } = STACKS['anythingllm'] ?? { files: [], stack: none };

function homeOf(texts: StackFixture, env: Record<string, string> = {}) {
  const home = new Home();
  onTestFinished(() => rmSync(home.folder, { recursive: true, force: true }));
  const write = (): void => {
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(home.folder, name), text);
  };
  write();
  const read = (name: string): string => readFileSync(join(home.folder, name), 'utf8');
  const run = (...args: string[]): Promise<Ended> => home.run(['bootstrap', 'import', ...args], { env });
  const now = (): StackFixture => Object.fromEntries(Object.keys(texts).map((name) => [name, read(name)]));
  return { home, read, run, now, seen: () => seenByServices(home.folder, files) };
}

/** Every second step; `make test-slow` tries all. */
const STEP = process.env['KEYWARD_SLOW'] === '1' ? 1 : 2;

describe('keyward bootstrap import', () => {
  test(
    'shows the change and writes nothing; with --yes it is done, and then nothing is to be done',
    { timeout: 60_000 },
    async () => {
      const { home, run, now, seen, read } = homeOf(stack);
      const before = seen();
      const outputs: Ended[] = [];
      const step = async (...args: string[]): Promise<number | null> => {
        const ended = await run(...files, ...args);
        outputs.push(ended);
        return ended.code;
      };
      expect(await step('--detailed-exitcode', '--output', 'table')).toBe(2);
      expect(outputs[0]?.stdout).toMatch(
        /^NAME +SERVICES +HOW +PLACE +REASON\nJWT_SECRET +anythingllm +env_file +secrets:jwt_secret/,
      );
      expect(outputs[0]?.stdout).toContain(`
 # secrets of the stack
 TAG=…
-JWT_SECRET=…
-OPENAI_API_KEY=…
 ANYLLM_API_KEY=…
-POSTGRES_PASSWORD=…
`);
      expect(outputs[0]?.stdout).toContain(`
     environment:
       - POSTGRES_USER=app
-      - POSTGRES_PASSWORD=\${POSTGRES_PASSWORD}
+      - POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password
`);
      expect(outputs[0]?.stderr).toBe(
        'Kept where they are: 2. The reasons are in the list.\nNothing was done. To do it, repeat the command with --yes.\n',
      );
      expect(now()).toEqual(stack);
      expect(readdirSync(home.folder).toSorted()).toEqual(Object.keys(stack).toSorted());
      expect(await step('--yes')).toBe(0);
      expect(seen()).toEqual(before);
      expect(await step('--detailed-exitcode')).toBe(0);
      expect(outputs[2]?.stderr).toContain('Nothing is to be done.');
      expect((await home.run(['bootstrap', 'plan', '--detailed-exitcode'])).code).toBe(0);
      expect(outputs.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toMatch(CANARY);
      expect(
        ['compose.yaml', '.env', 'backup.env', MANIFEST]
          .map(read)
          .join('')
          .replace(/LICENSE.*/, ''),
      ).not.toMatch(CANARY);
    },
  );

  test(
    'with --vault stores the values there first, and in files only what the stack reads',
    { timeout: 60_000 },
    async () => {
      const bao = await startDevOpenBao();
      onTestFinished(() => bao.remove());
      const { home, run, seen } = homeOf(stack, { VAULT_TOKEN: 'root' });
      const before = seen();
      const done = await run(
        ...files,
        '--vault',
        bao.address,
        '--mount',
        'secret',
        '--path-prefix',
        'stack',
        '--yes',
      );
      expect([done.code, done.stdout + done.stderr]).toEqual([0, expect.not.stringMatching(CANARY)]);
      const own = (await bao.call('GET', 'secret/data/stack/anythingllm')) as { data: { data: object } };
      expect(Object.keys(own.data.data).toSorted()).toEqual(['DATABASE_URL', 'JWT_SECRET', 'OPENAI_API_KEY']);
      const shared = (await bao.call('GET', 'secret/data/stack/shared')) as { data: { data: object } };
      expect(shared.data.data).toEqual({ POSTGRES_PASSWORD: 'canary-4d0f9b1e-pg$x' });
      expect(
        readdirSync(join(home.folder, 'secrets'))
          .filter((name) => !/keyward/.test(name))
          .toSorted(),
      ).toEqual(['anythingllm.env', 'backup_file.env', 'postgres_password']);
      expect(seen()).toEqual(before);
      const again = await run(...files, '--detailed-exitcode');
      expect(again.code).toBe(0);
    },
  );

  test('that is killed after any step leaves what the next run finishes', { timeout: 180_000 }, async () => {
    const { home, run, seen } = homeOf(stack);
    const before = seen();
    const steps: [what: string, isReached: (folder: string) => boolean][] = [
      'secrets',
      'secrets/.keyward-fingerprint-key',
      'secrets/jwt_secret',
      'secrets/anythingllm.env',
      'secrets/backup_file.env',
      '.keyward-import.json',
      MANIFEST,
    ].map((name) => [name, (folder) => existsSync(join(folder, name))]);
    const isChanged = (name: string) => (folder: string) =>
      readFileSync(join(folder, name), 'utf8') !== stack[name];
    for (const name of files) steps.push([`a change of ${name}`, isChanged(name)]);
    for (const [what, isReached] of steps.filter((_, index) => index % STEP === 0)) {
      for (const name of readdirSync(home.folder)) rmSync(join(home.folder, name), { recursive: true });
      for (const [name, text] of Object.entries(stack)) writeFileSync(join(home.folder, name), text);
      const child = home.spawn(['bootstrap', 'import', ...files, '--yes']);
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const ended = once(child, 'exit');
      while (!isReached(home.folder) && child.exitCode === null) await turn();
      child.kill('SIGKILL');
      await ended;
      expect(said).not.toMatch(CANARY);
      const finished = await run(...files, '--yes');
      expect([what, finished.code, finished.stderr]).toEqual([what, 0, expect.not.stringMatching(CANARY)]);
      expect([what, seen()]).toEqual([what, before]);
      expect(readdirSync(home.folder)).toEqual(
        expect.not.arrayContaining([expect.stringMatching(/keyward-import/)]),
      );
    }
    expect((await run(...files, '--detailed-exitcode')).code).toBe(0);
  });

  test.for<[what: string, args: string[], change: StackFixture, code: number, says: RegExp]>([
    ['no compose file', ['.env'], {}, 78, /No compose file is named\.\n.*import compose\.yaml \.env/],
    ['a missing file', ['none.yaml'], {}, 78, /none\.yaml cannot be read \(ENOENT\)/],
    [
      'a line of .env that is no variable',
      files,
      { '.env': 'canary 4d0f9b1e\n' },
      78,
      /\.env:1: must be a variable, such as NAME=value/,
    ],
    [
      'YAML that is not valid',
      files,
      { 'compose.yaml': 'services: [canary\n' },
      78,
      /compose\.yaml:\d+:\d+: is not valid YAML/,
    ],
    [
      'a manifest that exists',
      files,
      { [MANIFEST]: 'version: 1\nsinks: {}\nkeys: {}\n' },
      78,
      /exists already.*\n.*--force/,
    ],
    [
      'a Vault that is away',
      [...files, '--vault', 'http://127.0.0.1:1', '--yes'],
      {},
      7,
      /cannot be reached/,
    ],
  ])(
    '%s ends with its exit code and what to do, and without a value',
    async ([, args, change, code, says]) => {
      const changed = { ...stack, ...change };
      const { run, now } = homeOf(changed, { VAULT_TOKEN: 'canary-token' });
      const ended = await run(...args);
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(says)]);
      expect(ended.stdout + ended.stderr).not.toMatch(CANARY);
      expect(now()).toEqual(changed);
    },
  );

  test('finds nothing in a stack without secrets, and writes nothing', async () => {
    const { home, run } = homeOf({ 'compose.yaml': 'services:\n  web:\n    image: nginx\n' });
    const ended = await run('compose.yaml', '--yes', '--output', 'table');
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([0, '(none)\n', 'Nothing is to be done.\n']);
    expect(readdirSync(home.folder)).toEqual(['compose.yaml']);
  });
});
