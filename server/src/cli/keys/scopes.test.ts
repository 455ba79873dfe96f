import { beforeAll, expect, test } from 'vitest';
import { DAY_MS } from '../../keys/unused-scopes.ts';
import { setCreated } from '../../keys/keys.fixture.ts';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { Home } from '../cli.fixture.ts';

interface Scopes {
  scopes: { scope: string; unused: boolean }[];
  narrowed: string[];
}

describeOnServer('sqlite', 'keys scopes', (start) => {
  let server: TestServer;
  let home: Home;
  beforeAll(async () => {
    server = await start();
    home = new Home({ KEYWARD_URL: server.url, KEYWARD_API_KEY: server.adminKey });
    return () => home.remove();
  });

  test('The scopes of a key are shown with their last use, and the command that takes the unused ones away does so', async () => {
    const made = await home.json<{ key: { id: string }; secret: string }>([
      'keys',
      'create',
      "Ada's report",
      '--scope',
      'usage:read',
      '--scope',
      'jobs:*',
    ]);
    const { id } = made.key;
    const young = await home.run(['keys', 'scopes', "Ada's report", '--output', 'table']);
    expect(young.stdout).toMatch(/Recorded since .*\n[\s\S]*jobs:read +jobs:\* +never/);
    expect(young.stderr).toBe('');
    await setCreated(server.app.core.storage, id, Date.now() - 31 * DAY_MS);
    await home.run(['usage'], { env: { KEYWARD_API_KEY: made.secret } });
    await server.app.core.keys.lastUsed.flush();
    expect(await home.json(['keys', 'list', '--unused-scopes'])).toMatchObject({ items: [{ id }] });
    const { stdout, stderr } = await home.run(['keys', 'scopes', id]);
    expect((JSON.parse(stdout) as Scopes).narrowed).toEqual(['usage:read']);
    const command = /keyward (keys update \S+ --scope) '([\w:]+)'/.exec(stderr);
    await home.json([...(command?.[1] ?? '').split(' '), command?.[2] ?? '']);
    const after = await home.json<Scopes>(['keys', 'scopes', id]);
    expect(after.scopes.map(({ scope, unused }) => [scope, unused])).toEqual([['usage:read', false]]);
  });

  test('A key of which no scope is used is to be revoked', async () => {
    const { key } = await home.json<{ key: { id: string } }>(['keys', 'create', 'idle', '--role', 'miner']);
    await setCreated(server.app.core.storage, key.id, Date.now() - 31 * DAY_MS);
    const { stderr } = await home.run(['keys', 'scopes', 'idle']);
    expect(stderr).toContain(`No scope of the key is used. To end it: keyward keys revoke ${key.id}`);
  });
});
