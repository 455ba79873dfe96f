import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { CLIENT_ID, CLIENT_SECRET, PUBLIC_URL } from '../../../test/oidc/client.ts';
import { startLyingProvider } from '../../../test/oidc/lying-provider.ts';
import type { OidcSettings } from '../../base/forms/oidc-settings.ts';
import { roleOf } from './claims.ts';
import { OidcProvider } from './provider.ts';

const settingsOf = (issuer: string, more: Partial<OidcSettings> = {}): OidcSettings => ({
  issuer,
  clientId: CLIENT_ID,
  clientSecret: { value: CLIENT_SECRET },
  name: 'x',
  scopes: 'openid',
  groupsClaim: 'groups',
  roles: [],
  linksByEmail: false,
  publicUrl: PUBLIC_URL,
  ...more,
});

function providerOf(settings: OidcSettings, timeoutMs?: number): OidcProvider {
  const logger = pino({ level: 'silent' });
  const provider = new OidcProvider({ settings, logger, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  onTestFinished(() => provider.stop());
  return provider;
}

test.for(['at once', 'in the body'] as const)(
  'A provider whose answer hangs %s is given up after the time limit.',
  async (hangs, { expect }) => {
    const silent = await startLyingProvider(CLIENT_SECRET);
    onTestFinished(() => silent.close());
    silent.lies = { hangs };
    const provider = providerOf(settingsOf(silent.issuer), 50);
    await provider.start();
    await expect(provider.begin()).rejects.toMatchObject({ code: 'oidc_unavailable' });
  },
);

test('A provider that hangs in the middle of a sign-in is given up after the time limit.', async () => {
  const slow = await startLyingProvider(CLIENT_SECRET);
  onTestFinished(() => slow.close());
  const provider = providerOf(settingsOf(slow.issuer), 500);
  await provider.start();
  const { secrets } = await provider.begin();
  slow.lies = { hangs: 'in the body' };
  const answer = new URLSearchParams({ code: 'a-code', state: secrets.state });
  await expect(provider.finish(answer, secrets)).rejects.toMatchObject({ code: 'oidc_unavailable' });
});

test('An issuer at an address where clouds keep credentials is not asked.', async () => {
  const provider = providerOf(settingsOf('http://169.254.169.254'));
  await provider.start();
  await expect(provider.begin()).rejects.toMatchObject({ code: 'oidc_unavailable' });
});

test('Requests at the same time share one discovery, and a failed one is tried again.', async () => {
  const real = await startLyingProvider(CLIENT_SECRET);
  onTestFinished(() => real.close());
  real.lies = { metadata: { issuer: 'https://evil.example' } };
  const provider = providerOf(settingsOf(real.issuer));
  await provider.start();
  await expect(provider.begin()).rejects.toMatchObject({ code: 'oidc_unavailable' });
  real.lies = {};
  const begun = await Promise.all([provider.begin(), provider.begin(), provider.begin()]);
  expect(new Set(begun.map(({ secrets }) => secrets.state)).size).toBe(3);
  expect(new Set(begun.map(({ secrets }) => secrets.verifier)).size).toBe(3);
  expect(real.discoveries).toBe(2);
});

test('The file of the secret must be a file that only its owner can read, and is named without its path.', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-oidc-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a-secret-path');
  const starting = (): Promise<string> =>
    providerOf(settingsOf('https://id.example.com', { clientSecret: { file } }))
      .start()
      .then(
        () => 'started',
        ({ message }: Error) => message,
      );
  const messages = [await starting()];
  writeFileSync(file, '  \n', { mode: 0o600 });
  messages.push(await starting());
  writeFileSync(file, 'x'.repeat(5_000));
  messages.push(await starting());
  writeFileSync(file, 'the secret\n');
  chmodSync(file, 0o644);
  messages.push(await starting());
  expect(messages).toEqual([
    expect.stringContaining('cannot be read (ENOENT)'),
    expect.stringContaining('is empty'),
    expect.stringContaining('must be a plain file'),
    expect.stringContaining('can be read by others'),
  ]);
  expect(messages.join()).not.toContain('a-secret-path');
  chmodSync(file, 0o600);
  expect(await starting()).toBe('started');
});

test('The role is the most powerful one of the groups, and that of * only for people in none of them.', () => {
  const rules = [
    { group: '*', role: 'manager' },
    { group: 'contractors', role: 'default' },
    { group: 'platform', role: 'admin' },
  ] as const;
  expect(roleOf(['contractors'], rules)).toBe('default');
  expect(roleOf(['contractors', 'platform'], rules)).toBe('admin');
  expect(roleOf(['others'], rules)).toBe('manager');
  expect(roleOf([], rules)).toBe('manager');
  expect(roleOf(['*'], rules.slice(1))).toBeUndefined();
  expect(roleOf(['Platform'], rules.slice(1))).toBeUndefined();
});
