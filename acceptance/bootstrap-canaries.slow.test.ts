import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDevOpenBao } from '../server/test/openbao.ts';
import { echo, Life } from './bootstrap-life.ts';
import { ArgumentSampler, Canaries, filesBelow, randomSecret } from './canaries.ts';
import type { Recorded } from './recorder.ts';
import { afterwards, KEYWARD, machineEnvironment, newHome } from './server.ts';

const BELONG = {
  vault: 'operator',
  service: 'admin key',
  report: 'report key',
  items: 'operator',
  hook: 'hook token',
} as const;

/** Each verb that writes nothing, and a run that has nothing to do. */
async function inStep(life: Life): Promise<void> {
  expect((await life.run(['plan', '--output', 'table'])).code).toBe(0);
  expect((await life.run(['apply', '--output', 'json'])).code).toBe(0);
  expect((await life.run(['apply', '--output', 'table'])).code).toBe(0);
  expect((await life.run(['status', '--output', 'yaml'])).code).toBe(0);
  expect((await life.run(['verify', '--output', 'table'])).code).toBe(0);
}

/** Each sink refuses a new value, and says to Keyward what it was sent. */
async function sinksFail(life: Life): Promise<void> {
  const isWrite = ({ method, url }: Recorded): boolean => method !== 'GET' && !url.includes('/sys/');
  const program = () => {
    writeFileSync(join(life.folder, 'fail'), '');
    return () => rmSync(join(life.folder, 'fail'));
  };
  const faults = [
    life.fails('vault', isWrite, 403),
    life.fails('vault', (request) => isWrite(request) && request.url.includes('/metadata/')),
    life.blocks('secrets/operator'),
    life.blocks('all.env'),
    program,
    life.fails('items', isWrite, 403),
    life.fails('items', isWrite),
  ];
  for (const [index, fault] of faults.entries()) {
    life.newOperator();
    const code = await life.during(fault, ['apply', '--only', 'operator']);
    expect([index, code]).not.toEqual([index, 0]);
  }
  expect((await life.run(['apply'])).code).toBe(0);
}

/** The service refuses in each verb, or answers to the request that mints with something else. */
async function mintingFails(life: Life): Promise<void> {
  const [server] = life.home.servers;
  const key = life.canaries.add('key of a half answer', randomSecret('sk'));
  const listed = await server?.ask<{ items: { id: string }[] }>(
    'GET',
    '/v1/keys?state=active&q=keyward:app:',
  );
  for (const { id } of listed?.items ?? []) await server?.ask('POST', `/v1/keys/${id}/revoke`);
  const isMint = ({ method, url }: Recorded): boolean => method === 'POST' && url === '/v1/keys';
  const half = () => {
    const { service } = life.to;
    service.fault = (request) =>
      isMint(request) ? { status: 201, body: JSON.stringify({ secret: key }) } : undefined;
    return () => void (service.fault = () => undefined);
  };
  const faults = [
    life.fails('service', ({ url }) => url === '/v1/keys/self'),
    life.fails('service', ({ url }) => url.startsWith('/v1/keys?')),
    life.fails('service', isMint),
    life.fails('service', isMint, 403),
    half,
  ];
  for (const [index, fault] of faults.entries()) {
    const code = await life.during(fault, ['apply', '--only', 'app']);
    expect([index, code]).not.toEqual([index, 0]);
  }
  expect((await life.run(['apply'])).code).toBe(0);
}

/** With every kind of consumer: they cannot be informed, give no proof, or the former key cannot be revoked. */
async function rotations(life: Life): Promise<void> {
  const rotate = ['rotate', '--only', 'app'];
  expect(
    await life.during(
      life.fails('hook', ({ method }) => method === 'POST'),
      rotate,
    ),
  ).toBe(1);
  expect(
    await life.during(
      life.fails('hook', ({ url }) => url === '/proof', 403),
      rotate,
    ),
  ).toBe(1);
  const isRevoke = ({ url }: Recorded): boolean => url.endsWith('/revoke');
  expect(await life.during(life.fails('service', isRevoke), rotate)).toBe(7);
  expect((await life.run([...rotate, '--output', 'table'])).code).toBe(0);
  expect((await life.run(['rotate', '--only', 'shared', '--unproved'])).code).toBe(0);
  expect((await life.run(['rotate', '--only', 'operator'])).code).toBe(78);
  const asked = life.to.hook.requests.map(({ method, url }) => `${method} ${url}`);
  expect(new Set(asked)).toEqual(new Set(['POST /app', 'GET /proof', 'POST /shared']));
  expect(existsSync(join(life.folder, 'command.env'))).toBe(true);
}

