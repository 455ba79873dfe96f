import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../test/openbao.ts';
import { Kv } from './kv.ts';
import type { VaultLogin } from './login.ts';
import { Vault } from './vault.ts';
import { VaultClient } from './client.ts';
import { unwrap } from './wrapping.ts';

const PASSWORD = 'canary-password-5d1';
const AT = { mount: 'secret', path: 'app' };

const bao = useOpenBao();
let roleId: string;

const secretId = async (): Promise<string> => {
  const { data } = await bao.call('POST', 'auth/approle/role/app/secret-id', {});
  return (data as { secret_id: string }).secret_id;
};

beforeAll(async () => {
  await bao.call('PUT', 'sys/policies/acl/app', {
    policy: 'path "secret/*" { capabilities = ["create","read","update"] }',
  });
  for (const type of ['approle', 'userpass', 'kubernetes'])
    await bao.call('POST', `sys/auth/${type}`, { type });
  await bao.call('POST', 'sys/auth/people/staff', { type: 'userpass' });
  await bao.call('POST', 'auth/approle/role/app', {
    token_policies: ['app'],
    token_ttl: '3s',
    token_max_ttl: '9s',
  });
  const { data } = await bao.call('GET', 'auth/approle/role/app/role-id');
  roleId = (data as { role_id: string }).role_id;
  for (const mount of ['userpass', 'people/staff'])
    await bao.call('POST', `auth/${mount}/users/ann`, { password: PASSWORD, token_policies: ['app'] });
}, 60_000);

function open(login: VaultLogin): { vault: Vault; kv: Kv } {
  const vault = new Vault({ address: bao.address, login });
  onTestFinished(() => vault.stop());
  return { vault, kv: new Kv(vault) };
}

describe('a login', () => {
  test('a user logs in with a password, also at a mount of another name', async () => {
    for (const mount of [undefined, 'people/staff']) {
      const login = { method: 'userpass', username: 'ann', password: PASSWORD } as const;
      const { kv } = open({ ...login, ...(mount === undefined ? {} : { mount }) });
      expect(await kv.read({ ...AT, path: 'none' })).toEqual({ state: 'absent', version: 0 });
    }
  });

  test('a role logs in with a secret id, and with a wrapped one, which nobody can unwrap a second time', async () => {
    const plain = open({ method: 'approle', roleId, secretId: await secretId() });
    expect((await plain.kv.read({ ...AT, path: 'none' })).state).toBe('absent');
    const response = await fetch(`${bao.address}/v1/auth/approle/role/app/secret-id`, {
      method: 'POST',
      headers: { 'x-vault-token': 'root', 'x-vault-wrap-ttl': '60s' },
    });
    const { wrap_info } = (await response.json()) as { wrap_info: { token: string } };
    const login = { method: 'approle', roleId, wrappedSecretId: wrap_info.token, roleName: 'app' } as const;
    await expect(open({ ...login, roleName: 'other' }).kv.read(AT)).rejects.toThrow(
      /Treat its value as compromised/,
    );
    expect((await open(login).kv.read({ ...AT, path: 'none' })).state).toBe('absent');
    await expect(open(login).kv.read(AT)).rejects.toMatchObject({ fault: 'wrapping_lost' });
  });

  test('a service account of Kubernetes logs in with the token in its file', async () => {
    const reviewer = createServer((request, response) => {
      request.resume().on('end', () => {
        const status = {
          authenticated: true,
          user: { username: 'system:serviceaccount:prod:app', uid: 'u1' },
        };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }));
      });
    }).listen(0, '127.0.0.1');
    await once(reviewer, 'listening');
    onTestFinished(() => void reviewer.close());
    const folder = mkdtempSync(join(tmpdir(), 'keyward-kubernetes-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const make = '-x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=cluster';
    const ca = join(folder, 'ca.pem');
    execFileSync('openssl', ['req', ...make.split(' '), '-out', ca, '-keyout', join(folder, 'ca.key')], {
      stdio: 'ignore',
    });
    const host = `http://127.0.0.1:${(reviewer.address() as AddressInfo).port}`;
    await bao.call('POST', 'auth/kubernetes/config', {
      kubernetes_host: host,
      kubernetes_ca_cert: readFileSync(ca, 'utf8'),
      disable_local_ca_jwt: true,
    });
    const role = {
      bound_service_account_names: 'app',
      bound_service_account_namespaces: 'prod',
      token_policies: ['app'],
    };
    await bao.call('POST', 'auth/kubernetes/role/app', role);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      'kubernetes.io/serviceaccount/namespace': 'prod',
      'kubernetes.io/serviceaccount/service-account.name': 'app',
      'kubernetes.io/serviceaccount/service-account.uid': 'u1',
      iss: 'kubernetes/serviceaccount',
    };
    const jwtFile = join(folder, 'token');
    writeFileSync(jwtFile, `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2ln\n`);
    const { kv } = open({ method: 'kubernetes', role: 'app', jwtFile });
    expect((await kv.read({ ...AT, path: 'none' })).state).toBe('absent');
    await expect(open({ method: 'kubernetes', role: 'other', jwtFile }).kv.read(AT)).rejects.toMatchObject({
      fault: 'login_refused',
    });
    await expect(
      open({ method: 'kubernetes', role: 'app', jwtFile: '/nowhere' }).kv.read(AT),
    ).rejects.toThrow(/\/nowhere cannot be read/);
  });

  test('wrong credentials are refused with what to check, and are not in the error', async () => {
    const wrong: VaultLogin[] = [
      { method: 'userpass', username: 'ann', password: 'canary-wrong' },
      { method: 'approle', roleId, secretId: 'canary-wrong' },
      { method: 'userpass', username: 'ann', password: 'canary-wrong', mount: 'not-enabled' },
      { method: 'token', token: 'canary-wrong' },
    ];
    for (const login of wrong) {
      const error = await open(login)
        .kv.read(AT)
        .then(
          () => undefined,
          (thrown: Error) => thrown,
        );
      expect(error).toMatchObject({ fault: 'login_refused' });
      expect(JSON.stringify([error?.message, error])).not.toContain('canary');
    }
  });
});

