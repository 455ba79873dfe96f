import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../../../test/upstream.ts';
import { gated } from '../../../openai/batches/batches.fixture.ts';
import { startServer, type Home } from '../../cli.fixture.ts';
import { csvRows } from './csv.ts';

interface Batch {
  id: string;
  status: string;
  request_counts: { total: number; completed: number; failed: number };
}

let home: Home;
let upstream: TestUpstream;
let url = '';
let adminKey = '';
let stop: (() => Promise<void>) | undefined;

const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.json();
};
const batches = async () => ((await ask('GET', '/v1/batches')) as { data: Batch[] }).data;
const write = (name: string, text: string): string => {
  writeFileSync(join(home.folder, name), text);
  return name;
};
const lines = (name: string): { custom_id: string; response: { status_code: number } | null }[] =>
  readFileSync(join(home.folder, name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as never);
const records = (): string[] => {
  const folder = join(home.configDir, 'batches');
  return existsSync(folder) ? readdirSync(folder) : [];
};

beforeAll(async () => {
  upstream = await startTestUpstream();
  const started = await startServer();
  ({ home, url, adminKey } = started);
  stop = () => started.stop();
  await ask('POST', '/v1/upstreams', { name: 'up', base_url: upstream.baseUrl });
}, 60_000);
afterAll(async () => {
  await stop?.();
  await upstream.close();
});
beforeEach(() => upstream.answer(json(chatAnswer())));

test('Prompts of a file are run as a batch, and its results are written', async () => {
  const file = write(
    'prompts.ndjson',
    '{"prompt": "one"}\n"two"\n\n{"custom_id": "mine", "messages": [{"role": "user", "content": "three"}], "model": "gpt-test"}\n' +
      '{"custom_id": "whole", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "no-such", "messages": []}}\n',
  );
  const ended = await home.run([
    'client',
    'batch-submit',
    file,
    '--model',
    'gpt-test',
    '--output-file',
    'out.jsonl',
    '--json',
  ]);
  expect(ended.code).toBe(1);
  const batch = JSON.parse(ended.stdout) as Batch;
  expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 4, completed: 3, failed: 1 } });
  expect(ended.stderr).toContain('4 requests submitted');
  expect(lines('out.jsonl').map((line) => [line.custom_id, line.response?.status_code])).toEqual([
    ['line-1', 200],
    ['line-2', 200],
    ['mine', 200],
    ['whole', 404],
  ]);
  expect(records()).toEqual([]);
  const shown = await home.run(['client', 'batch-result', batch.id]);
  expect(shown.stdout).toBe(readFileSync(join(home.folder, 'out.jsonl'), 'utf8'));
  const { items } = await home.json<{ items: Batch[] }>(['client', 'batch-list']);
  expect(items[0]).toEqual(batch);
  const listed = await home.run(['client', 'batch-list', '--limit', '1', '-o', 'table']);
  expect(listed.stdout).toMatch(
    /^ID +STATUS +ANSWERED +FAILED +CREATED\nbatch_\w+ +completed +3 of 4 +1 +20/,
  );
  const status = await home.run(['client', 'batch-status', batch.id, '--output', 'table']);
  expect([status.code, status.stdout]).toEqual([0, `${batch.id}: completed, 3 of 4 answered, 1 failed\n`]);
});

test('Rows of a CSV file are requests', async () => {
  const file = write('prompts.csv', 'custom_id,prompt\r\na,"one, ""quoted""\r\nin two lines"\r\nb,two\r\n');
  const ended = await home.run([
    'client',
    'batch-submit',
    file,
    '-m',
    'gpt-test',
    '--output-file',
    'csv.jsonl',
  ]);
  expect(ended.code).toBe(0);
  expect(lines('csv.jsonl').map(({ custom_id: id }) => id)).toEqual(['a', 'b']);
  const sent = upstream.received.map(({ body }) => body.toString()).find((text) => text.includes('quoted'));
  expect(sent).toContain(JSON.stringify('one, "quoted"\r\nin two lines'));
});

