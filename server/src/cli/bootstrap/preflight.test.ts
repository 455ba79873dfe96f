import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  initialize,
  startStoredOpenBao,
  startTlsOpenBao,
  useOpenBao,
  type OpenBao,
} from '../../../test/openbao.ts';
import { startFaultyProxy } from '../../vault/faulty-proxy.fixture.ts';
import { Home } from '../cli.fixture.ts';

const CANARY = 'canary-preflight-2b';
const bao = useOpenBao();
let tls: OpenBao;
let stored: OpenBao;
let narrow: string;

beforeAll(async () => {
  [tls, stored] = await Promise.all([startTlsOpenBao(), startStoredOpenBao()]);
  await initialize(stored);
  await bao.call('POST', 'sys/mounts/old', { type: 'kv', options: { version: '1' } });
  await bao.call('PUT', 'sys/policies/acl/narrow', {
    policy: 'path "secret/data/app" { capabilities = ["read"] }',
  });
  const { auth } = await bao.call('POST', 'auth/token/create', { policies: ['narrow'] });
  narrow = (auth as { client_token: string }).client_token;
}, 60_000);
afterAll(() => Promise.all([tls.remove(), stored.remove()]));

interface Change {
  mount?: string;
  path?: string;
  address?: string;
  token?: string;
  more?: string;
}

test.for<[what: string, change: () => Change | Promise<Change>, code: number, says: RegExp]>([
  [
    'a mount that is missing',
    () => ({ mount: 'kv' }),
    1,
    /^keyward: The mount kv is missing, or the token has no rights on it\. Enable it/,
  ],
  [
    'a mount with a part of the path',
    () => ({ mount: 'secret/data' }),
    1,
    /The mount secret\/data is not a mount: it lies in secret\. Name that one, without data\//,
  ],
  [
    'a path with the mount in it',
    () => ({ path: 'secret/data/app' }),
    78,
    /store\[0\]\.path: must be the path in the mount, without secret\/data\//,
  ],
  ['KV version 1', () => ({ mount: 'old' }), 1, /The mount old is KV version 1\. Keyward needs KV version 2/],
  [
    'an engine of another type',
    () => ({ mount: 'cubbyhole' }),
    1,
    /The mount cubbyhole is of the type cubbyhole/,
  ],
  [
    'a missing capability',
    () => ({ token: narrow }),
    1,
    /The token of Vault lacks create, update on secret\/data\/app\. Extend its policy/,
  ],
  [
    'a token that is not valid',
    () => ({ token: 'hvs.wrong' }),
    1,
    /Vault does not accept the token: it has expired, was revoked, or is mistyped/,
  ],
  [
    'a sealed server',
    () => ({ address: stored.address }),
    7,
    /Vault at http:\S+ is sealed\. Unseal or initialize it/,
  ],
  [
    'a standby that names another server',
    async () => {
      const proxy = await startFaultyProxy(bao.address);
      proxy.faults.push({ status: 307, headers: { location: 'http://10.9.8.7:8200/v1/sys/health' } });
      return { address: proxy.address };
    },
    7,
    /redirects to http:\/\/10\.9\.8\.7:8200, which is not a known server of the cluster\. Name it among the peers/,
  ],
  [
    'a namespace that is missing',
    () => ({ more: 'namespace: nothing, ' }),
    1,
    /Vault answers 404 to look at the token: namespace not found\. Correct the namespace, or leave it out/,
  ],
  [
    'an unknown certificate authority',
    () => ({ address: tls.address }),
    7,
    /The certificate of https:\S+ is not trusted \(\w+\)\. Give the file of its certificate authority as ca_file/,
  ],
  [
    'a file of certificate authorities that is missing',
    () => ({ more: 'ca_file: nothing.pem, ' }),
    78,
    /The file nothing\.pem cannot be read \(ENOENT\)/,
  ],
])(
  '%s is one clear line before anything is stored',
  { timeout: 60_000 },
  async ([, changeOf, wanted, says]) => {
    const {
      mount = 'secret',
      path = 'app',
      address = bao.address,
      token = 'root',
      more = '',
    } = await changeOf();
    const home = new Home();
    onTestFinished(() => home.remove());
    writeFileSync(
      join(home.folder, 'keyward.bootstrap.yaml'),
      `version: 1
sinks:
  main: { type: vault, address: '${address}', ${more}login: { method: token, token: { env: TOKEN } } }
keys:
  app: { sources: [{ env: APP_KEY }], store: [{ sink: main, mount: ${mount}, path: ${path}, field: APP_KEY }] }
`,
    );
    const { code, stdout, stderr } = await home.run(['bootstrap', 'apply'], {
      env: { TOKEN: token, APP_KEY: CANARY },
    });
    expect(stderr).toMatch(says);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect([code, stdout]).toEqual([wanted, '']);
    expect(stderr).not.toContain(CANARY);
    await expect(bao.call('GET', 'secret/metadata/app')).rejects.toThrow(/404/);
  },
);
