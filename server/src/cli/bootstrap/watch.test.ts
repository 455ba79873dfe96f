import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { Home } from '../cli.fixture.ts';

const bao = useOpenBao();

test('apply --watch keeps files in step with Vault, informs their consumers, and goes on after Vault was away', async () => {
  const home = new Home();
  onTestFinished(() => rmSync(home.folder, { recursive: true, force: true }));
  const file = join(home.folder, 'secrets/shared');
  writeFileSync(
    join(home.folder, 'keyward.bootstrap.yaml'),
    `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
keys:
  shared:
    sources: [{ env: SHARED }]
    store: [{ sink: main, mount: secret, path: watch, field: SHARED }, { sink: files, name: shared }]
    consumers: [{ name: web, run: [cp, secrets/shared, seen] }]
`,
  );
  const store = (value: string) => bao.call('POST', 'secret/data/watch', { data: { SHARED: value } });
  const child = home.spawn(['bootstrap', 'apply', '--watch', '--interval', '1', '--output', 'table'], {
    VAULT_TOKEN: 'root',
    SHARED: 'canary-1',
  });
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const content = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  await expect.poll(() => content(file)).toBe('canary-1');
  // A new value is no news to a program that starts with it.
  expect(existsSync(join(home.folder, 'seen'))).toBe(false);

  rmSync(file);
  await expect.poll(() => content(file)).toBe('canary-1');
  await bao.kill();
  await expect.poll(() => output).toMatch(/cannot be reached/);
  await bao.start();
  await expect.poll(() => output).toMatch(/All is in step again|create/);
  expect(child.exitCode).toBe(null);

  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(output).not.toContain('canary');

  // Without a value of the operator the files follow the one that somebody stored.
  await store('canary-2');
  const second = home.spawn(['bootstrap', 'apply', '--watch', '--interval', '1'], { VAULT_TOKEN: 'root' });
  const secondEnded = once(second, 'exit');
  await expect.poll(() => content(file)).toBe('canary-2');
  await expect.poll(() => content(join(home.folder, 'seen'))).toBe('canary-2');
  second.kill('SIGTERM');
  expect(await secondEnded).toEqual([0, null]);
});

test('apply --watch follows a change of the manifest and of the token, and says which one is wrong', async () => {
  const home = new Home();
  onTestFinished(() => rmSync(home.folder, { recursive: true, force: true }));
  const file = join(home.folder, 'keyward.bootstrap.yaml');
  const manifest = (field: string) => `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { file: token } } }
  files: { type: files, directory: secrets }
keys:
  shared:
    sources: [{ manual: Ask for it. }]
    store: [{ sink: main, mount: secret, path: followed, field: ${field} }, { sink: files, name: shared }]
`;
  const tokenOf = async () =>
    (
      (await bao.call('POST', 'auth/token/create', { policies: ['root'] })) as {
        auth: { client_token: string };
      }
    ).auth.client_token;
  const first = await tokenOf();
  writeFileSync(join(home.folder, 'token'), first);
  writeFileSync(file, manifest('A'));
  await bao.call('POST', 'secret/data/followed', { data: { A: 'canary-a', B: 'canary-b' } });
  const child = home.spawn(['bootstrap', 'apply', '--watch', '--interval', '1', '--output', 'table'], {});
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const content = () => {
    const path = join(home.folder, 'secrets/shared');
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  await expect.poll(content).toBe('canary-a');

  writeFileSync(file, manifest('A').replace('sources', 'source'));
  await expect.poll(() => output).toContain('The manifest has faults.');
  writeFileSync(file, manifest('B'));
  await expect.poll(content).toBe('canary-b');

  await bao.call('POST', 'auth/token/revoke', { token: first });
  await expect.poll(() => output).toMatch(/token/i);
  writeFileSync(join(home.folder, 'token'), await tokenOf());
  await bao.call('POST', 'secret/data/followed', { data: { B: 'canary-c' } });
  await expect.poll(content).toBe('canary-c');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(output).not.toContain('canary');
});
