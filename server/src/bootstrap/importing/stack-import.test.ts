import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { folderOf, named } from './import-folder.fixture.ts';
import { seenByServices } from './seen-stack.fixture.ts';
import type { StackImport } from './stack-import.ts';
import { STACKS, type StackFixture } from './stacks.fixture.ts';

const CANARY = /canary/;

const compose = (environment: string): StackFixture => ({
  'compose.yaml': `services:\n  app:\n    image: example/app\n    environment:\n      ${environment}\n`,
});
const rowsOf = ({ secrets }: StackImport) => secrets.map(({ name, how, reason }) => [name, how, reason]);
const textOf = ({ secrets, diffs }: StackImport): string =>
  JSON.stringify(secrets) + diffs.map(({ diff }) => diff).join('\n');

describe.each(Object.entries(STACKS))('the stack %s', (_, { files, stack, rows }) => {
  test('has its secrets named with where they go and why, and no output has a value', async () => {
    const { prepare, now, folder } = folderOf(stack);
    const found = await prepare(files);
    expect(
      found.secrets.map(({ name, services, how, reason }) => [name, services.join(), how, reason]),
    ).toEqual(
      rows.map(([name, services, how, reason]) => [name, services, how, expect.stringMatching(reason)]),
    );
    expect(textOf(found)).not.toMatch(CANARY);
    expect(now()).toEqual(stack);
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(stack).toSorted());
  });

  test('gives each service after the import every variable that it had before, and a second run does nothing', async () => {
    const { prepare, folder, read, now, plan } = folderOf(stack);
    const before = seenByServices(folder, files);
    await (await prepare(files)).carryOut();
    expect(seenByServices(folder, files)).toEqual(before);
    expect(parseDocument(read(files[0] ?? '')).errors).toEqual([]);
    expect(read('keyward.bootstrap.yaml')).not.toMatch(CANARY);
    for (const name of readdirSync(join(folder, 'secrets')))
      expect(statSync(join(folder, 'secrets', name)).mode & 0o777).toBe(0o600);
    expect((await plan()).filter(({ action }) => action !== 'none')).toEqual([]);
    const changed = now();
    const again = await prepare(files);
    expect([again.isDone, again.diffs]).toEqual([true, []]);
    await again.carryOut();
    expect(now()).toEqual(changed);
  });
});

