import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  initialize,
  startDevOpenBao,
  startStoredOpenBao,
  unseal,
  type OpenBao,
} from '../../../server/test/openbao.ts';
import { describeOnServer, type NewKey, type TestServer } from '../../../server/test/server.ts';
import { readSettings } from '../settings.ts';
import { startWrapper, type RunningWrapper } from '../../test/wrapper.ts';
import { filePlace } from './file-place.ts';

const LIST = '{ workspaces { totalCount } }';
const CSRF = { 'x-keyward-csrf': '1' };
const POLL_MS = 50;
const UNREADABLE = 'Its place cannot be read; the log says why.';
const SECRET = 'secret/data/tribuence/v2/anythingllm';
const POLICY = `
  path "secret/data/tribuence/v2/anythingllm"     { capabilities = ["read"] }
  path "secret/metadata/tribuence/v2/anythingllm" { capabilities = ["read"] }`;

interface Ready {
  ok: boolean;
  parts: { key: { ok: boolean; version?: number; problem?: string }; upstream: { ok: boolean } };
}

describeOnServer('sqlite', "the wrapper's own key", (start) => {
  let keyward: TestServer;
  let bao: OpenBao;

  beforeAll(async () => {
    [keyward, bao] = await Promise.all([start(), startDevOpenBao()]);
    await bao.call('PUT', 'sys/policies/acl/wrapper', { policy: POLICY });
  });
  afterAll(() => bao.remove());

  const mint = (): Promise<NewKey> => keyward.mint({ scopes: ['workspaces:read'] });
  const revoke = ({ id }: NewKey) => keyward.request('POST', `/v1/keys/${id}/revoke`);
  const store = (key: string) => bao.call('POST', SECRET, { data: { ANYLLM_API_KEY: key } });
  const token = async (policies = ['wrapper']): Promise<string> => {
    const { auth } = await bao.call('POST', 'auth/token/create', { policies, ttl: '1h' });
    return (auth as { client_token: string }).client_token;
  };

  const open = (environment: Record<string, string>): Promise<RunningWrapper> => {
    const { place } = readSettings({
      WRAPPER_UPSTREAM: keyward.url,
      VAULT_ADDR: bao.address,
      WRAPPER_KEY_PLACE: `${SECRET}#ANYLLM_API_KEY`,
      ...environment,
    });
    return startWrapper(`${keyward.url}/api`, { place, isAnonymous: true, pollMs: POLL_MS });
  };
  const ask = (wrapper: RunningWrapper) => wrapper.ask(LIST, { headers: CSRF });
  const ready = async ({ url }: RunningWrapper): Promise<Ready> =>
    (await (await fetch(`${url}/readyz`)).json()) as Ready;
  const newestKey = ({ upstream }: RunningWrapper) => upstream.at(-1)?.key;

  test('a rotation in Vault under load fails no request, with and without an overlap', async () => {
    let current = await mint();
    await store(current.secret);
    const wrapper = await open({ VAULT_TOKEN: await token() });
    const load = new AbortController();
    const failures: unknown[] = [];
    let answered = 0;
    const callers = Array.from({ length: 4 }, async () => {
      while (!load.signal.aborted) {
        const { errors } = await ask(wrapper);
        answered++;
        if (errors !== undefined) failures.push(errors);
      }
    });
    const isUsed = (key: string) => vi.waitUntil(() => newestKey(wrapper) === key, { timeout: 30_000 });
    for (let turn = 0; turn < 6; turn++) {
      const next = await mint();
      await store(next.secret);
      // Every second time the old key ends before the wrapper has looked at Vault.
      if (turn % 2 === 0) await isUsed(next.secret);
      await revoke(current);
      current = next;
      await isUsed(next.secret);
    }
    load.abort();
    await Promise.all(callers);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(20);
    expect(wrapper.log.join('')).not.toContain(current.secret);
  });

  test('while Vault is away or sealed the last key stays, which readiness says; afterwards it follows again', async () => {
    const stored = await startStoredOpenBao();
    onTestFinished(() => stored.remove());
    const unsealKey = await initialize(stored);
    await unseal(stored, unsealKey);
    const data = (key: string) => stored.call('POST', 'kv/data/app', { data: { KEY: key } });
    await stored.call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } });
    const [first, second] = [await mint(), await mint()];
    await expect
      .poll(() =>
        data(first.secret).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);

    const place = {
      VAULT_ADDR: stored.address,
      VAULT_TOKEN: stored.rootToken,
      WRAPPER_KEY_PLACE: 'kv/app#KEY',
    };
    const wrapper = await open(place);
    expect(await ready(wrapper)).toEqual({
      ok: true,
      parts: { key: { ok: true, version: 1 }, upstream: { ok: true } },
    });
    await stored.kill();
    await expect.poll(() => wrapper.log.join('')).toContain('cannot be reached');
    expect((await ready(wrapper)).parts.key.problem).toBe(UNREADABLE);
    expect(await ready(wrapper)).toMatchObject({ ok: true, parts: { key: { ok: true } } });
    expect((await ask(wrapper)).errors).toBeUndefined();

    await stored.start();
    await expect.poll(() => wrapper.log.join('')).toContain('Vault is sealed');
    expect((await ask(wrapper)).errors).toBeUndefined();
    await unseal(stored, unsealKey);
    await expect
      .poll(() =>
        data(second.secret).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect
      .poll(async () => {
        await ask(wrapper);
        return newestKey(wrapper);
      })
      .toBe(second.secret);
    await expect.poll(async () => (await ready(wrapper)).parts.key).toEqual({ ok: true, version: 2 });
    expect(wrapper.log.join('')).not.toContain(stored.rootToken);
  });

  test('a version that was deleted leaves the last key too', async () => {
    const key = await mint();
    await store(key.secret);
    const wrapper = await open({ VAULT_TOKEN: await token() });
    await bao.call('DELETE', SECRET);
    await expect.poll(async () => (await ready(wrapper)).parts.key.problem).toBe(UNREADABLE);
    expect(wrapper.log.join('')).toContain('is deleted');
    expect((await ask(wrapper)).errors).toBeUndefined();
  });

  test('a Vault that is away at the start leaves the wrapper without a key, and listening', async () => {
    const wrapper = await open({ VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 'x' });
    expect((await ready(wrapper)).parts.key.ok).toBe(false);
    expect((await ask(wrapper)).errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
  });

  test('a key that the Developer API refuses makes it not ready, and is no fault of the caller', async () => {
    const key = await mint();
    await store(key.secret);
    const wrapper = await open({ VAULT_TOKEN: await token() });
    await revoke(key);
    const answer = await ask(wrapper);
    expect(answer.status).toBe(200);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
    await expect.poll(async () => (await ready(wrapper)).ok).toBe(false);
    expect((await ready(wrapper)).parts.key.problem).toBe('The Developer API refuses the key.');
    expect(JSON.stringify(answer) + wrapper.log.join('')).not.toContain(key.secret);
  });

  test('a key that is stored only later is found, and the server listens meanwhile', async () => {
    await bao.call('DELETE', SECRET.replace('/data/', '/metadata/'));
    const wrapper = await open({ VAULT_TOKEN: await token() });
    expect((await ready(wrapper)).parts.key.problem).toBe(UNREADABLE);
    expect(wrapper.log.join('')).toContain(`Vault ${SECRET}#ANYLLM_API_KEY is absent`);
    await store((await mint()).secret);
    await expect.poll(async () => (await ready(wrapper)).ok).toBe(true);
  });

  test('it logs in by AppRole, and by a token from a file that is replaced', async () => {
    const key = await mint();
    await store(key.secret);
    await bao.call('POST', 'sys/auth/approle', { type: 'approle' });
    await bao.call('POST', 'auth/approle/role/wrapper', { token_policies: ['wrapper'] });
    const { data } = await bao.call('GET', 'auth/approle/role/wrapper/role-id');
    const secretId = await bao.call('POST', 'auth/approle/role/wrapper/secret-id');
    const byRole = await open({
      VAULT_ROLE_ID: (data as { role_id: string }).role_id,
      VAULT_SECRET_ID: (secretId['data'] as { secret_id: string }).secret_id,
    });
    expect((await ask(byRole)).errors).toBeUndefined();

    const folder = mkdtempSync(join(tmpdir(), 'keyward-wrapper-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'token');
    const first = await token();
    await writeFile(file, first);
    const byFile = await open({ VAULT_TOKEN_FILE: file });
    expect((await ask(byFile)).errors).toBeUndefined();
    await writeFile(file, `${await token()}\n`);
    await bao.call('POST', 'auth/token/revoke', { token: first });
    const next = await mint();
    await store(next.secret);
    await expect
      .poll(async () => {
        await ask(byFile);
        return newestKey(byFile);
      })
      .toBe(next.secret);
  });

  test('a token that may not read metadata is enough: then the value itself is read', async () => {
    await bao.call('PUT', 'sys/policies/acl/narrow', {
      policy: `path "${SECRET}" { capabilities = ["read"] }`,
    });
    await store((await mint()).secret);
    const wrapper = await open({ VAULT_TOKEN: await token(['narrow']) });
    const next = await mint();
    await store(next.secret);
    await expect
      .poll(async () => {
        await ask(wrapper);
        return newestKey(wrapper);
      })
      .toBe(next.secret);
  });

  test('a file is followed when it is replaced, and keeps its last key when it is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-wrapper-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'anyllm_api_key');
    const [first, second] = [await mint(), await mint()];
    await writeFile(file, first.secret);
    const options = { place: filePlace(file), isAnonymous: true, pollMs: POLL_MS };
    const wrapper = await startWrapper(`${keyward.url}/api`, options);
    await writeFile(`${file}.new`, `${second.secret}\n`);
    await rename(`${file}.new`, file);
    await revoke(first);
    expect((await ask(wrapper)).errors).toBeUndefined();
    expect(newestKey(wrapper)).toBe(second.secret);
    rmSync(file);
    await expect.poll(async () => (await ready(wrapper)).parts.key.problem).toBe(UNREADABLE);
    expect(wrapper.log.join('')).toContain('ENOENT');
    expect((await ask(wrapper)).errors).toBeUndefined();
  });

  test.for([
    [LIST, 'GET', 3],
    ['mutation { createWorkspace(name: "x") { slug } }', 'POST', 1],
    ['mutation { deleteThread(workspace: "x", slug: "y") }', 'DELETE', 1],
  ] as const)(
    'a key that ends while %s runs, and the next one too: only a call that changes nothing is made again',
    async ([query, method, calls]) => {
      const folder = mkdtempSync(join(tmpdir(), 'keyward-wrapper-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const file = join(folder, 'key');
      await writeFile(file, 'first');
      const seen: string[] = [];
      const server = createServer((request, response) => {
        seen.push(`${request.method} ${request.headers.authorization}`);
        response.setHeader('content-type', 'application/json');
        const isFirst = request.headers.authorization === 'Bearer first';
        // The newer key is there at once: whether it is used is for the wrapper to decide.
        void writeFile(file, isFirst ? 'second' : 'third').then(() =>
          response
            .writeHead(request.headers.authorization === 'Bearer third' ? 200 : 401)
            .end(
              '{"error":"The key was revoked, or ended by itself, while the request ran.","workspaces":[]}',
            ),
        );
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void server.close());
      const options = { place: filePlace(file), isAnonymous: true, pollMs: 60_000 };
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const wrapper = await startWrapper(url, options);
      await wrapper.ask(query, { headers: CSRF });
      const keys = ['first', 'second', 'third'].slice(0, calls);
      expect(seen).toEqual(keys.map((key) => `${method} Bearer ${key}`));
    },
  );

  test('without an own key the wrapper is ready when the Developer API answers', async () => {
    const wrapper = await startWrapper(`${keyward.url}/api`);
    expect(await ready(wrapper)).toEqual({ ok: true, parts: { upstream: { ok: true } } });
    const away = await startWrapper('http://127.0.0.1:1/api');
    const response = await fetch(`${away.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('127.0.0.1');
  });
});
