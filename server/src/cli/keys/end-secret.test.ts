import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Ended, type Home } from '../cli.fixture.ts';
import { oldSecret } from './end-secret.ts';

interface NewKey {
  key: { id: string; secrets: { id: string }[] };
  secret: string;
}

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
beforeAll(async () => {
  server = await startServer();
  ({ home } = server);
}, 60_000);
afterAll(() => server.stop());

const runAs = (secret: string, args: string[]): Promise<Ended> =>
  home.run(args, { env: { KEYWARD_API_KEY: secret } });
const opens = async (secret: string): Promise<boolean> =>
  (await runAs(secret, ['keys', 'get', 'self'])).code === 0;

describe('keys end-secret without the id of a secret', { timeout: 60_000 }, () => {
  test('The only old secret of a key is ended by the name of the key, and the output names it with its last use', async () => {
    const { key, secret } = await home.json<NewKey>(['keys', 'create', 'turned', '--role', 'client']);
    const rotated = await home.json<NewKey>(['keys', 'rotate', 'turned']);
    expect(await opens(secret)).toBe(true);
    const { code, stdout, stderr } = await home.run(['keys', 'end-secret', 'turned']);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ acknowledged: expect.anything() }),
    ]);
    expect(stderr).toMatch(
      new RegExp(`The old secret is sk-kw1…\\w{4} \\(${key.secrets[0]?.id}\\), (never|last) used`),
    );
    expect([await opens(secret), await opens(rotated.secret)]).toEqual([false, true]);
  });

  test('A key without an old secret keeps its secret, and the error has the commands that replace it', async () => {
    const { key, secret } = await home.json<NewKey>(['keys', 'create', 'single', '--role', 'client']);
    for (let round = 0; round < 2; round++) {
      const { code, stderr } = await home.run(['keys', 'end-secret', 'single']);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`keyward keys rotate ${key.id}`)]);
    }
    expect(await opens(secret)).toBe(true);
    // An old secret that has ended already does not count.
    await home.json<NewKey>(['keys', 'rotate', 'single', '--overlap', '0s']);
    expect((await home.run(['keys', 'end-secret', 'single'])).code).toBe(1);
  });

  test('Of several old secrets none is chosen: each is listed with its last use and the command that ends it', () => {
    const secret = (id: string, at: string | null, end: string | null) => ({
      id,
      hint: `sk-kw1…${id}`,
      created_at: '2030-01-01T00:00:00.000Z',
      last_used_at: at,
      last_used_from: at === null ? null : '10.0.0.7',
      ends_at: end,
      quiet_seconds: null,
    });
    const end = '2030-01-03T00:00:00.000Z';
    const nowMs = Date.parse('2030-01-02T00:00:00.000Z');
    const old = [secret('sec_a', '2030-01-01T09:30:00.000Z', end), secret('sec_b', null, end)];
    const newest = secret('sec_c', null, null);
    const ended = secret('sec_d', null, '2030-01-01T12:00:00.000Z');
    expect(() => oldSecret('key_x', [...old, newest, ended], nowMs)).toThrow(
      /^2 old secrets .*\n {2}keyward keys end-secret key_x sec_a +\(sk-kw1…sec_a, last used 2030-01-01 \d\d:\d\d from 10\.0\.0\.7\)\n {2}keyward keys end-secret key_x sec_b +\(sk-kw1…sec_b, never used\)$/,
    );
    expect(oldSecret('key_x', [...old.slice(1), newest, ended], nowMs)).toBe(old[1]);
  });
});