describe('the change of a stack', () => {
  test('leaves every other line as it was, with its comments, its line ends and its byte order mark', async () => {
    const { files, stack } = named('nasty');
    const { prepare, read } = folderOf(stack);
    await (await prepare(files)).carryOut();
    const text = read('compose.yaml');
    expect(text).toMatch(/^\uFEFFx-common: &common\r\n/);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text).toContain('x-only-secrets: &only {} # a comment\r\n');
    expect(text).toContain('    LOG_LEVEL: info # not secret\r\n');
  });

  test('keeps the modes of the files', async () => {
    const { files, stack } = named('anythingllm');
    const { prepare, folder } = folderOf(stack);
    chmodSync(join(folder, '.env'), 0o640);
    chmodSync(join(folder, 'compose.yaml'), 0o664);
    await (await prepare(files)).carryOut();
    const modes = ['.env', 'compose.yaml'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o640, 0o664]);
  });

  test('--include and --exclude decide against the finder', async () => {
    const stack = compose(
      'LICENSE: canary\n      ADMIN_PASSWORD: changeme\n      API_TOKEN: canary-4d0f9b1e',
    );
    const { prepare } = folderOf(stack);
    const found = await prepare(['compose.yaml'], {
      include: new Set(['LICENSE', 'ADMIN_PASSWORD']),
      exclude: new Set(['API_TOKEN']),
    });
    expect(rowsOf(found)).toEqual([
      ['LICENSE', 'env_file', expect.stringMatching(/^named by --include/)],
      ['ADMIN_PASSWORD', 'env_file', expect.stringMatching(/^named by --include/)],
    ]);
  });

  test.for<[what: string, stack: StackFixture, name: string, reason: RegExp]>([
    [
      'a value at an anchor',
      compose('API_TOKEN: &token canary-4d0f9b1e\n      OTHER_TOKEN: *token'),
      'API_TOKEN',
      /its value is a YAML anchor or alias/,
    ],
    [
      'a variable that no file gives',
      compose('API_TOKEN: "x${MISSING}canary"'),
      'API_TOKEN',
      /MISSING has no value in the given files/,
    ],
    [
      'a value with a line feed',
      compose('API_TOKEN: "canary\\ncanary"'),
      'API_TOKEN',
      /an env_file cannot hold its value/,
    ],
    [
      'a value with several kinds of quotes',
      compose(`API_TOKEN: "canary'$$x"`),
      'API_TOKEN',
      /an env_file cannot hold its value/,
    ],
    [
      'a service that is an alias',
      {
        'compose.yaml':
          'x-app: &app\n  image: a/b\n  environment: { API_TOKEN: canary-1 }\nservices:\n  app: *app\n',
      },
      'API_TOKEN',
      /the service app is a YAML alias/,
    ],
    [
      'a variable that a file of an include names',
      {
        'compose.yaml':
          'include: [other.yaml]\nservices:\n  app:\n    image: a/b\n    environment: { API_TOKEN: "${API_TOKEN}" }\n',
        'other.yaml': 'services: { other: { command: "run ${API_TOKEN}" } }\n',
        '.env': 'API_TOKEN=canary-4d0f9b1e\n',
      },
      'API_TOKEN',
      /other\.yaml uses it/,
    ],
    [
      'a service that others may merge',
      {
        'compose.yaml':
          'services:\n  a: &a\n    image: a/b\n    environment: { API_TOKEN: canary-1 }\n  b:\n    <<: *a\n    environment: {}\n',
      },
      'API_TOKEN',
      /the service a is a YAML anchor that others may merge/,
    ],
    [
      'an env_file with the same variable twice',
      {
        'compose.yaml': 'services:\n  a:\n    image: a/b\n    env_file: a.env\n',
        'a.env': 'API_TOKEN=canary-1\nAPI_TOKEN=canary-2\n',
      },
      'API_TOKEN',
      /a\.env sets it twice/,
    ],
    [
      'a variable that a compose secret names',
      {
        'compose.yaml':
          'services:\n  a:\n    image: a/b\n    environment: { API_TOKEN: $API_TOKEN }\nsecrets:\n  x: { environment: API_TOKEN }\n',
        '.env': 'API_TOKEN=canary-1\n',
      },
      'API_TOKEN',
      /secrets\.x\.environment uses it/,
    ],
    [
      'a variable that no service uses',
      { ...compose('A: b'), '.env': 'API_TOKEN=canary-4d0f9b1e\n' },
      'API_TOKEN',
      /no service uses it/,
    ],
  ])('%s stays where it is, and the reason is named', async ([, stack, name, reason]) => {
    const { prepare, now } = folderOf(stack);
    const found = await prepare(['compose.yaml']);
    expect(rowsOf(found)[0]).toEqual([name, 'kept', expect.stringMatching(reason)]);
    expect(textOf(found)).not.toMatch(CANARY);
    await found.carryOut();
    expect(now()).toEqual(stack);
  });

  test('a database gets a variable, not a file, where its health check reads the variable', async () => {
    const stack = {
      'compose.yaml':
        'services:\n  db:\n    image: mariadb:11\n    environment:\n      MARIADB_ROOT_PASSWORD: canary-4d0f9b1e\n' +
        '    healthcheck:\n      test: mariadb-admin ping -p$$MARIADB_ROOT_PASSWORD\n',
    };
    const { prepare } = folderOf(stack);
    const [row] = (await prepare(['compose.yaml'])).secrets;
    expect(row).toMatchObject({
      how: 'env_file',
      reason: expect.stringMatching(/healthcheck\.test reads the variable/),
    });
  });

  test('lists and maps that are empty, merged, or of another format are kept as they mean', async () => {
    const stack = {
      'compose.yaml': `x-files: &files
  env_file:
    - path: "a b.env"
      required: false
    - path: raw.env
      format: raw
services:
  one:
    <<: *files
    image: a/b
    environment:
      API_TOKEN: canary-1
  two:
    image: a/b
    env_file:
    environment:
    - OTHER_TOKEN=canary-2

    # the end
  three: {image: postgres, environment: [POSTGRES_PASSWORD=canary-3]}
`,
      'raw.env': "RAW_TOKEN='canary $HOME\n",
    };
    const { prepare, read, folder } = folderOf(stack);
    const found = await prepare(['compose.yaml']);
    expect(rowsOf(found).map(([name, how]) => [name, how])).toEqual([
      ['API_TOKEN', 'env_file'],
      ['OTHER_TOKEN', 'env_file'],
      ['POSTGRES_PASSWORD', 'file'],
      ['RAW_TOKEN', 'kept'],
    ]);
    expect(textOf(found)).not.toMatch(CANARY);
    await found.carryOut();
    expect(read('compose.yaml')).toContain(`
    env_file:
      - { path: "a b.env", required: false }
      - { path: "raw.env", format: raw }
      - ./secrets/one.env
  two:
    image: a/b
    env_file:
      - ./secrets/two.env

    # the end
  three: {secrets: [postgres_password], image: postgres, environment: [POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password]}
`);
    expect(seenByServices(folder, ['compose.yaml'])).toMatchObject({
      one: { API_TOKEN: 'canary-1' },
      two: { OTHER_TOKEN: 'canary-2' },
      three: { POSTGRES_PASSWORD: 'canary-3' },
    });
  });

  test('a secret that stays holds back what is made of it, and what that is made of', async () => {
    const stack = {
      ...compose('BOTH: ${A_SECRET}:${B_SECRET}\n      OTHER_TOKEN: $B_SECRET\n    command: run ${A_SECRET}'),
      '.env': 'A_SECRET=canary-a\nB_SECRET=canary-b\n',
    };
    const { prepare, now } = folderOf(stack);
    const found = await prepare(['compose.yaml', '.env']);
    expect(rowsOf(found)).toEqual([
      ['A_SECRET', 'kept', expect.stringMatching(/services\.app\.command uses it/)],
      ['B_SECRET', 'kept', expect.stringMatching(/BOTH uses it and stays/)],
      ['BOTH', 'kept', expect.stringMatching(/A_SECRET stays in .*\.env/)],
    ]);
    await found.carryOut();
    expect(now()).toEqual(stack);
  });

  test('a key never takes its value from a variable that stays in .env', async () => {
    const stack = {
      ...compose('POSTGRES_PASSWORD: canary-own'),
      '.env': 'POSTGRES_PASSWORD=canary-unused\n',
    };
    const { prepare, read } = folderOf(stack);
    await (await prepare(['compose.yaml'])).carryOut();
    expect(read('keyward.bootstrap.yaml')).toContain('env: STACK_POSTGRES_PASSWORD');
    expect(read('.env')).toBe(stack['.env']);
  });

  test('a setting in a second compose file still wins', async () => {
    const stack = {
      ...compose('API_TOKEN: canary-first\n      DB_PASSWORD: canary-db'),
      'compose.override.yaml':
        'services:\n  app:\n    environment:\n      API_TOKEN: canary-second\n      MORE_TOKEN: canary-more\n',
    };
    const { prepare, read } = folderOf(stack);
    await expect(prepare(['compose.yaml'])).rejects.toThrow(/compose\.override\.yaml lies beside/);
    const found = await prepare(['compose.yaml', 'compose.override.yaml']);
    expect(rowsOf(found)).toEqual([
      ['DB_PASSWORD', 'env_file', expect.anything()],
      ['MORE_TOKEN', 'env_file', expect.anything()],
      ['API_TOKEN', 'kept', expect.stringMatching(/several compose files/)],
      ['API_TOKEN', 'kept', expect.stringMatching(/several compose files/)],
    ]);
    await found.carryOut();
    expect(read('compose.override.yaml')).toContain('API_TOKEN: canary-second');
    expect(read('compose.override.yaml')).toContain('- ./secrets/app_2.env');
  });
});

