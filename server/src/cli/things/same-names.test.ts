import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Home } from '../cli.fixture.ts';
import { PASSWORD, startWithUsers } from './users.fixture.ts';

/*
 * Names of owners, upstreams and users are unique: the server refuses a second one. Names of keys, workspaces and workflows may
 * repeat: the second one is made, and the command line says which others have the name.
 */

let server: Awaited<ReturnType<typeof startWithUsers>>;
let home: Home;
beforeAll(async () => {
  server = await startWithUsers();
  ({ home } = server);
}, 60_000);
afterAll(() => server.stop());

describe('a second thing of a name', { timeout: 60_000 }, () => {
  test.for([
    ['owners create', ['House'], 'owners list'],
    ['upstreams add', ['house', 'http://127.0.0.1:9/v1'], 'upstreams list'],
    ['users create', ['house', '--password-stdin'], 'users list'],
  ] as const)('%s refuses it, and says how to see the first', async ([command, given, list]) => {
    const args = [...command.split(' '), ...given];
    const options = { stdin: command.startsWith('users') ? PASSWORD : '' };
    expect((await home.run(args, options)).code).toBe(0);
    const before = (await home.run([...list.split(' '), '--json'])).stdout;
    const { code, stdout, stderr } = await home.run(args, options);
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(/another owner has this name|exists already|already exists/);
    expect(stderr).toContain(`keyward ${list}`);
    expect((await home.run([...list.split(' '), '--json'])).stdout).toBe(before);
  });

  test.for([
    ['workspaces create', [], 'workspace', 'slug', 'workspaces delete'],
    ['keys create', ['--scope', 'models:use'], 'key', 'key.id', 'keys revoke'],
    ['agent create', [], 'workflow', 'workflow_id', 'agent delete'],
  ] as const)('%s makes it, and names the first', async ([command, given, noun, member, remove]) => {
    const make = async () => {
      const { code, stdout, stderr } = await home.run([...command.split(' '), 'House', ...given, '--json']);
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      const made: unknown = JSON.parse(stdout);
      const id = member.split('.').reduce((value, name) => (value as Record<string, unknown>)[name], made);
      return { id: String(id), stderr };
    };
    const first = await make();
    expect(first.stderr).not.toContain('has the name');
    const second = await make();
    expect(second.stderr).toContain(
      `Warning: Another ${noun} has the name House: ${first.id}. This one is ${second.id}; to remove it: keyward ${remove} ${second.id}\n`,
    );
    const third = await make();
    expect(third.stderr).toContain(`2 other ${noun}s have the name House: `);
    for (const id of [first.id, second.id]) expect(third.stderr).toContain(id);
    // The command that was named.
    const ids = [second.id, third.id];
    const removed = await home.run([...remove.split(' '), ...ids, ...(noun === 'key' ? [] : ['--yes'])]);
    expect(removed.code).toBe(0);
    expect((await make()).stderr).toContain(`Another ${noun} has the name House: ${first.id}. `);
  });

  test('A name with other capital letters is the same name, as its slug would be', async () => {
    await home.json(['workspaces', 'create', 'Garden']);
    const { stderr } = await home.run(['workspaces', 'create', 'garden', '--json']);
    expect(stderr).toMatch(/Another workspace has the name garden: garden\. This one is garden-\d{8};/);
  });

  test('A key that may only make keys gets no warning, and no refusal either', async () => {
    const { secret } = await home.json<{ secret: string }>([
      'keys',
      'create',
      'maker',
      '--scope',
      'keys:write',
      '--scope',
      'models:use',
    ]);
    const args = ['keys', 'create', 'maker', '--scope', 'models:use', '--json'];
    const { code, stderr } = await home.run(args, { env: { KEYWARD_API_KEY: secret } });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('has the name')]);
  });

  test('A repeat with the same --idempotency-key makes no second key, and warns of none', async () => {
    const args = ['keys', 'create', 'once', '--role', 'client', '--idempotency-key', 'i-1', '--json'];
    expect((await home.run(args)).stderr).not.toContain('has the name');
    const again = await home.run(args);
    expect([again.code, again.stderr]).toEqual([1, expect.not.stringContaining('has the name')]);
  });
});
