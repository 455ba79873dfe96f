import { once } from 'node:events';
import { afterAll, describe, inject, test, type TestContext } from 'vitest';
import { newPostgresDatabase, type NewDatabase } from '../../../test/databases.ts';
import { MIGRATIONS } from '../../app.ts';
import { freePorts } from '../../../test/traffic/free-ports.ts';
import { startStallingProxy } from '../../../test/traffic/stalling-proxy.ts';
import { Home } from '../cli.fixture.ts';

/** `keyward serve` in a process of its own. */
function serve(env: Record<string, string>, onTestFinished: TestContext['onTestFinished']) {
  const home = new Home(env);
  const child = home.spawn(['serve']);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    home.remove();
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, said, ended };
}

describe.concurrent('serve and a PostgreSQL that is away', () => {
  const databases: NewDatabase[] = [];
  /** One for each server: each has a master key of its own. */
  const newDatabase = async () => {
    const database = await newPostgresDatabase(undefined, MIGRATIONS);
    databases.push(database);
    const { password } = new URL(database.location);
    return { ...database, password };
  };
  const password = 'canary-of-a-password';
  afterAll(async () => {
    for (const { remove } of databases) await remove();
  });

  test('serve stops within the one limit of all steps while PostgreSQL hangs, and says what may be missing', async ({
    expect,
    onTestFinished,
  }) => {
    const database = await newDatabase();
    const proxy = await startStallingProxy(database.location);
    const { child, said, ended } = serve(
      { KEYWARD_DATABASE_URL: proxy.url, KEYWARD_STOP_SECONDS: '3' },
      onTestFinished,
    );
    await expect.poll(() => said.stdout, { interval: 50 }).toContain('is ready');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said.stdout)?.[0] ?? '';
    proxy.stall();
    const askedMs = performance.now();
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, performance.now() - askedMs < 3_500]).toEqual([503, true]);
    expect(await ready.text()).toContain('the database has not answered in time');
    // A request whose key must be looked up in the database.
    const waiting = fetch(`${url}/v1/keys`, { headers: { authorization: 'Bearer sk-unknown' } }).then(
      ({ status }) => status,
      () => 'cut off',
    );
    const stoppedMs = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(performance.now() - stoppedMs).toBeLessThan(4_500);
    expect([503, 'cut off']).toContain(await waiting);
    expect(said.stderr).toContain('stopping took as long as it may');
    await proxy.close();
  });

  test('serve waits for a PostgreSQL that is not there yet, and says so once at the begin and at the end', async ({
    expect,
    onTestFinished,
  }) => {
    const database = await newDatabase();
    const [port = 0] = await freePorts(1);
    const place = new URL(database.location);
    place.port = String(port);
    const { child, said, ended } = serve({ KEYWARD_DATABASE_URL: place.href }, onTestFinished);
    await expect.poll(() => said.stderr, { interval: 50 }).toContain('waiting for it, for 60 s at most');
    const proxy = await startStallingProxy(database.location, port);
    await expect.poll(() => said.stdout, { interval: 50 }).toContain('is ready');
    const lines = said.stderr.split('\n').filter((line) => line.includes('PostgreSQL at 127.0.0.1'));
    expect(lines).toEqual([
      expect.stringContaining('(KEYWARD_DATABASE_WAIT_SECONDS)'),
      expect.stringMatching(/PostgreSQL at 127\.0\.0\.1:\d+\/\w+ answers, after \d+ s\./),
    ]);
    expect(said.stderr).not.toContain(database.password);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await proxy.close();
  });

  test('SIGTERM ends serve while it waits for PostgreSQL', async ({ expect, onTestFinished }) => {
    const [port = 0] = await freePorts(1);
    const { child, said, ended } = serve(
      { KEYWARD_DATABASE_URL: `postgres://u:${password}@127.0.0.1:${port}/x` },
      onTestFinished,
    );
    await expect.poll(() => said.stderr, { interval: 50 }).toContain('waiting for it');
    child.kill('SIGTERM');
    expect([await ended, said.stdout]).toEqual([0, '']);
    expect(said.stderr).not.toContain(password);
  });

  test.for([
    ['password', 'a wrong password'],
    ['pathname', 'a database that does not exist'],
  ] as const)('serve refuses at once %s', async ([member], { expect, onTestFinished }) => {
    const wrong = new URL(inject('postgresAdminUrl'));
    wrong[member] = '/wrong-canary';
    const { said, ended } = serve({ KEYWARD_DATABASE_URL: wrong.href }, onTestFinished);
    expect(await ended).toBe(78);
    expect(said.stderr).not.toContain('waiting for it');
    expect(said.stderr).toMatch(/PostgreSQL at 127\.0\.0\.1:\d+\/[\w-]+ cannot be reached \(/);
    if (member === 'password') expect(said.stderr).not.toContain('wrong-canary');
  });

  test('up waits as long as the setting says, and then says that PostgreSQL cannot be reached', async ({
    expect,
    onTestFinished,
  }) => {
    const [port = 0] = await freePorts(1);
    const home = new Home({
      KEYWARD_DATABASE_URL: `postgres://u:${password}@127.0.0.1:${port}/x`,
      KEYWARD_DATABASE_WAIT_SECONDS: '1',
    });
    onTestFinished(() => home.remove());
    const { code, stderr } = await home.run(['up']);
    expect(code).toBe(78);
    expect(stderr).toContain('waiting for it, for 1 s at most');
    expect(stderr).toContain('cannot be reached within 1 s');
    expect(stderr).not.toContain(password);
  });
});
