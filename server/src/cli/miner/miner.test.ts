import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KeywardClient } from '@keyward/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  chatAnswer,
  chatEvents,
  hang,
  json,
  stream,
  USAGE,
  type TestUpstream,
} from '../../../test/upstream.ts';
import { collect, delta, slowAnswer, Workplace } from './miner.fixture.ts';

const WEIGHTS = join(homedir(), '.cache/keyward/models');
const UPSTREAM_KEY = 'canary-upstream-5f2c9e';
const messages = [{ role: 'user', content: 'canary-prompt-81' }];
const place = new Workplace();
let upstream: TestUpstream;
let client: KeywardClient;
let minerKey: { id: string; secret: string };
/** Of this test alone. */
let model = '';

beforeAll(() => place.start(), 60_000);
afterAll(() => place.stop());
beforeEach(async () => {
  ({ upstream, model, minerKey, client } = await place.scene());
});
afterEach(async () => {
  await place.endPrograms();
  await upstream.close();
});

const miner = (args: string[] = [], env: Record<string, string> = {}, stdin = '') =>
  place.miner(['--upstream', upstream.baseUrl, ...args], { KEYWARD_API_KEY: minerKey.secret, ...env }, stdin);
const asked = (path: string) => upstream.received.filter((entry) => entry.path.endsWith(path));
const begun = async (): Promise<void> => {
  await expect.poll(() => asked('/chat/completions').length, { timeout: 10_000 }).toBe(1);
};
/** A job whose client gives up when `giveUp` is called. */
function abandoned() {
  const controller = new AbortController();
  const { signal } = controller;
  const failure = client.jobs.run({ prompt: 'x', model }, { signal }).catch((error: unknown) => error);
  return { failure, giveUp: () => controller.abort(new Error('enough')) };
}

test('A job for an endpoint is streamed as the chunks of the upstream, and its result is the whole answer', async () => {
  await miner();
  upstream.answer(stream([chatEvents({ usage: USAGE })]));
  const payload = { endpoint: '/v1/chat/completions', stream: true, messages, temperature: 0.5 };
  const { outputs, result } = await collect(client.jobs.stream({ payload, model }));
  expect(outputs).toHaveLength(4);
  expect(outputs[1]).toMatchObject({
    object: 'chat.completion.chunk',
    choices: [{ delta: { content: 'Grüße 🌍' } }],
  });
  expect(result).toMatchObject({
    result: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Grüße 🌍 {"usage":{"prompt_tokens":1}} "choices":[]' },
          finish_reason: 'stop',
        },
      ],
      usage: USAGE,
    },
    usage: USAGE,
  });
  const [request] = asked('/chat/completions');
  expect(JSON.parse(request?.body.toString() ?? '')).toEqual({
    model,
    stream: true,
    messages,
    temperature: 0.5,
    stream_options: { include_usage: true },
  });
});

test('An upstream that forbids stream_options is asked without them, and from then on at once', async () => {
  upstream.answer((response, received) => {
    const isRefused = received.body.includes('stream_options');
    const answer = isRefused ? json({ detail: 'Extra inputs.' }, 422) : stream([chatEvents()]);
    return answer(response, received);
  });
  await miner();
  const stream_options = { include_usage: true };
  for (const payload of [
    { messages },
    { endpoint: '/v1/chat/completions', messages, stream: true, stream_options },
  ]) {
    const { outputs } = await collect(client.jobs.stream({ payload, model }));
    expect(JSON.stringify(outputs)).toContain('Grüße');
  }
  expect(asked('/chat/completions').map(({ body }) => body.includes('stream_options'))).toEqual([
    true,
    false,
    false,
  ]);
});

test('Without stream the result is the answer of the upstream, for chats, completions and embeddings', async () => {
  await miner();
  for (const path of ['chat/completions', 'completions', 'embeddings']) {
    upstream.answer(json({ ...chatAnswer(), from: path }));
    const { result } = await client.jobs.run({ payload: { endpoint: `/v1/${path}`, input: 'x' }, model });
    expect(result).toEqual({ ...chatAnswer(), from: path });
    expect(asked(`/v1/${path}`)).toHaveLength(1);
  }
  const failure = client.jobs.run({ payload: { endpoint: '/v1/files' }, model, max_attempts: 1 });
  await expect(failure).rejects.toMatchObject({ code: 'bad_payload', state: 'FAILED' });
});

test('A prompt without an endpoint becomes a chat, whose pieces are text', async () => {
  await miner(['--name', 'texts']);
  upstream.answer(stream([chatEvents({ usage: USAGE })]), json(chatAnswer()));
  const text = 'Grüße 🌍 {"usage":{"prompt_tokens":1}} "choices":[]';
  const { outputs, result } = await collect(client.jobs.stream({ prompt: 'hello', model }));
  expect(outputs.map((piece) => (piece as { text: string }).text).join('')).toBe(text);
  expect(result.result).toEqual({ model, output: text, usage: USAGE });
  // Of an upstream that does not stream.
  const whole = await client.jobs.run({ prompt: 'hello', model });
  expect(whole.result).toEqual({ model, output: 'Grüße, "wörld" 🌍', usage: USAGE });
});

