import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { describeOnServer, type NewKey, type TestServer } from '../../../test/server.ts';
import { Home, type Ended } from '../cli.fixture.ts';

interface Shown {
  id: string;
  state: string;
  reported_state: string;
  key_state: string | null;
  source: string | null;
  service_key_id: string | null;
  last_run: { verb: string };
  events: { action: string; verb: string; revoked: string[] }[];
}

const CANARY = 'canary-7be1c52a';
const KEPT = '.keyward.bootstrap.yaml.reports';
const bao = useOpenBao();
let number = 0;

describeOnServer('sqlite', 'keyward bootstrap with a server that keeps a record', (start) => {
  let server: TestServer;
  let reporter: NewKey;
  beforeAll(async () => {
    server = await start();
    reporter = await server.mint({ name: 'reporter', scopes: ['bootstrap:write'] });
  });

  function world() {
    const home = new Home();
    onTestFinished(() => rmSync(home.folder, { recursive: true, force: true }));
    const name = `reported${++number}`;
    const env: Record<string, string> = {
      VAULT_TOKEN: 'root',
      OPERATOR_KEY: `${CANARY}-operator`,
      ADMIN_KEY: server.adminKey,
      REPORT_KEY: reporter.secret,
      KEYWARD_URL: server.url,
      KEYWARD_API_KEY: server.adminKey,
    };
    const manifest = `version: 1
report: { url: '${server.url}', key: { env: REPORT_KEY }, stack: ${name} }
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
services:
  keyward: { url: '${server.url}', ready: { path: /healthz, timeout_seconds: 1 } }
keys:
  operator:
    sources: [{ env: OPERATOR_KEY }]
    store: [{ sink: main, mount: secret, path: ${name}, field: OPERATOR }, { sink: files, name: operator }]
  session:
    sources: [{ random: { length: 32 } }]
    store: [{ sink: main, mount: secret, path: ${name}, field: SESSION }]
  app-${name}:
    phase: derived
    service: keyward
    sources: [{ mint: { type: keyward, admin: { env: ADMIN_KEY } } }]
    store: [{ sink: main, mount: secret, path: ${name}, field: APP }]
`;
    const write = (text: string) => writeFileSync(join(home.folder, 'keyward.bootstrap.yaml'), text);
    write(manifest);
    const outputs: string[] = [];
    const run = async (...args: string[]): Promise<Ended> => {
      const ended = await home.run(['bootstrap', ...args], { env });
      outputs.push(ended.stdout, ended.stderr);
      return ended;
    };
    const ask = async <T>(path: string): Promise<T> =>
      (await server.request<T>('GET', `/v1/bootstrap/keys${path}`)).body;
    const list = async (): Promise<Record<string, Shown>> => {
      const { items } = await ask<{ items: Shown[] }>(`?stack=${name}`);
      return Object.fromEntries(items.map((key) => [key.id, key]));
    };
    const actions = async (id: string): Promise<string[]> =>
      (await ask<Shown>(`/${name}/${id}`)).events.map(({ action }) => action).reverse();
    const values = async () =>
      ((await bao.call('GET', `secret/data/${name}`)) as { data: { data: Record<string, string> } }).data
        .data;
    const edit = async (change: Record<string, string>) =>
      bao.call('POST', `secret/data/${name}`, { data: { ...(await values()), ...change } });
    const kept = (): string[] => {
      try {
        return readdirSync(join(home.folder, KEPT));
      } catch {
        return [];
      }
    };
    const to = (url: string) => write(manifest.replace(`url: '${server.url}', key`, `url: '${url}', key`));
    return {
      home,
      env,
      manifest,
      write,
      run,
      list,
      actions,
      values,
      edit,
      kept,
      to,
      outputs,
      name,
      app: `app-${name}`,
    };
  }

  test('after apply the server lists each key with its source and its service key, and a second run adds nothing', async () => {
    const { run, list, actions, app, kept } = world();
    const { code, stderr } = await run('apply');
    expect([code, stderr]).toEqual([0, '']);
    const keys = await list();
    expect(keys).toMatchObject({
      operator: {
        state: 'in_step',
        source: 'env:OPERATOR_KEY',
        copies: ['files:operator'],
        service_key_id: null,
      },
      session: { state: 'in_step', source: 'random', verdict: null },
      [app]: { state: 'in_step', source: 'mint:keyward', verdict: 'valid', key_state: 'active' },
    });
    await run('apply');
    await run('plan');
    await run('destroy');
    for (const id of Object.keys(keys)) expect(await actions(id)).toEqual(['key_created']);
    expect((await list())[app]?.last_run.verb).toBe('apply');
    expect(kept()).toEqual([]);
  });

  test('a key that is revoked in Keyward is drift at once, then reported, and then replaced', async () => {
    const { run, list, actions, app } = world();
    await run('apply');
    const id = (await list())[app]?.service_key_id ?? '';
    await server.request('POST', `/v1/keys/${id}/revoke`);
    expect((await list())[app]).toMatchObject({
      state: 'refused',
      reported_state: 'in_step',
      key_state: 'revoked',
    });
    expect((await run('verify')).code).toBe(1);
    expect((await list())[app]).toMatchObject({ reported_state: 'refused', verdict: 'invalid' });
    await run('apply');
    expect((await list())[app]).toMatchObject({ state: 'in_step', key_state: 'active' });
    expect((await list())[app]?.service_key_id).not.toBe(id);
    expect(await actions(app)).toEqual(['key_created', 'drift_seen', 'key_updated']);
  });

  test('a value that is edited in Vault, a copy that is removed and a given value that differs are listed after verify', async () => {
    const { run, list, edit, home, actions, env } = world();
    await run('apply');
    await edit({ SESSION: `${CANARY}-edited` });
    rmSync(join(home.folder, 'secrets/operator'));
    expect((await run('verify')).code).toBe(1);
    expect(await list()).toMatchObject({
      session: { state: 'edited' },
      operator: { state: 'copies_differ' },
    });
    env['OPERATOR_KEY'] = `${CANARY}-next`;
    await run('status');
    expect(await list()).toMatchObject({ operator: { state: 'differs', last_run: { verb: 'status' } } });
    expect((await run('apply')).code).toBe(1);
    expect(await list()).toMatchObject({ operator: { state: 'in_step' }, session: { state: 'edited' } });
    expect(await actions('session')).toEqual(['key_created', 'drift_seen']);
    expect(await actions('operator')).toEqual(['key_created', 'drift_seen', 'drift_seen', 'key_updated']);
  });

  test('gc and destroy are reported with the ids that they revoked, without --yes they are not', async () => {
    const { run, list, actions, app, name } = world();
    await run('apply');
    const { id: orphan } = await server.mint({ name: `keyward:${app}:dead` });
    await run('gc');
    expect(await actions(app)).toEqual(['key_created']);
    await run('gc', '--yes');
    expect((await list())[app]).toMatchObject({ state: 'in_step', source: 'mint:keyward' });
    await run('destroy', '--yes');
    expect(await actions(app)).toEqual(['key_created', 'key_revoked', 'key_destroyed']);
    const { stdout } = await run('get', name, app);
    expect((JSON.parse(stdout) as Shown).events[1]?.revoked).toEqual([orphan]);
    expect(Object.values(await list()).map(({ state }) => state)).toEqual(Array(3).fill('destroyed'));
    await run('destroy', '--yes');
    expect(await actions('session')).toEqual(['key_created', 'key_destroyed']);
  });

  test('a report that cannot be sent changes no exit code, is kept without a value, and goes first the next time', async () => {
    const { run, to, kept, home, list, actions, app, values } = world();
    const away = `http://127.0.0.2:${server.port}`;
    to(away);
    const { code, stderr } = await run('apply');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Warning: the run was not reported to http:\/\/127\.0\.0\.2:\d+: .*ECONNREFUSED/);
    expect(stderr).toContain('The next run sends it.');
    const [file = '', ...others] = kept();
    const path = join(home.folder, KEPT, file);
    expect([others, statSync(path).mode & 0o777]).toEqual([[], 0o600]);
    const text = readFileSync(path, 'utf8');
    for (const value of Object.values(await values())) expect(text).not.toContain(value);
    expect(await list()).toEqual({});
    // It has no steps: what it saw, the next run sees again.
    expect((await run('verify')).stderr).toContain('was not reported');
    expect(kept()).toEqual([file]);
    to(server.url);
    expect((await run('verify')).stderr).toBe('');
    expect(kept()).toEqual([]);
    expect(await actions(app)).toEqual(['key_created']);
    expect((await list())[app]).toMatchObject({ state: 'in_step', last_run: { verb: 'verify' } });
  });

  test('a report that the server never accepts is named and removed, and those after it are sent', async () => {
    const { run, kept, home, actions } = world();
    mkdirSync(join(home.folder, KEPT), { mode: 0o700 });
    writeFileSync(join(home.folder, KEPT, '2026-01-01T00:00:00.000Z-a.json'), '{"stack":"x"}');
    writeFileSync(join(home.folder, KEPT, '2026-01-01T00:00:00.000Z-b.json'), '{"cut');
    const { code, stderr } = await run('apply');
    expect(code).toBe(0);
    expect(stderr).toMatch(/-a\.json is removed, as it cannot be accepted: .*run_id: is missing/);
    expect(stderr).toMatch(/-b\.json is removed/);
    expect(kept()).toEqual([]);
    expect(await actions('session')).toEqual(['key_created']);
  });

  test.for<[what: string, key: () => Promise<string | undefined>, says: string]>([
    [
      'a variable that is missing',
      async () => undefined,
      'REPORT_KEY is not set. Set it, or REPORT_KEY_FILE.',
    ],
    [
      'a key without the scope',
      async () => (await server.mint({ role: 'client' })).secret,
      'lacks the scope bootstrap:write',
    ],
    [
      'a key that was revoked',
      async () => {
        const { id, secret } = await server.mint({ scopes: ['bootstrap:write'] });
        await server.request('POST', `/v1/keys/${id}/revoke`);
        return secret;
      },
      'The key is not valid.',
    ],
  ])('the work is done with %s for the report, and the warning says why', async ([, key, says]) => {
    const { run, env, kept, values, outputs } = world();
    const secret = await key();
    if (secret === undefined) delete env['REPORT_KEY'];
    else env['REPORT_KEY'] = secret;
    const { code, stderr } = await run('apply');
    expect([code, Object.keys(await values()).length]).toEqual([0, 3]);
    expect(stderr).toContain(says);
    expect(kept()).toHaveLength(1);
    expect(outputs.join('\n')).not.toContain(secret?.slice(8, 30) ?? reporter.secret);
  });

  test('the key of the report may be one that this very run mints', async () => {
    const { run, write, manifest, name, list } = world();
    write(
      manifest.replace('{ env: REPORT_KEY }', '{ file: secrets/reporter }') +
        `  reporter-${name}:
    phase: derived
    service: keyward
    sources: [{ mint: { type: keyward, admin: { env: ADMIN_KEY }, role: admin } }]
    store: [{ sink: files, name: reporter }]
`,
    );
    const { code, stderr } = await run('apply');
    expect([code, stderr]).toEqual([0, '']);
    const keys = await list();
    expect(Object.keys(keys)).toHaveLength(4);
    const { service_key_id: id } = keys[`reporter-${name}`] ?? {};
    expect(keys['session']).toMatchObject({ reported_by: { key: id } });
  });

  test('what was done before a failure is reported, and the failure has its own exit code', async () => {
    const { run, write, manifest, list } = world();
    write(manifest.replace('/healthz', '/nothing'));
    const { code } = await run('apply');
    expect(code).toBe(7);
    expect(Object.keys(await list())).toEqual(['operator', 'session']);
  });

  test('metadata in the sink that is no name is not sent: it may be a secret', async () => {
    const { run, list, name } = world();
    await run('apply');
    const { data } = (await bao.call('GET', `secret/metadata/${name}`)) as {
      data: { custom_metadata: Record<string, string> };
    };
    const secret = `sk-${CANARY}-4d0f9b1e4d0f9b1e`;
    await bao.call('POST', `secret/metadata/${name}`, {
      custom_metadata: {
        ...data.custom_metadata,
        'keyward.SESSION': JSON.stringify({
          ...(JSON.parse(data.custom_metadata['keyward.SESSION'] ?? '{}') as object),
          source: `env:${secret}`,
          'service-key-id': secret,
          'stored-at': 'yesterday',
        }),
      },
    });
    const { stderr } = await run('verify');
    const { session } = await list();
    const { stdout } = await run('get', name, 'session');
    expect(session).toMatchObject({ state: 'in_step', source: null, service_key_id: null, stored_at: null });
    expect(stdout + stderr).not.toContain(CANARY);
  });

  test('no value reaches the server, its log, its audit record or an output', async () => {
    const { run, list, values, edit, outputs, env, app, name } = world();
    await run('apply');
    await edit({ SESSION: `${CANARY}-edited` });
    await run('verify');
    await server.request('POST', `/v1/keys/${(await list())[app]?.service_key_id}/revoke`);
    env['OPERATOR_KEY'] = `${CANARY}-next`;
    await run('apply');
    await run('list', '--output', 'table');
    await run('get', name, app);
    const stored = Object.values(await values());
    await run('destroy', '--yes');
    const audit = await server.request('GET', '/v1/audit?action=bootstrap.*&limit=200');
    expect(audit.text).toContain('bootstrap.drift_seen');
    const all = [...outputs, audit.text, ...server.log].join('\n');
    expect(all).not.toContain(CANARY);
    for (const value of stored) expect(all).not.toContain(value.slice(8, 30));
    expect((await run('list')).stdout).not.toContain(reporter.secret.slice(8, 30));
  });

  test('list, get and forget show the record on a terminal, and forget leaves the values', async () => {
    const { run, name, app, values } = world();
    await run('apply');
    const table = (await run('list', '--stack', name, '--output', 'table')).stdout;
    expect(table).toMatch(/^STACK +ID +STATE +SOURCE +PLACE +KEY +REPORTED\n/);
    expect(table).toMatch(
      new RegExp(`${name} +${app} +in_step +mint:keyward +main:\\S+ +key_\\w+ \\(active\\)`),
    );
    const one = (await run('get', name, app, '--output', 'table')).stdout;
    expect(one).toMatch(/\nAT +ACTION +STATE +VERB +REASON\n\S+ \S+ +key_created +in_step +apply/);
    const before = await values();
    expect((await run('forget', name, app, '--output', 'table')).stdout).toBe(`Forgotten: ${name}/${app}\n`);
    expect((await run('get', name, app)).code).toBe(5);
    expect((await run('forget', name)).code).toBe(0);
    expect((await run('forget', name)).code).toBe(5);
    expect(await values()).toEqual(before);
    const { code, stderr } = await run('list', '--state', 'fine');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--state: must be one of in_step')]);
  });
});