/** The files follow Vault while the consumer fails; then Vault is away. */
async function watch(life: Life): Promise<void> {
  const child = spawn(KEYWARD, ['bootstrap', 'apply', '--watch', '--interval', '1', '--output', 'table'], {
    cwd: life.folder,
    env: { ...machineEnvironment(), ...life.home.environment, ...life.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const undo = life.fails('hook', () => true)();
  const next = life.canaries.add('SHARED', randomSecret('shared'));
  await life.bao.call('POST', 'secret/data/canaries', { data: { ...(await life.stored()), SHARED: next } });
  await expect.poll(() => readFileSync(join(life.folder, 'secrets/shared'), 'utf8')).toBe(next);
  await expect.poll(() => said).toMatch(/not informed|answers 500/);
  undo();
  life.to.vault.fault = echo(503);
  await expect.poll(() => said).toMatch(/does not answer as Vault does/);
  life.to.vault.fault = () => undefined;
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  // The value is the operator's from now on: without that it counts as changed by somebody else.
  life.environment['SHARED'] = next;
  life.traces.push({ where: 'output of apply --watch', bytes: Buffer.from(said) });
}

async function handOver(life: Life): Promise<void> {
  const isWrap = ({ url }: Recorded): boolean => url.endsWith('/wrapping/wrap');
  expect(await life.during(life.fails('vault', isWrap, 403), ['hand-over', 'operator'])).toBe(1);
  const { stdout } = await life.run(['hand-over', 'operator'], { allowed: ['wrapping token'] });
  const { token } = JSON.parse(stdout) as { token: string };
  life.canaries.add('wrapping token', token);
  const receive = ['receive', '--address', life.to.vault.url, '--file', 'received'];
  expect((await life.run(receive, { stdin: token })).code).toBe(0);
  rmSync(join(life.folder, 'received'));
  expect((await life.run(receive, { stdin: token })).code).toBe(3);
}

async function imports(life: Life): Promise<void> {
  const folder = join(life.folder, 'old');
  mkdirSync(folder);
  const [jwt, password] = ['jwt', 'pw'].map((shape) => life.canaries.add('import', randomSecret(shape)));
  writeFileSync(join(folder, '.env'), `JWT_SECRET=${jwt}\nDB_PASSWORD=${password}\n`);
  writeFileSync(
    join(folder, 'compose.yaml'),
    'services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD}\n  app:\n    image: example/app\n    environment:\n      JWT_SECRET: ${JWT_SECRET}\n',
  );
  const files = ['old/compose.yaml', 'old/.env'];
  const vault = ['--vault', life.to.vault.url, '--mount', 'secret', '--path-prefix', 'imported'];
  const args = ['import', ...files, ...vault];
  expect((await life.run(args)).code).toBe(0);
  const isWrite = ({ url, method }: Recorded): boolean => url.includes('/data/') && method !== 'GET';
  expect(await life.during(life.fails('vault', isWrite, 403), [...args, '--yes'])).toBe(78);
  const done = await life.run([...args, '--yes', '--output', 'table']);
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('All values are stored')]);
}

/** Reports that cannot be sent, orphans, and the end. */
async function end(life: Life): Promise<void> {
  const [server] = life.home.servers;
  life.newOperator();
  expect(
    await life.during(
      life.fails('report', () => true),
      ['apply'],
    ),
  ).toBe(0);
  expect(filesBelow(join(life.folder, '.keyward.bootstrap.yaml.reports'))).toHaveLength(1);
  life.keepFiles();
  expect((await life.run(['apply'])).code).toBe(0);
  await server?.mint({ name: 'keyward:app:dead' });
  const isRevoke = ({ url }: Recorded): boolean => url.endsWith('/revoke');
  expect(await life.during(life.fails('service', isRevoke), ['gc', '--yes'])).toBe(7);
  expect((await life.run(['gc', '--yes'])).code).toBe(0);
  expect((await life.run(['list', '--output', 'table'])).code).toBe(0);
  expect((await life.run(['get', 'canaries', 'app'])).code).toBe(0);
  expect(await life.during(life.fails('service', isRevoke), ['destroy', '--yes'])).toBe(7);
  expect((await life.run(['destroy', '--yes'])).code).toBe(0);
}

test(
  'No secret of keyward bootstrap is outside the sinks, after any verb and any failure',
  { timeout: 300_000 },
  async () => {
    const sampler = new ArgumentSampler();
    const bao = await startDevOpenBao();
    afterwards(() => bao.remove());
    const home = await newHome({ environment: { KEYWARD_LOG_LEVEL: 'trace' } });
    const server = await home.serve();
    const { secret: reportKey } = await server.mint({ name: 'reporter', scopes: ['bootstrap:write'] });
    const life = new Life({ canaries: new Canaries(), home, bao, reportKey });
    await life.start(server.url);
    // A value of this second would be taken for one of another rotation: these come later.
    for (const part of [inStep, sinksFail, mintingFails, handOver, imports, rotations, watch, end]) {
      await part(life);
      life.keepFiles();
    }
    const traces = [...(await life.everything()), ...sampler.stop()];
    // The search finds them where they belong.
    for (const [name, canary] of Object.entries(BELONG)) {
      const sent = life.to[name as keyof typeof BELONG].traces([]);
      expect(sent.flatMap((trace) => life.canaries.hitsIn(trace)).map((hit) => hit.canary)).toContain(canary);
    }
    expect(life.canaries.count).toBeGreaterThan(20);
    expect(traces.flatMap((trace) => life.canaries.hitsIn(trace))).toEqual([]);
  },
);