describe('a token', () => {
  test(
    'a token that ends is renewed, and after its longest time another one is obtained',
    { timeout: 30_000 },
    async () => {
      const { kv } = open({ method: 'approle', roleId, secretId: await secretId() });
      const endMs = performance.now() + 11_000;
      while (performance.now() < endMs) {
        expect((await kv.read({ ...AT, path: 'none' })).state).toBe('absent');
        await new Promise((done) => setTimeout(done, 250));
      }
    },
  );

  test('a token that somebody revoked is replaced by logging in again; one that was given is not', async () => {
    const { vault, kv } = open({ method: 'userpass', username: 'ann', password: PASSWORD });
    await kv.read(AT);
    const { data } = (await bao.call('GET', 'auth/token/accessors/?list=true')) as {
      data: { keys: string[] };
    };
    for (const accessor of data.keys) {
      const looked = await bao.call('POST', 'auth/token/lookup-accessor', { accessor });
      if ((looked['data'] as { display_name: string }).display_name !== 'userpass-ann') continue;
      await bao.call('POST', 'auth/token/revoke-accessor', { accessor });
    }
    expect((await kv.read({ ...AT, path: 'none' })).state).toBe('absent');
    await vault.stop();
  });

  test('a token that was obtained by logging in is revoked at the end', async () => {
    const { vault, kv } = open({ method: 'userpass', username: 'ann', password: PASSWORD });
    await kv.read(AT);
    const count = async () =>
      ((await bao.call('GET', 'auth/token/accessors/?list=true')) as { data: { keys: string[] } }).data.keys
        .length;
    const before = await count();
    await vault.stop();
    await vault.stop();
    expect(await count()).toBe(before - 1);
  });
});

describe('a wrapped value', () => {
  test('a value is handed over once, and a second receiver is an alarm', async () => {
    const { vault } = open({ method: 'token', token: 'root' });
    const { token } = await vault.wrap({ KEY: 'canary-wrapped' }, 60);
    const client = new VaultClient({ address: bao.address });
    onTestFinished(() => client.stop());
    const given = { token, creationPath: 'sys/wrapping/wrap' };
    expect(await unwrap(client, given)).toMatchObject({ data: { KEY: 'canary-wrapped' } });
    await expect(unwrap(client, given)).rejects.toMatchObject({ fault: 'wrapping_lost' });
  });
});

test('a namespace is sent with logins and reads, and not with the health', async () => {
  await bao.call('POST', 'sys/namespaces/team', {});
  const inTeam = async (method: string, path: string, body: unknown) =>
    fetch(`${bao.address}/v1/team/${path}`, {
      method,
      headers: { 'x-vault-token': 'root' },
      body: JSON.stringify(body),
    });
  await inTeam('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } });
  await inTeam('POST', 'sys/auth/userpass', { type: 'userpass' });
  await inTeam('PUT', 'sys/policies/acl/app', {
    policy: 'path "kv/*" { capabilities = ["create","read","update"] }',
  });
  await inTeam('POST', 'auth/userpass/users/bob', { password: PASSWORD, token_policies: ['app'] });
  const login = { method: 'userpass', username: 'bob', password: PASSWORD } as const;
  const vault = new Vault({ address: bao.address, namespace: 'team', login });
  onTestFinished(() => vault.stop());
  const kv = new Kv(vault);
  expect(await kv.write({ mount: 'kv', path: 'a' }, { KEY: 'x' }, 0)).toBe(1);
  expect((await vault.health()).state).toBe('active');
  await expect(open(login).kv.read({ mount: 'kv', path: 'a' })).rejects.toMatchObject({
    fault: 'login_refused',
  });
});
