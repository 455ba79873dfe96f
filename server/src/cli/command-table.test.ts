import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Ended, type Home } from './cli.fixture.ts';
import { leavesOf, type Leaf } from './command.ts';
import { root } from './root.ts';

const ALL = leavesOf(root);
const withLast = (last: RegExp): Leaf[] => ALL.filter(({ words }) => last.test(words.at(-1) ?? ''));

interface Minted {
  key: { id: string };
  secret: string;
}

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
const mint = (name: string): Promise<Minted> => home.json(['keys', 'create', name, '--scope', 'models:use']);
const create = (...args: string[]): Promise<Minted> => home.json(['keys', 'create', ...args]);
const runAs = (secret: string, args: string[]): Promise<Ended> =>
  home.run(args, { env: { KEYWARD_API_KEY: secret } });
const stateOf = async (id: string): Promise<string> =>
  (await home.json<{ state: string }>(['keys', 'get', id])).state;
beforeAll(async () => {
  server = await startServer();
  ({ home } = server);
}, 60_000);
afterAll(() => server.stop());

describe('every command', () => {
  test.for(withLast(/^(list|history|miners|jobs|usage|endpoints)$/))(
    '$words is a list and takes csv',
    async ({ command }) => {
      const { args } = (await command.load?.()) ?? {};
      expect(args?.['format']).toMatchObject({ options: expect.arrayContaining(['csv']) });
      expect(args?.['output']).toMatchObject({ options: expect.arrayContaining(['csv']) });
    },
  );

  test.for(withLast(/^(delete|remove|remove-\w+)$/))(
    '$words asks first, and takes --yes',
    async ({ command }) => {
      expect(await command.load?.()).toMatchObject({ args: { yes: { type: 'boolean' } } });
    },
  );

  test.for(ALL.filter(({ command }) => command.routes !== undefined))(
    'What $words prints can be JSON: it takes --json, --output and --format',
    async ({ command }) => {
      const { args } = (await command.load?.()) ?? {};
      expect(Object.keys(args ?? {})).toEqual(expect.arrayContaining(['json', 'output', 'format']));
    },
  );

  test.for(
    withLast(/^(revoke|disable|enable|quarantine|restore|delete|remove|suspend|activate)$/).filter(
      ({ words }) => words.length > 1,
    ),
  )('$words takes several things at once', async ({ command }) => {
    expect(await command.load?.()).toMatchObject({ repeatsLast: true });
  });
});

describe('the name of a key', { timeout: 60_000 }, () => {
  test('The name of a key stands for its id wherever no other key has the name', async () => {
    const { key } = await mint("Ada's notebook");
    const named = ["Ada's notebook", '--json'];
    expect(await home.json(['keys', 'get', ...named])).toMatchObject({ id: key.id });
    expect(await home.json(['keys', 'update', ...named, '--tag', 'x'])).toMatchObject({
      key: { id: key.id },
    });
    expect(await home.json(['keys', 'rotate', ...named])).toMatchObject({ key: { id: key.id } });
    expect(await home.json(['keys', 'usage', ...named])).toHaveProperty('items');
    expect(await home.json(['running', 'stop', '--key', "Ada's notebook"])).toHaveProperty('acknowledged');
    const child = ['keys', 'create', 'child', '--scope', 'models:use', '--parent', ...named];
    expect(await home.json(child)).toMatchObject({ key: { parent: key.id } });
    expect(await home.json(['keys', 'list', '--parent', ...named])).toMatchObject({
      items: [{ name: 'child' }],
    });
    expect(await home.json(['keys', 'revoke', ...named])).toMatchObject({
      key: { id: key.id, state: 'revoked' },
    });
    const next = await mint("Ada's notebook");
    expect(await home.json(['keys', 'get', ...named])).toMatchObject({ id: next.key.id });
    expect(await home.json(['keys', 'restore', ...named])).toMatchObject({ key: { id: key.id } });
    const unknown = await home.run(['keys', 'get', 'Nobody']);
    expect([unknown.code, unknown.stderr]).toEqual([5, expect.stringContaining('keyward keys list')]);
  });

  test('A name of several keys is refused with their ids, and nothing happens', async () => {
    const [one, other] = [await mint('twin'), await mint('twin')];
    const { code, stdout, stderr } = await home.run(['keys', 'revoke', 'twin']);
    expect([code, stdout]).toEqual([2, '']);
    for (const { key } of [one, other]) {
      expect(stderr).toContain(`${key.id} (active)`);
      expect(await stateOf(key.id)).toBe('active');
    }
  });

  test('The text of a key in the place of another value is not sent, not repeated, and ends nothing', async () => {
    const { key, secret } = await mint('pasted');
    for (const args of [
      ['keys', 'get', secret],
      ['keys', 'revoke', 'pasted', secret],
      ['keys', 'update', secret.slice(0, -1), '--tag', 'a'],
      ['keys', 'list', '--search', secret],
      ['keys', 'list', `--tag=${secret}`],
      ['keys', 'list', '--search', secret.slice(0, 30)],
      ['workspaces', 'get', secret],
      ['client', 'status', secret],
    ]) {
      const { code, stdout, stderr } = await home.run(args);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('keyward keys find')]);
      expect(stderr).not.toContain(secret.slice(7));
    }
    // A key that comes to the server in a URL is quarantined there.
    expect(await stateOf(key.id)).toBe('active');
    const [found] = (await home.json<{ items: object[] }>(['keys', 'list', '--search', secret.slice(0, 18)]))
      .items;
    expect(found).toMatchObject({ id: key.id });
  });
});