test.for<[name: string, file: string, text: string, says: string]>([
  [
    'cut off',
    'a.ndjson',
    '{"prompt": "one", "model": "m"}\n{"prompt": "tw',
    'Line 2 of the input: is not a JSON object, or is cut off',
  ],
  ['without a model', 'b.ndjson', '{"prompt": "one"}\n', 'Line 1 of the input: model: is missing'],
  ['without a prompt', 'c.ndjson', '{"model": "m"}\n', 'Line 1 of the input: prompt: is missing'],
  [
    'with a custom_id twice',
    'd.ndjson',
    '{"custom_id":"a","prompt":"x","model":"m"}\n'.repeat(2),
    'Line 2 of the input: custom_id',
  ],
  [
    'for another url',
    'e.ndjson',
    '{"custom_id":"a","url":"/v1/embeddings","body":{"model":"m"}}',
    'Line 1 of the input: url',
  ],
  ['without a request', 'f.ndjson', '\n', 'it has no request'],
  [
    'in CSV without a head',
    'g.csv',
    'one\ntwo\n',
    'Line 1 of the input: its first line must name the columns',
  ],
  [
    'in CSV with a quote that is open',
    'h.csv',
    'prompt\none\n"two\nthree',
    'Line 3 of the input: its quote is not closed',
  ],
  [
    'in CSV with a cell too many',
    'i.csv',
    'prompt,model\none,m\ntwo,m,x\n',
    'Line 3 of the input: it has 3 cells',
  ],
])('A file %s is refused before anything is sent', async ([, name, text, says]) => {
  const before = (await batches()).length;
  const ended = await home.run(['client', 'batch-submit', write(name, text)]);
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(says);
  expect(await batches()).toHaveLength(before);
});

test('A submission that is killed goes on with the same batch, and submits nothing twice', async () => {
  const gate = gated();
  upstream.answer(gate.behaviour);
  const before = (await batches()).length;
  const file = write('killed.ndjson', Array.from({ length: 5 }, (_, n) => `{"prompt": "${n}"}\n`).join(''));
  const args = ['client', 'batch-submit', file, '--model', 'gpt-test', '--output-file', 'killed.jsonl'];
  const child = home.spawn(args);
  await expect.poll(gate.waiting).toBe(5);
  await expect.poll(records).toHaveLength(1);
  const [name = ''] = records();
  const record = join(home.configDir, 'batches', name);
  const noted = () => JSON.parse(readFileSync(record, 'utf8')) as { batchId?: string };
  await expect.poll(() => noted().batchId).toBeDefined();
  child.kill('SIGKILL');
  // As if it was killed before it knew of the batch.
  const { batchId, ...earlier } = noted();
  writeFileSync(record, JSON.stringify(earlier));
  const again = home.run(args);
  await expect.poll(async () => (await batches()).length).toBe(before + 1);
  gate.open();
  const ended = await again;
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining(batchId ?? '-')]);
  expect(lines('killed.jsonl')).toHaveLength(5);
  expect(await batches()).toHaveLength(before + 1);
  expect(records()).toEqual([]);
  expect(readFileSync(join(home.folder, 'killed.jsonl'), 'utf8')).not.toContain(adminKey);
});

test('Without waiting, a file is submitted once, its batch can be cancelled, and --anew submits it again', async () => {
  const gate = gated();
  upstream.answer(gate.behaviour);
  const file = write('later.ndjson', '{"prompt": "later"}\n');
  const submit = ['client', 'batch-submit', file, '--model', 'gpt-test', '--no-wait'];
  const { id } = await home.json<Batch>(submit);
  const again = await home.run(submit);
  expect(JSON.parse(again.stdout)).toMatchObject({ id });
  expect(again.stderr).toContain('which was submitted before');
  const early = await home.run(['client', 'batch-result', id]);
  expect([early.code, early.stdout]).toEqual([1, '']);
  expect(early.stderr).toContain('there are no results yet');
  expect((await home.json<Batch>(['client', 'batch-cancel', id])).status).toBe('cancelling');
  gate.open();
  const over = await home.run(['client', 'batch-status', id, '--wait', '--json']);
  expect((JSON.parse(over.stdout) as Batch).status).toBe('cancelled');
  upstream.answer(json(chatAnswer()));
  expect((await home.json<Batch>([...submit, '--anew'])).id).not.toBe(id);
});

test('A batch whose lines are refused by the server says which', async () => {
  const file = write('refused.ndjson', '{"prompt": "x", "stream": true}\n');
  const ended = await home.run(['client', 'batch-submit', file, '--model', 'gpt-test', '--output', 'table']);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain('line 1: body.stream: must be false or left out in a batch.');
});

test('A CSV text is read after RFC 4180', () => {
  expect(csvRows('a,b\r\n"x,\n""y""",\n\nlast,"1"')).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['x,\n"y"', ''] },
    { line: 5, cells: ['last', '1'] },
  ]);
  expect(csvRows('a,')).toEqual([{ line: 1, cells: ['a', ''] }]);
});
