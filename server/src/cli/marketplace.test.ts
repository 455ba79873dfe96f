import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { startServer, type Home } from './cli.fixture.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
let workerId = '';
let gpuId = '';
let clientKey = '';

interface GpuList {
  items: { gpu_id: string; state: string }[];
}

beforeAll(async () => {
  server = await startServer();
  home = server.home;
  const capabilities = { models: ['m'], gpus: [{ name: 'RTX 4090', memory_mb: 24_564 }] };
  const registered = await fetch(`${server.url}/v1/workers/register`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.adminKey}`,
      'content-type': 'application/json',
      'x-miner-id': 'my-machine',
    },
    body: JSON.stringify({ capabilities }),
  });
  ({ worker_id: workerId } = (await registered.json()) as { worker_id: string });
  gpuId = `${workerId}-0`;
  await home.json(['owners', 'create', 'friend']);
  const made = await home.json<{ secret: string }>([
    'keys',
    'create',
    'friend',
    '--owner',
    'friend',
    '--role',
    'client',
  ]);
  clientKey = made.secret;
}, 60_000);
afterAll(() => server.stop());

const gpu = (...args: string[]) => home.run(['marketplace', 'gpu', ...args]);
const asClient = (...args: string[]) => home.run(args, { env: { KEYWARD_API_KEY: clientKey } });

test('marketplace gpu list prints JSON, YAML or a table, and filters', async () => {
  const { items } = await home.json<GpuList>(['marketplace', 'gpu', 'list']);
  expect(items.map(({ gpu_id: id }) => id)).toEqual([gpuId]);
  const yaml = await gpu('list', '--output', 'yaml', '--available');
  expect(parse(yaml.stdout)).toMatchObject({ items: [{ gpu_id: gpuId, model: 'RTX 4090' }] });
  const table = await gpu('list', '--output', 'table', '--memory-min', '24', '--price-max', '1');
  expect(table.stdout).toMatch(new RegExp(`^ID +GPU +MEMORY GIB .*\\n${gpuId} +RTX 4090 +24 `));
  expect((await gpu('list', '--model', 'H200', '-o', 'table')).stdout).toBe('(none)\n');
  const wrong = await gpu('list', '--price-max', 'cheap');
  expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([2, '', expect.stringContaining('--price-max')]);
}, 60_000);

test('an offer is set, a GPU is booked once, and released by its booker', async () => {
  const offered = await home.json<object>([
    'marketplace',
    'gpu',
    'register',
    'my-machine',
    '--price-per-hour',
    '0.35',
    '--description',
    'quiet',
  ]);
  expect(offered).toMatchObject({ worker_id: workerId, gpus: [{ price_per_hour: 0.35 }] });
  const shown = await gpu('register', 'my-machine', '--price-per-hour', '0.35', '-o', 'table');
  expect(shown.stdout).toMatch(
    new RegExp(`^worker +${workerId}\\n\\nID +GPU .*\\n${gpuId} +RTX 4090 .* 0\\.35 `),
  );
  const empty = await gpu('register', 'my-machine');
  expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('--price-per-hour')]);
  const booked = await asClient('marketplace', 'gpu', 'book', gpuId, '--hours', '0.5');
  expect([booked.code, JSON.parse(booked.stdout)]).toEqual([0, expect.objectContaining({ state: 'booked' })]);
  const taken = await gpu('book', gpuId);
  expect([taken.code, taken.stdout, taken.stderr]).toEqual([
    1,
    '',
    expect.stringContaining('already_booked'),
  ]);
  const details = await home.json<object>(['marketplace', 'gpu', 'details', gpuId]);
  expect(details).toMatchObject({ state: 'booked', description: 'quiet' });
  const released = await asClient('marketplace', 'gpu', 'release', gpuId);
  expect([released.code, JSON.parse(released.stdout)]).toEqual([
    0,
    { worker_id: workerId, state: 'released' },
  ]);
  const again = await asClient('marketplace', 'gpu', 'release', gpuId);
  expect([again.code, again.stdout, again.stderr]).toEqual([5, '', expect.stringContaining('no booking')]);
  const foreign = await asClient('marketplace', 'gpu', 'register', gpuId, '--price-per-hour', '0');
  expect([foreign.code, foreign.stderr]).toEqual([4, expect.stringContaining('marketplace:offer')]);
}, 60_000);

test('admin shows counts, jobs, workers and the state, to administrators alone', async () => {
  const submitted = await fetch(`${server.url}/v1/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'canary-prompt', model: 'm' }),
  });
  const { job_id: id } = (await submitted.json()) as { job_id: string };
  expect(await home.json(['admin', 'stats'])).toMatchObject({ jobs: { QUEUED: 1 }, workers: { online: 1 } });
  const table = await home.run(['admin', 'stats', '-o', 'table']);
  expect(table.stdout).toMatch(/QUEUED +1\n[\s\S]*online +1\n[\s\S]*wait p95/);
  expect(await home.json(['admin', 'status'])).toMatchObject({ status: 'ready', jobs_queued: 1 });
  expect(await home.json(['admin', 'jobs', '--state', 'QUEUED', '--from', '1h'])).toMatchObject({
    items: [{ job_id: id }],
  });
  expect(await home.json(['admin', 'jobs', '--owner', 'own_000000000000'])).toMatchObject({ items: [] });
  expect(await home.json(['admin', 'miners'])).toMatchObject({ items: [{ name: 'my-machine' }] });
  expect((await home.run(['admin', 'miners', '-o', 'table'])).stdout).toMatch(/^ID +NAME +STATE/);
  expect(await home.json(['admin', 'job', id])).toMatchObject({ job_id: id, attempts: [], receipt: null });
  expect(await home.json(['admin', 'miner', workerId])).toMatchObject({ name: 'my-machine', running: [] });
  for (const verb of ['stats', 'jobs', 'miners', 'status']) {
    const refused = await asClient('admin', verb);
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      4,
      '',
      expect.stringContaining('workers:manage'),
    ]);
  }
}, 60_000);