describe('a key in a command', { timeout: 60_000 }, () => {
  test('The key in use is called self, and ends itself without any scope', async () => {
    const { key, secret } = await create('its own', '--scope', 'models:use');
    const { code, stdout, stderr } = await runAs(secret, ['keys', 'revoke', 'self', '--reason', 'leaked']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ key: { id: key.id, state: 'revoked' } });
    expect((await runAs(secret, ['keys', 'revoke', 'self'])).code).toBe(3);
    const writer = await create('writer', '--scope', 'keys:*');
    const turned = await runAs(writer.secret, ['keys', 'update', 'self', '--tag', 'own']);
    expect(JSON.parse(turned.stdout)).toMatchObject({ key: { id: writer.key.id, tags: ['own'] } });
  });

  test('A model or a workspace that does not exist gets a warning, and one that exists none', async () => {
    await home.json(['workspaces', 'create', 'Garden']);
    const args = ['keys', 'create', 'typing error', '--scope', 'workspaces:*'];
    const wrong = await home.run([...args, '--workspace', 'gardne', '--deny-workspace', 'gard*']);
    expect(wrong.code).toBe(0);
    expect(wrong.stderr).toContain('Warning: There is no workspace gardne now. Did you mean garden?');
    expect(wrong.stderr).not.toContain('gard*');
    const { key } = JSON.parse(wrong.stdout) as Minted;
    const update = ['keys', 'update', key.id, '--workspace', 'garden', '--model', 'gpt-none'];
    const right = await home.run(update);
    expect([right.code, right.stderr]).toEqual([
      0,
      expect.stringContaining('There is no model gpt-none now.'),
    ]);
    expect(right.stderr).not.toContain('workspace');
    expect(
      await home.json(['keys', 'update', key.id, '--clear', 'models', '--workspace', 'garden']),
    ).toMatchObject({
      key: { selectors: { models: { allow: [] }, workspaces: { allow: ['garden'] } } },
    });
    const { secret } = await create('writer of keys', '--scope', 'keys:*', '--scope', 'models:use');
    const blind = await runAs(secret, [
      'keys',
      'create',
      'of it',
      '--scope',
      'models:use',
      '--workspace',
      'x',
    ]);
    expect([blind.code, blind.stderr]).toEqual([0, expect.not.stringContaining('Warning')]);
  });
});

describe('a leaked key', { timeout: 60_000 }, () => {
  test('keys find says which key a leaked text belongs to, without a use of it', async () => {
    const { key, secret } = await mint('leaked');
    const found = await home.run(['keys', 'find'], { stdin: `${secret}\n` });
    expect([found.code, JSON.parse(found.stdout)]).toEqual([
      0,
      expect.objectContaining({ id: key.id, name: 'leaked', last_used_at: null }),
    ]);
    expect(found.stderr).toContain(`keyward keys revoke ${key.id}`);
    await home.json(['keys', 'revoke', key.id]);
    const ended = await home.json(['keys', 'find', '-'], { stdin: secret });
    expect(ended).toMatchObject({ id: key.id, state: 'revoked' });
    const alien = await home.run(['keys', 'find'], { stdin: 'of-another-server-4f9c2a7b' });
    expect([alien.code, alien.stdout]).toEqual([5, '']);
    for (const { stdout, stderr } of [found, alien])
      expect(stdout + stderr).not.toMatch(/4f9c2a7b|sk-kw1[0-9A-Za-z]{20}/);
  });
});

describe('several things at once', { timeout: 60_000 }, () => {
  test('Each of several keys has its outcome, a failure stops none, and the exit code is the highest', async () => {
    const [a, b] = [await mint('several a'), await mint('several b')];
    const args = ['keys', 'revoke', 'several a', 'missing', b.key.id, b.key.id, '--reason', 'left'];
    const { code, stdout, stderr } = await home.run(args);
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      items: [
        { named: 'several a', outcome: 'revoked', result: { key: { id: a.key.id } } },
        { named: 'missing', outcome: 'failed', error: 'There is no key of this name.' },
        { named: b.key.id, outcome: 'revoked' },
      ],
    });
    expect(stderr).toMatch(/^keyward: missing: There is no key of this name\.$/m);
    const again = await home.run(['keys', 'restore', 'several a', b.key.id, '-o', 'table']);
    expect([again.code, again.stdout.trim().split(/\s+/)]).toEqual([
      0,
      ['NAMED', 'OUTCOME', 'several', 'a', 'restored', b.key.id, 'restored'],
    ]);
  });
});

describe('a deletion', { timeout: 60_000 }, () => {
  test('A deletion without a terminal needs --yes, and says what it would ask', async () => {
    await home.json(['owners', 'create', 'Kept']);
    const { code, stdout, stderr } = await home.run(['owners', 'delete', 'Kept']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/needs --yes\. Nothing was done\.\n +It would ask: Delete Kept/);
    expect(await home.json(['owners', 'get', 'Kept'])).toMatchObject({ state: 'active' });
  });

  test.for([
    ['n\r', 1, 'Nothing was done'],
    ['\u0004', 1, 'Nothing was done'],
    ['y\r', 0, 'deleted'],
  ] as const)(
    'A deletion on a terminal asks first: the answer %j ends with %i',
    async ([text, exit, said]) => {
      const name = `Asked${text.codePointAt(0)}`;
      await home.json(['owners', 'create', name]);
      const { code, stdout } = await home.runOnTerminal(`owners delete ${name}`, [{ at: '[y/N]', text }]);
      expect([code, stdout]).toEqual([exit, expect.stringContaining(said)]);
      expect((await home.run(['owners', 'get', name])).code).toBe(exit === 0 ? 5 : 0);
    },
  );
});