describe('a stack that cannot be imported', () => {
  test.for<[what: string, stack: StackFixture, says: RegExp]>([
    [
      'YAML that is not valid',
      { 'compose.yaml': 'services:\n  app: {environment: [canary\n' },
      /compose\.yaml:\d+:\d+: is not valid YAML/,
    ],
    ['a file without services', { 'compose.yaml': 'canary: 1\n' }, /compose\.yaml has no services/],
    [
      'a .env with a line that is no variable',
      { ...compose('A: b'), '.env': 'A=b\ncanary-4d0 f9b1e!\n' },
      /\.env:2: must be a variable/,
    ],
    [
      'a quote that does not end',
      { ...compose('A: b'), '.env': 'A="canary\n' },
      /\.env:1: a value begins with "/,
    ],
    [
      'a "$" that compose refuses',
      compose('API_TOKEN: canary$'),
      /services\.app\.environment\.API_TOKEN has a "\$"/,
    ],
    [
      'an env_file that is missing',
      { 'compose.yaml': 'services:\n  app:\n    env_file: app.env\n' },
      /app\.env cannot be read \(ENOENT\)/,
    ],
  ])('%s is named with its place, and without its content', async ([, stack, says]) => {
    const { prepare } = folderOf(stack);
    const error = await prepare(['compose.yaml']).catch((cause: unknown) => cause as Error);
    expect((error as Error).message).toMatch(says);
    expect((error as Error).message).not.toMatch(CANARY);
  });

  test('a manifest that exists is only added to with force, and keeps what it has', async () => {
    const stack = compose('API_TOKEN: canary-4d0f9b1e');
    const { folder, prepare, read, plan } = folderOf(stack);
    await (await prepare(['compose.yaml'])).carryOut();
    const grown = read('compose.yaml').replace('    env_file', '    labels: {}\n    env_file');
    writeFileSync(join(folder, 'compose.yaml'), `${grown}    environment:\n      API_TOKEN: canary-next\n`);
    await expect(prepare(['compose.yaml'])).rejects.toThrow(
      /exists already, and the stack has secrets that are not in it: API_TOKEN_2/,
    );
    const first = read('keyward.bootstrap.yaml');
    const found = await prepare(['compose.yaml'], { force: true });
    await found.carryOut();
    expect(read('keyward.bootstrap.yaml')).toContain(first.slice(first.indexOf('keys:')).trimEnd());
    expect((await plan()).map(({ id, action }) => [id, action])).toEqual([
      ['api_token', 'none'],
      ['api_token_2', 'none'],
    ]);
  });

  test('a place that holds another value is not written, and nothing is changed', async () => {
    const stack = compose('API_TOKEN: canary-4d0f9b1e');
    const { folder, prepare, now } = folderOf(stack);
    mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
    writeFileSync(join(folder, 'secrets/api_token'), 'of somebody else', { mode: 0o600 });
    await expect((await prepare(['compose.yaml'])).carryOut()).rejects.toThrow(
      /secrets:api_token holds another value already/,
    );
    expect(now()).toEqual(stack);
    expect(readdirSync(join(folder, 'secrets'))).toEqual(['api_token']);
  });
});