test('a worker is paused and resumed by administrators alone', async () => {
  const pausedAt = expect.stringMatching(/^20/) as string;
  expect(await home.json(['miner', 'pause', workerId])).toEqual({ worker_id: workerId, paused_at: pausedAt });
  expect(await home.json(['miner', 'status'])).toMatchObject({ items: [{ paused_at: pausedAt }] });
  const refused = await asClient('miner', 'resume', workerId);
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('workers:manage')]);
  expect(await home.json(['miner', 'resume', workerId])).toEqual({ worker_id: workerId, paused_at: null });
}, 60_000);

test('a worker is taken away by its owner, and by nobody else', async () => {
  const unknown = await asClient('miner', 'delete', workerId, '--yes');
  expect([unknown.code, unknown.stderr]).toEqual([4, expect.stringContaining('workers:register')]);
  const gone = await home.json(['miner', 'delete', 'my-machine', '--yes']);
  expect(gone).toEqual({ state: 'gone', leases: 0 });
  expect(await home.json(['miner', 'status'])).toMatchObject({ items: [] });
}, 60_000);

test('endpoints lists one group, also by its other word, and says when the server has none', async () => {
  const paths = async (group: string): Promise<string[]> =>
    (await home.json<{ items: { path: string }[] }>(['endpoints', group])).items.map(({ path }) => path);
  expect(await paths('marketplace')).toContain('/v1/marketplace/gpu/list');
  expect(await paths('miners')).toContain('/v1/workers/register');
  expect(await paths('/v1/marketplace')).toEqual(await paths('marketplace'));
  const near = await home.run(['endpoints', 'marketplaec']);
  expect([near.code, near.stderr]).toEqual([
    5,
    expect.stringContaining('Did you mean keyward endpoints marketplace?'),
  ]);
  const none = await home.run(['endpoints', 'teleport']);
  expect([none.code, none.stdout]).toEqual([5, '']);
  expect(none.stderr).toMatch(
    /no teleport endpoints. It is Keyward \d+\.\d+\.\d+.*It has: .*\/v1\/marketplace/s,
  );
}, 60_000);

/** A server of an earlier version: what it answers, without the group. */
async function startOlderServer(): Promise<string> {
  const answers: Record<string, object> = {
    '/healthz': { status: 'ok', version: '0.1.0' },
    '/openapi.json': { paths: { '/v1/keys': { get: {} }, '/v1/owners/{id}': { get: {} } } },
  };
  const older = createServer(({ url = '' }, response) => {
    const body = answers[url];
    const missing = { code: 'route_not_found', detail: 'There is no such endpoint.', status: 404 };
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? missing));
  });
  await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void older.close());
  return `http://127.0.0.1:${(older.address() as AddressInfo).port}`;
}

test('a server without the group is named with its version and what it has', async () => {
  const url = await startOlderServer();
  for (const [args, group] of [
    [['marketplace', 'gpu', 'list'], 'marketplace'],
    [['admin', 'stats'], 'admin'],
    [['endpoints', 'marketplace'], 'marketplace'],
  ] as const) {
    const { code, stdout, stderr } = await home.run([...args, '--url', url]);
    expect([args, code, stdout]).toEqual([args, 5, '']);
    expect(stderr).toMatch(
      new RegExp(`no ${group} endpoints.*It is Keyward 0\\.1\\.0.*/v1/keys, /v1/owners`, 's'),
    );
  }
}, 60_000);

test('no command of these tests wrote a key or a prompt to stderr', () => {
  expect(home.said).not.toContain(clientKey);
  expect(home.said).not.toContain(server.adminKey);
  expect(home.said).not.toContain('canary');
});
