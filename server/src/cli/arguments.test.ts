import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEYWARD, testHome } from './cli.fixture.ts';
import type { Command } from './command.ts';
import { durationSeconds, pastTime } from './parse.ts';

const SECRET = 'sk-kw10123456789abABCDEFGHIJKLMNOPQRSTUVWXYZ012345000000';
/** Writes the packages of the server that a process loads to stderr. */
const LOADED = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const server = /node_modules\\/(find-my-way|kysely|pg|pino)\\//;
  registerHooks({
    load: (url, context, next) => {
      if (server.test(url)) process.stderr.write(url);
      return next(url, context);
    },
  });`)}`;

describe('wrong arguments end with 2 and a hint', () => {
  test.for([
    [['kyes'], 'There is no command keyward kyes', 'keyward keys'],
    [['keys', 'delete'], 'There is no command keyward keys delete', 'keyward keys revoke?'],
    [['keys', 'show'], 'There is no command keyward keys show', 'keyward keys get?'],
    [['upstreams', 'disable'], 'There is no command keyward upstreams disable', 'keyward upstreams update?'],
    [['login'], 'There is no command keyward login', 'keyward auth login?'],
    [['usage', '--by', 'key'], 'There is no flag --by', '--group-by?'],
    [['upstreams', 'list', '--workspace', 'x'], 'There is no flag --workspace', '\n  --help lists all flags'],
    [['models', 'frobnicate'], 'There is no command', '\n  keyward models --help lists all commands'],
    [['keys', 'creat'], 'There is no command keyward keys creat', 'keyward keys create'],
    [['keys', 'list', '--stat', 'active'], 'There is no flag --stat', '--state'],
    [['keys', 'list', '--state', 'broken'], '--state', 'quarantined'],
    [['keys', 'list', '--limit', 'many'], '--limit', '200'],
    [['keys', 'list', '--limit'], '--limit needs a value', '='],
    [['keys', 'get'], 'Missing: ID', '--help'],
    [['keys', 'get', 'a', 'b'], 'one argument too many', 'quotes'],
    [['keys', 'create'], 'needs a name', 'keyward keys create'],
    [['keys', 'create', 'x', '--limit', 'often'], '--limit', '--limit 60/minute'],
    [['keys', 'create', 'x', '--budget', '10€'], '--budget', '--budget 10usd/month'],
    [['keys', 'create', 'x', '--metadata', '[1]'], '--metadata', 'JSON'],
    [['keys', 'create', 'x', '--expires-in', 'soon'], '--expires-in', '30d'],
    [['keys', 'create', 'x', '--expires-in', '30'], '--expires-in needs a unit', '30d'],
    [['keys', 'create', 'x', '--limit', '60/60'], '--limit must be a number, a slash', '--limit 60/minute'],
    [['keys', 'create', 'x', '--limit', '60/minut'], 'such as minute, 1h or 1d', '--limit 60/minute'],
    [['keys', 'create', 'x', '--metadata', 'a=b'], '--metadata must be JSON', '{"team":"search"}'],
    [
      ['upstreams', 'update', 'x', '--prices', 'gpt'],
      '--prices must be JSON',
      'input_usd_per_million_tokens',
    ],
    [['keys', 'list', '--output', 'yaml', '--format', 'json'], 'Two formats were given', 'yaml'],
    [['auth', 'status', '--format', 'csv'], '--format', 'table'],
    [['keys', 'update', 'key_000000000000'], 'No change was given', '--help'],
    [['keys', 'update', 'key_000000000000', '--clear', 'limits', '--clear', 'x'], '--clear', 'budgets'],
    [['keys', 'import', '/nowhere.ndjson'], '/nowhere.ndjson', 'there is no such file'],
    [['audit', 'verify'], 'either a file or --local', 'keyward audit verify'],
    [['chat', ' '], 'prompt is empty', 'keyward chat'],
    [['chat', 'Hi', '--temperature', 'hot'], '--temperature', '0.7'],
    [['client', 'submit', '--prompt', 'x', '--ttl', 'soon'], '--ttl must be a duration', '15m'],
    [['--frob', 'keys'], '--frob', 'must come after the command'],
    [['up', 'now'], 'one argument too many', 'quotes'],
    [['models', 'list', '--url', 'ftp://x', '--key-stdin'], 'http', '--url'],
  ] as const)('%j', async ([args, what, way]) => {
    const { code, stdout, stderr } = await testHome().run([...args], { stdin: 'some-key-of-elsewhere' });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(what);
    expect(stderr).toContain(way);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('an error does not repeat a misplaced word, which may be a key', async () => {
    const home = testHome();
    for (const args of [[SECRET], ['keys', SECRET], ['keys', 'get', 'x', SECRET], ['status', SECRET]]) {
      const { code, stdout, stderr } = await home.run(args);
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain(SECRET.slice(0, 30));
    }
  });

  test('an unknown variable ends with 78 and names the nearest one', async () => {
    const { code, stderr } = await testHome().run(['status'], { env: { KEYWARD_PROT: '1' } });
    expect(code).toBe(78);
    expect(stderr).toBe('keyward: KEYWARD_PROT is not a variable of Keyward: did you mean KEYWARD_PORT?\n');
  });
});

describe('help', () => {
  test('help is shown on every level, with examples, without a server and with invalid settings', async () => {
    const home = testHome();
    const env = { KEYWARD_NONSENSE: '1' };
    const top = await home.run(['--help'], { env });
    expect(top.code).toBe(0);
    expect(top.stdout).toMatch(/keys +Keys: permissions, limits and budgets/);
    expect(top.stdout).toContain('7 server unreachable');
    const noun = await home.run(['keys', '--help'], { env });
    expect(noun.stdout).toMatch(/create +Mint a key/);
    const verb = await home.run(['keys', 'create', '-h'], { env });
    expect(verb.stdout).toMatch(/EXAMPLES\s+keyward keys create/);
    expect((await home.run(['help', 'keys', 'create'], { env })).stdout).toBe(verb.stdout);
    expect(top.stdout + noun.stdout + verb.stdout).not.toContain('\u001b');
  });

  test('every command has a help text with an example', async () => {
    const home = testHome();
    const { root } = await import('./root.ts');
    const pathsOf = ({ commands }: Command): string[][] =>
      commands === undefined
        ? [[]]
        : Object.entries(commands).flatMap(([word, one]) => pathsOf(one).map((rest) => [word, ...rest]));
    const paths = pathsOf(root);
    expect(paths).toContainEqual(['marketplace', 'gpu', 'list']);
    expect(paths.length).toBeGreaterThan(40);
    await Promise.all(
      paths.map(async (path) => {
        const { code, stdout } = await home.run([...path, '--help']);
        expect([path, code, stdout]).toEqual([path, 0, expect.stringMatching(/EXAMPLES/)]);
      }),
    );
  }, 60_000);

  test('a noun alone shows its verbs on stderr and ends with 2', async () => {
    const { code, stdout, stderr } = await testHome().run(['keys']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('quarantine');
  });

  test('help and commands that only ask a server load no packages of the server', async () => {
    const env = {
      NODE_OPTIONS: `--import=${LOADED}`,
      KEYWARD_API_KEY: 'of-another-kind',
      KEYWARD_URL: 'http://127.0.0.1:9',
    };
    const home = testHome(env);
    expect(await home.runAlone(['--help'])).toMatchObject({ code: 0, stderr: '' });
    expect((await home.runAlone(['keys', 'list'])).stderr).toMatch(/^keyward: [^\n]* cannot be reached/);
    expect((await home.runAlone(['migrate'])).stderr).toContain('kysely');
  });

  test('--version prints the version of the package', async () => {
    expect((await testHome().run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+( \([0-9a-f]{12}\))?\n$/);
  });
});

describe('the program', () => {
  test('the program runs from any folder and through symbolic links', async () => {
    const home = testHome();
    mkdirSync(join(home.folder, 'bin'));
    symlinkSync(KEYWARD, join(home.folder, 'bin/first'));
    symlinkSync('first', join(home.folder, 'bin/second'));
    const child = spawn(join(home.folder, 'bin/second'), ['--version'], { cwd: '/' });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });

  test('the program names the missing Node', async () => {
    const home = testHome();
    writeFileSync(join(home.folder, 'keyward'), await readProgram(), { mode: 0o755 });
    const child = spawn('/bin/sh', [join(home.folder, 'keyward')], { env: { PATH: '/bin:/usr/bin' } });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(78);
    expect(stderr).toMatch(/npm ci|make up/);
  });

  test('the program ends without an error when the reader of a pipe is closed', async () => {
    const home = testHome();
    const child = home.spawn(['keys', 'create', '--help']);
    child.stdout?.destroy();
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(stderr).toBe('');
  });

  test('the program ends with 130 on Ctrl-C', async () => {
    const home = testHome();
    const child = home.spawn(['chat', '-']);
    child.stderr?.on('data', () => undefined);
    // More than a pipe can buffer: written once the process reads, when it handles Ctrl-C already.
    child.stdin?.on('error', () => undefined).write('x'.repeat(1_000_000), () => child.kill('SIGINT'));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130);
  });
});

async function readProgram(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(KEYWARD, 'utf8');
}

describe('durations and times', () => {
  test.for([
    ['0', 0],
    ['90s', 90],
    ['15m', 900],
    ['12h', 43_200],
    ['30d', 2_592_000],
    ['5min', 300],
    ['2w', 1_209_600],
    ['1y', 31_536_000],
    ['minute', 60],
    ['week', 604_800],
  ] as const)('%s is %d s', ([text, seconds]) => {
    expect(durationSeconds('x', text)).toBe(seconds);
  });

  test.for(['', '-1', '30', '1x', '1sec', '1.5h', 'd30', '9'.repeat(20) + 'd'])(
    '%j is not a duration',
    (text) => {
      expect(() => durationSeconds('x', text)).toThrow(/^--x (must be a duration|needs a unit)/);
    },
  );

  test('an age is read as a time in the past', () => {
    const before = Date.now();
    const start = Date.parse(pastTime('from', '7d') ?? '') + 604_800_000;
    expect(start).toBeGreaterThanOrEqual(before);
    expect(start).toBeLessThanOrEqual(Date.now());
    expect(pastTime('from', '2030-01-31')).toBe('2030-01-31T00:00:00.000Z');
    expect(() => pastTime('from', 'yesterday')).toThrow('--from');
  });
});
