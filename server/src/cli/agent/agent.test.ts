import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../../test/server.ts';
import { TestWorker } from '../../api/jobs/jobs.fixture.ts';
import { startServer, type Home } from '../cli.fixture.ts';

let home: Home;
let stopServer: (() => Promise<void>) | undefined;
let workers: TestWorker[];

beforeAll(async () => {
  const started = await startServer();
  ({ home } = started);
  stopServer = () => started.stop();
  const { url, adminKey } = started;
  const request = async (
    method: string,
    path: string,
    { body, headers }: { body?: unknown; headers?: object } = {},
  ) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text === '' ? '' : JSON.parse(text) };
  };
  const server = { url, request } as unknown as TestServer;
  workers = ['one', 'two', 'three'].map((name) => new TestWorker(server, adminKey, name));
  for (const worker of workers) await worker.register({ models: ['m'] });
}, 60_000);
afterAll(() => stopServer?.());

const worker = (at = 0): TestWorker => workers[at] as TestWorker;

test('a workflow is created as typed, executed and waited for, and its output is printed', async () => {
  const made = await home.json<{ workflow_id: string; name: string; description: string }>([
    'agent',
    'create',
    '--name',
    'test',
    '--description',
    'test',
  ]);
  expect(made).toMatchObject({ name: 'test', description: 'test' });
  expect((await home.run(['agent', 'list', '--output', 'table'])).stdout).toMatch(/test +test +main/);
  const missing = await home.run(['agent', 'execute', 'test']);
  expect([missing.code, missing.stdout]).toEqual([2, '']);
  expect(missing.stderr).toContain('--inputs: prompt is missing');
  const waiting = home.run(['agent', 'execute', 'test', '--prompt', 'Hello', '--wait', '--output', 'table']);
  const job = await worker().take();
  expect(JSON.stringify(job.payload)).toContain('Hello');
  await worker().result(job, 'Hi\u001b[31m\nthere');
  const ended = await waiting;
  expect([ended.code, ended.stdout]).toEqual([0, 'Hi\\u001b[31m\nthere\n']);
  expect(ended.stderr).toContain('0 of 1 step');
  const executions = ['agent', 'executions', '--workflow', 'test'];
  const done = [...executions, '--state', 'COMPLETED'];
  expect(await home.json(done)).toMatchObject({ items: [{ workflow_name: 'test' }] });
  expect(await home.json([...executions, '--state', 'FAILED'])).toMatchObject({ items: [] });
});

test('steps come from a file, and a failed execution has exit code 1 and a log', async () => {
  const file = join(home.folder, 'steps.json');
  const steps = [
    { id: 'draft', model: 'm', prompt: '{{inputs.topic}}', max_retries: 0 },
    { id: 'end', prompt: '{{steps.draft.output}}' },
  ];
  writeFileSync(file, JSON.stringify(steps));
  await home.json(['agent', 'create', 'report', '--steps', file]);
  const waiting = home.run(['agent', 'execute', 'report', '--input', 'topic=ferries', '--wait']);
  await worker().fail(await worker().take(), 'bad_payload');
  const { code, stdout } = await waiting;
  const { execution_id: id, state } = JSON.parse(stdout) as { execution_id: string; state: string };
  expect([code, state]).toEqual([1, 'FAILED']);
  const shown = await home.run(['agent', 'status', id, '--output', 'table']);
  expect(shown.stdout).toMatch(/draft +inference +FAILED +job_\w+ +It was bad_payload\./);
  expect(shown.stdout).toMatch(/end +inference +SKIPPED/);
  const logs = await home.json<{ items: { event: string }[] }>(['agent', 'logs', id]);
  expect(logs.items.map(({ event }) => event)).toEqual([
    'RUNNING',
    'SUBMITTED',
    'FAILED',
    'SKIPPED',
    'FAILED',
  ]);
});

test('an execution is canceled, and a workflow deleted', async () => {
  await home.json(['agent', 'create', 'long', '--model', 'm']);
  const begun = await home.run(['agent', 'execute', 'long', '--inputs', '{"prompt":"x"}']);
  expect(begun.stderr).toContain('keyward agent status exec_');
  const { execution_id: id } = JSON.parse(begun.stdout) as { execution_id: string };
  expect(await home.json(['agent', 'cancel', id])).toMatchObject({ state: 'CANCELED' });
  expect(await home.json(['agent', 'delete', 'long', '--yes'])).toMatchObject({ state: 'deleted' });
  expect((await home.run(['agent', 'delete', 'long', '--yes'])).code).toBe(5);
  for (const made of [0, 1]) await home.json(['agent', 'create', 'twin', '--description', String(made)]);
  const several = await home.run(['agent', 'execute', 'twin', '--prompt', 'x']);
  expect([several.code, several.stderr]).toEqual([2, expect.stringContaining('2 workflows have this name')]);
});

test('wrong arguments are refused before anything is sent', async () => {
  const file = join(home.folder, 'wrong.json');
  writeFileSync(file, '{"prompt": "x"}');
  for (const [args, text] of [
    [['agent', 'create', 'x', '--steps', file], 'a list of steps'],
    [['agent', 'create', 'x', '--steps', `${file}.none`], 'cannot be read'],
    [['agent', 'create', 'x', '--steps', file, '--model', 'm'], '--steps, or'],
    [['agent', 'execute', 'x', '--input', 'topic'], 'name=value'],
    [['agent', 'execute', 'x', '--inputs', '[1]'], 'JSON object'],
    [['swarm', 'coordinate'], '--task'],
    [['swarm', 'consensus', 'swt_000000000000', '--threshold', '2'], '--threshold'],
  ] as const) {
    const { code, stdout, stderr } = await home.run([...args]);
    expect([args, code, stdout, stderr]).toEqual([args, 2, '', expect.stringContaining(text)]);
  }
});

test('workers join a swarm, give a consensus, and leave', async () => {
  for (const { name } of workers)
    await home.json(['swarm', 'join', '--capability', 'maths', '--swarm', 'nordic', '--miner', name]);
  expect((await home.run(['swarm', 'list', '--output', 'table'])).stdout).toMatch(/nordic +3 +3 +maths/);
  expect((await home.run(['swarm', 'status', '--swarm', 'nordic', '--output', 'table'])).stdout).toContain(
    'three',
  );
  const waiting = home.run(['swarm', 'coordinate', '--task', '2 + 2?', '--swarm', 'nordic', '--wait']);
  for (const [at, output] of ['4', '4.', '5'].entries())
    await worker(at).result(await worker(at).take(), output);
  const { code, stdout } = await waiting;
  const task = JSON.parse(stdout) as { task_id: string; result: string };
  expect([code, task.result]).toEqual([0, '4']);
  const strict = await home.run([
    'swarm',
    'consensus',
    task.task_id,
    '--threshold',
    '0.9',
    '--output',
    'table',
  ]);
  expect([strict.code, strict.stdout]).toEqual([1, expect.stringContaining('0.9 is needed')]);
  const left = await home.json(['swarm', 'leave', '--swarm', 'nordic', '--miner', 'one']);
  expect(left).toMatchObject({ left: ['nordic'] });
  const none = await home.run(['swarm', 'leave', '--swarm', 'nordic', '--miner', 'one']);
  expect(none.code).toBe(5);
});
