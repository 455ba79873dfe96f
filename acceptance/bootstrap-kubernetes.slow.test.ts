import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startDevOpenBao, type OpenBao } from '../server/test/openbao.ts';
import { afterwards, keyward, startServer, temporaryFolder, type Server } from './server.ts';

interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
}

/** As generators.external-secrets.io/v1alpha1 has it. */
interface Webhook extends Resource {
  spec: {
    url: string;
    method: string;
    timeout: string;
    headers: Record<string, string>;
    body: string;
    secrets: { name: string; secretRef: { name: string } }[];
    result: { jsonPath: string };
  };
}

interface ExternalSecret extends Resource {
  spec: {
    refreshInterval: string;
    target: { name: string; template: { engineVersion: string; data: Record<string, string> } };
    dataFrom: { sourceRef: { generatorRef: { apiVersion: string; kind: string; name: string } } }[];
  };
}

interface Job extends Resource {
  spec: {
    template: {
      spec: {
        serviceAccountName: string;
        containers: {
          command: string[];
          env: { name: string; value: string }[];
          volumeMounts: { name: string; mountPath: string }[];
        }[];
        volumes: { name: string }[];
      };
    };
  };
}

function resources(file: string): Resource[] {
  const text = readFileSync(new URL(`../docs/kubernetes/${file}`, import.meta.url), 'utf8');
  return parseAllDocuments(text).flatMap((document) => {
    expect(document.errors).toEqual([]);
    const value = document.toJS() as Resource | null;
    return value === null ? [] : [value];
  });
}

function one(all: Resource[], kind: string): Resource {
  const [found, ...others] = all.filter((resource) => resource.kind === kind);
  if (found === undefined || others.length > 0) throw new Error(`There is not one ${kind}.`);
  return found;
}

/** `{{ .auth.key }}`: the only form of Go's templates in these files. */
const filled = (text: string, data: Record<string, unknown>): string =>
  text.replaceAll(/\{\{ \.([\w.]+) \}\}/g, (_whole, path: string) =>
    String(path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], data)),
  );

let server: Server;

beforeAll(async () => {
  server = await startServer();
});

describe('the objects for the External Secrets Operator', () => {
  const all = resources('external-secrets.yaml');
  const webhook = one(all, 'Webhook') as Webhook;
  const external = one(all, 'ExternalSecret') as ExternalSecret;

  test('have the fields of the custom resources, and name each other', () => {
    expect(webhook.apiVersion).toBe('generators.external-secrets.io/v1alpha1');
    const known = [
      'url',
      'method',
      'timeout',
      'headers',
      'body',
      'secrets',
      'result',
      'caBundle',
      'caProvider',
    ];
    expect(Object.keys(webhook.spec).filter((name) => !known.includes(name))).toEqual([]);
    expect(webhook.spec.timeout).toMatch(/^\d+s$/);
    expect(external).toMatchObject({
      apiVersion: 'external-secrets.io/v1',
      spec: {
        target: { template: { engineVersion: 'v2' } },
        dataFrom: [
          {
            sourceRef: {
              generatorRef: { apiVersion: webhook.apiVersion, kind: 'Webhook', name: webhook.metadata.name },
            },
          },
        ],
      },
    });
    const secret = one(all, 'Secret');
    expect(secret.metadata.labels).toEqual({ 'external-secrets.io/type': 'webhook' });
    expect(webhook.spec.secrets).toEqual([{ name: 'auth', secretRef: { name: secret.metadata.name } }]);
    expect(new Set(all.map(({ metadata }) => metadata.namespace)).size).toBe(1);
  });

  /** As the operator does: templates, one request, and the answer's members as the data of the Secret. */
  async function generate(key: string): Promise<{ status: number; data: Record<string, string> }> {
    const { url, method, headers, body, result } = webhook.spec;
    expect(result.jsonPath).toBe('$');
    const data = { auth: { key } };
    const answer = await fetch(server.url + new URL(url).pathname, {
      method,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, filled(value, data)]),
      ),
      body: filled(body, data),
    });
    const members = (await answer.json()) as Record<string, unknown>;
    const values = Object.fromEntries(
      Object.entries(members).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    const { template } = external.spec.target;
    return {
      status: answer.status,
      data: Object.fromEntries(
        Object.entries(template.data).map(([name, value]) => [name, filled(value, values)]),
      ),
    };
  }

  test('mint a key that works and ends by itself, and each refresh mints another', async () => {
    const operator = await server.mint({ name: 'operator', scopes: ['keys:write', 'models:use'] });
    const first = await generate(operator.secret);
    expect(first.status).toBe(201);
    expect(Object.keys(first.data)).toEqual(['KEYWARD_API_KEY']);
    const { KEYWARD_API_KEY: key = '' } = first.data;
    const self = await server.ask<{ key: { scopes: string[]; expires_at: string } }>('GET', '/v1/keys/self', {
      key,
    });
    expect(self).toMatchObject({ key: { scopes: ['models:use'] } });
    const lastsMs = Date.parse(self.key.expires_at) - Date.now();
    const refreshMs = Number(/^(\d+)h$/.exec(external.spec.refreshInterval)?.[1]) * 3_600_000;
    expect(lastsMs).toBeGreaterThan(refreshMs * 1.9);
    expect(lastsMs).toBeLessThanOrEqual(refreshMs * 2);
    const second = await generate(operator.secret);
    expect(second.data['KEYWARD_API_KEY']).not.toBe(key);
    await server.ask('GET', '/v1/keys/self', { key });
  });

  test("the operator's key cannot mint what it does not hold, and its children end with it if it has a budget", async () => {
    const weak = await server.mint({ name: 'weak', scopes: ['keys:write'] });
    expect((await generate(weak.secret)).status).toBe(403);
    const bounded = await server.mint({
      name: 'bounded',
      scopes: ['keys:write', 'models:use'],
      budgets: [{ name: 'month', unit: 'requests', amount: '1000', period: 'month' }],
    });
    const { data } = await generate(bounded.secret);
    const { KEYWARD_API_KEY: key = '' } = data;
    await server.ask('GET', '/v1/keys/self', { key });
    await server.ask('POST', `/v1/keys/${bounded.id}/revoke`);
    expect((await server.request('GET', '/v1/keys/self', { key })).status).toBe(401);
  });
});