test('The key of the upstream, keys and prompts are in no output and no argument; a machine without a GPU says so', async () => {
  const program = await miner(
    ['--upstream-key-stdin', '--output', 'table'],
    { PATH: process.env['PATH'] ?? '' },
    UPSTREAM_KEY,
  );
  upstream.answer(
    json({ error: { message: `Incorrect API key provided: ${UPSTREAM_KEY}`, code: 'invalid_api_key' } }, 401),
    json({ error: { message: `No room for ${UPSTREAM_KEY}` } }, 500),
  );
  for (const expected of ['The upstream refuses this worker (401).', 'No room for [key]']) {
    const failure = client.jobs.run({ messages, model, max_attempts: 1 }).catch((error: unknown) => error);
    const error = await failure;
    expect(error).toMatchObject({ code: 'upstream_error' });
    expect(String(error)).toContain(expected);
  }
  expect(asked('/models')[0]?.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
  const said = program.stdout + program.stderr + readFileSync(`/proc/${program.child.pid}/cmdline`, 'utf8');
  for (const secret of [UPSTREAM_KEY, minerKey.secret, 'canary-prompt-81'])
    expect(said).not.toContain(secret);
  expect(said).toContain('No GPU: nvidia-smi is not installed. Jobs run on the processor.');
});

test('GPUs are reported as nvidia-smi lists them, and their seconds are in the receipt', async () => {
  const script = `#!/bin/sh
if [ $# -eq 0 ]; then echo "| NVIDIA-SMI 570.1  Driver Version: 570.1  CUDA Version: 12.8 |"
else printf 'NVIDIA H200, 143771\\nNVIDIA H200, 143771\\n'; fi\n`;
  const program = await miner(
    ['--name', 'gpus', '--label', 'team=search', '--region', 'eu', '--price-per-hour', '0.4'],
    {
      PATH: place.onPath('nvidia-smi', script),
    },
  );
  await program.says('GPUs: NVIDIA H200 with 143771 MiB, NVIDIA H200 with 143771 MiB; CUDA 12.8.');
  upstream.answer(stream([delta('a'), chatEvents()], { pauseMs: 120 }));
  const constraints = {
    gpu: 'H200',
    min_vram_gb: 140,
    cuda: '12.4',
    labels: { team: 'search' },
    region: 'eu',
  };
  const { receipt } = await client.jobs.run({ prompt: 'x', model, constraints });
  expect(receipt?.gpu_seconds_claimed).toBeGreaterThan(0.2);
  const failing = place.onPath(
    'nvidia-smi',
    '#!/bin/sh\necho "NVIDIA-SMI has failed because of the driver" >&2; exit 9\n',
  );
  const other = await miner(['--name', 'no-driver'], { PATH: failing });
  expect(other.stderr).toContain('No GPU: nvidia-smi failed: NVIDIA-SMI has failed because of the driver.');
});

test('SIGTERM lets a job finish, and a second one stops at once', async () => {
  const program = await miner();
  const go = slowAnswer(upstream);
  const result = client.jobs.run({ prompt: 'x', model });
  await begun();
  program.child.kill('SIGTERM');
  await program.says('Stopping: 1 job may finish.');
  go.resolve();
  expect((await result).result).toMatchObject({ output: expect.stringContaining('ab') });
  expect(await program.ended).toBe(0);
  const other = await miner();
  upstream.answer(hang);
  const { failure, giveUp } = abandoned();
  await other.says('started');
  other.child.kill('SIGTERM');
  await other.says('Stopping: 1 job may finish.');
  expect(await other.kill('SIGTERM')).toBe(143);
  giveUp();
  expect(await failure).toMatchObject({ message: 'enough' });
});

test('A key of another role is refused before the model starts, and a server that is away is waited for', async () => {
  const { secret } = await place.key('client');
  const client = place.program(['miner', 'run', '--upstream', upstream.baseUrl], { KEYWARD_API_KEY: secret });
  expect(await client.ended).toBe(4);
  expect(client.stderr).toContain('lacks the scope workers:register, workers:poll, workers:report');
  expect(client.stderr).toContain('keys create gpu-1 --role miner');
  expect([client.stderr.includes('Serves'), upstream.received]).toEqual([false, []]);
  const away = { KEYWARD_URL: 'http://127.0.0.1:9', KEYWARD_API_KEY: minerKey.secret };
  const early = place.program(['miner', 'run', '--upstream', upstream.baseUrl], away);
  await early.says('The server does not answer, and is tried again');
});

test('A worker without an upstream, without models or with two keys on stdin says what is wrong', async () => {
  const run = (args: string[]) => place.home.run(['miner', 'run', ...args]);
  const missing = await run(['--upstream', upstream.baseUrl, '--models', 'other,more*']);
  expect([missing.code, missing.stderr]).toEqual([
    5,
    expect.stringContaining(`the upstream lists only ${model}`),
  ]);
  await upstream.close();
  const unreachable = await run(['--upstream', upstream.baseUrl]);
  expect([unreachable.code, unreachable.stderr]).toEqual([7, expect.stringContaining('ECONNREFUSED')]);
  for (const args of [
    ['--upstream', 'http://u:p@x/v1'],
    ['--upstream', 'x'],
    ['--upstream-key-stdin'],
    ['--upstream', 'http://x/v1', '--key-stdin', '--upstream-key-stdin'],
    ['--label', 'x'],
    ['--price-per-hour', 'much'],
    ['--name', 'a b'],
  ])
    expect([args, (await run(args)).code]).toEqual([args, 2]);
});

test('A new machine joins with a token, runs as itself, and is drained from elsewhere', async () => {
  const { home } = place;
  const env = { KEYWARD_API_KEY: minerKey.secret };
  const { token } = await home.json<{ token: string }>(['miner', 'enroll', '--name', 'gpu-7'], { env });
  const machine = { KEYWARD_API_KEY: '', KEYWARD_CONFIG_DIR: `${home.folder}/machine` };
  const joined = await home.run(['miner', 'join', token], { env: machine });
  expect([joined.code, joined.stdout + joined.stderr]).toEqual([
    0,
    expect.stringContaining('"name": "gpu-7"'),
  ]);
  expect(joined.stdout + joined.stderr).not.toMatch(/sk-kw1/);
  const again = await home.run(['miner', 'join', token], { env: machine });
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('it is not replaced')]);
  const other = await home.run(['miner', 'join', '-', '--environment', 'b'], { env: machine, stdin: token });
  expect([other.code, other.stderr]).toEqual([5, expect.stringContaining('This token is not good')]);
  const program = await place.miner(['--upstream', upstream.baseUrl, '--name', 'gpu-7'], machine);
  const { items } = await home.json<{ items: { worker_id: string; name: string; state: string }[] }>(
    ['miner', 'status'],
    { env },
  );
  expect(items).toMatchObject([{ name: 'gpu-7', state: 'online' }]);
  await home.json(['miner', 'pause', items[0]!.worker_id]);
  await program.says('has paused this worker');
  await home.json(['miner', 'resume', items[0]!.worker_id]);
  await program.says('Resumed');
  const twin = await place.miner(['--upstream', upstream.baseUrl, '--name', 'gpu-7'], machine);
  await Promise.all([program.says('runs as this worker too'), twin.says('runs as this worker too')]);
  expect(await twin.kill('SIGTERM')).toBe(0);
  await home.json(['miner', 'drain', 'gpu-7'], { env });
  expect(await program.ended).toBe(0);
  const registered = await home.json<object>(['miner', 'register', '--name', 'mine', '--models', 'a,b'], {
    env,
  });
  expect(registered).toMatchObject({ worker_id: expect.stringMatching(/^wrk_/) as string, protocol: 1 });
});