describe('the Job', () => {
  const all = resources('bootstrap-job.yaml');
  const job = one(all, 'Job') as Job;
  const config = one(all, 'ConfigMap') as Resource & { data: Record<string, string> };
  const { serviceAccountName, containers, volumes } = job.spec.template.spec;
  const [container] = containers;
  if (container === undefined) throw new Error('The Job has no container.');

  test('mounts what its command and its environment name', () => {
    expect(serviceAccountName).toBe(one(all, 'ServiceAccount').metadata.name);
    const mounted = container.volumeMounts.map(({ mountPath }) => mountPath);
    for (const path of [container.command.at(-1), variable('ADMIN_KEY_FILE')])
      expect(mounted.some((folder) => path?.startsWith(`${folder}/`))).toBe(true);
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
    expect(
      container.env.filter(({ name, value }) => /KEY$|TOKEN$|SECRET$/.test(name) || value === undefined),
    ).toEqual([]);
  });

  const variable = (name: string) => container.env.find((one) => one.name === name)?.value;

  test('stores its keys through the login of its service account, and a second run changes nothing', async () => {
    const bao = await startDevOpenBao();
    afterwards(() => bao.remove());
    const folder = temporaryFolder();
    const jwtFile = await allowServiceAccount(bao, folder, {
      name: serviceAccountName,
      namespace: job.metadata.namespace,
    });
    const [, ...args] = container.command;
    const [file = ''] = Object.keys(config.data);
    expect(container.command.at(-1)).toBe(`${container.volumeMounts[0]?.mountPath}/${file}`);
    writeFileSync(join(folder, file), config.data[file] ?? '');
    writeFileSync(join(folder, 'admin-key'), server.home.adminKey, { mode: 0o600 });
    const environment = {
      VAULT_ADDR: bao.address,
      KEYWARD_URL: server.url,
      ADMIN_KEY_FILE: join(folder, 'admin-key'),
      JWT_FILE: jwtFile,
    };
    const names = container.env.map(({ name }) => name);
    expect([...names, 'JWT_FILE'].sort()).toEqual(Object.keys(environment).sort());
    const run = () => keyward([...args.slice(0, -1), join(folder, file)], { cwd: folder, environment });
    const stored = async () => {
      const { data } = (await bao.call('GET', 'kv/data/app')) as {
        data: { data: Record<string, string>; metadata: { version: number } };
      };
      return { values: data.data, version: data.metadata.version };
    };
    expect(await run()).toMatchObject({ code: 0, stderr: '' });
    const first = await stored();
    expect(first.values).toEqual({
      SESSION_SECRET: expect.stringMatching(/^\w{48}$/),
      KEYWARD_API_KEY: expect.stringMatching(/^sk-/),
    });
    await server.ask('GET', '/v1/keys/self', { key: first.values['KEYWARD_API_KEY'] ?? '' });
    const again = await run();
    expect(again.code).toBe(0);
    expect(await stored()).toEqual(first);
    for (const value of Object.values(first.values)) expect(again.stdout + again.stderr).not.toContain(value);
  });
});

/** KV at `kv`, the policy of docs/bootstrap.md, and a double of the cluster that vouches for this service account. */
async function allowServiceAccount(
  bao: OpenBao,
  folder: string,
  { name, namespace }: { name: string; namespace: string },
): Promise<string> {
  const user = { username: `system:serviceaccount:${namespace}:${name}`, uid: 'u1' };
  const reviewer = createServer((request, response) => {
    request.resume().on('end', () => {
      const status = { authenticated: true, user };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }));
    });
  }).listen(0, '127.0.0.1');
  await once(reviewer, 'listening');
  onTestFinished(() => void reviewer.close());
  const ca = join(folder, 'ca.pem');
  const make = '-x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=cluster';
  const files = ['-out', ca, '-keyout', join(folder, 'ca.key')];
  execFileSync('openssl', ['req', ...make.split(' '), ...files], { stdio: 'ignore' });
  await bao.call('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } });
  const page = readFileSync(new URL('../docs/bootstrap.md', import.meta.url), 'utf8');
  const [, policy = ''] = /```hcl\n([\s\S]*?)```/.exec(page) ?? [];
  await bao.call('PUT', 'sys/policies/acl/keyward-bootstrap', {
    policy: policy.replaceAll('tribuence/v2/anythingllm', 'app'),
  });
  await bao.call('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
  await bao.call('POST', 'auth/kubernetes/config', {
    kubernetes_host: `http://127.0.0.1:${(reviewer.address() as AddressInfo).port}`,
    kubernetes_ca_cert: readFileSync(ca, 'utf8'),
    disable_local_ca_jwt: true,
  });
  await bao.call('POST', 'auth/kubernetes/role/keyward-bootstrap', {
    bound_service_account_names: name,
    bound_service_account_namespaces: namespace,
    token_policies: ['keyward-bootstrap'],
  });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': 'u1',
    iss: 'kubernetes/serviceaccount',
  };
  const jwtFile = join(folder, 'token');
  writeFileSync(jwtFile, `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2ln\n`);
  return jwtFile;
}