test.runIf(existsSync(WEIGHTS))(
  'Without an upstream the local model answers, in a process of the worker',
  async () => {
    const env = { KEYWARD_API_KEY: minerKey.secret, KEYWARD_LOCAL_MODEL: 'on', KEYWARD_MODELS_DIR: WEIGHTS };
    const program = await place.miner(['--name', 'local'], env);
    const payload = { messages, max_tokens: 8 };
    const chat = await client.jobs.run({ payload, constraints: { models: ['smollm2-135m-instruct'] } });
    expect(chat).toMatchObject({
      result: { output: expect.stringMatching(/./) as string },
      usage: { completion_tokens: 8 },
    });
    const input = { endpoint: '/v1/embeddings', input: 'hello' };
    const vectors = await client.jobs.run({ payload: input, model: 'all-minilm-l6-v2' });
    expect(vectors.result).toMatchObject({ data: [{ embedding: expect.any(Array) as unknown }] });
    expect(await program.kill('SIGTERM')).toBe(0);
  },
  60_000,
);

test('With --output json each event is a JSON line on stdout', async () => {
  const program = place.program(['miner', 'run', '--upstream', upstream.baseUrl, '--output', 'json'], {
    KEYWARD_API_KEY: minerKey.secret,
  });
  upstream.answer(json(chatAnswer()));
  await client.jobs.run({ prompt: 'x', model });
  await expect.poll(() => program.stdout).toContain('job_completed');
  const events = program.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: string }).event);
  expect(events).toEqual(['gpus', 'models', 'registered', 'job_started', 'job_completed']);
});
