import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { json } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { addUpstream, LocalModel } from '../index.ts';
import { ACTOR, bodyOf, chatRequest, openModels, openUpstream } from '../models.fixture.ts';

const PROGRAM = fileURLToPath(new URL('../../../test/upstream-local-model.ts', import.meta.url));
const WEIGHTS = join(homedir(), '.cache/keyward/models');
const CHAT = 'smollm2-135m-instruct';

interface Life {
  pid: number;
  env: Record<string, string>;
  args: string[];
}

let folder = '';
let local: LocalModel | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-local-'));
});
afterEach(async () => {
  await local?.stop();
  local = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function open(kind: string, environment: Record<string, string> = { PATH: process.env['PATH'] ?? '' }) {
  const modelsDir = join(folder, kind);
  mkdirSync(modelsDir);
  const logger = pino({ level: 'silent' });
  local = new LocalModel({ clock: systemClock, logger, modelsDir, environment, program: PROGRAM });
  const opened = await openModels({ localModel: local });
  local.start();
  local.start();
  const lives = (): Life[] =>
    existsSync(join(modelsDir, 'lives'))
      ? readFileSync(join(modelsDir, 'lives'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Life)
      : [];
  return { ...opened, local, lives };
}

async function until(condition: () => boolean, forMs = 30_000): Promise<void> {
  const endMs = performance.now() + forMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error('It did not come to that in time.');
    await sleep(10);
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the local model', () => {
  test('The local model serves its models as the upstream `local`, with its own token', async () => {
    const { models, local, lives } = await open('good');
    expect((await models.listModels()).map(({ id, owned_by }) => [id, owned_by])).toEqual([
      ['all-minilm-l6-v2', 'local'],
      [CHAT, 'local'],
    ]);
    await until(() => local.state().status === 'ready');
    for (const model of [CHAT, `local/${CHAT}`]) {
      const answer = await models.forward(chatRequest({ model }));
      expect(answer).toMatchObject({ status: 200, upstreamId: 'local' });
      await bodyOf(answer);
    }
    const [life] = lives();
    expect(local.state()).toMatchObject({ models: [CHAT, 'all-minilm-l6-v2'], restarts: 0, pid: life?.pid });
    expect(life?.args.join(' ')).not.toContain(life?.env['KEYWARD_LOCAL_MODEL_TOKEN']);
  });

  test('A request to an API that the local model does not have gets a 404 that names the API', async () => {
    const { models } = await open('good');
    await expect.poll(() => models.findModel(CHAT)).toBeDefined();
    for (const [path, words] of [
      ['/messages', 'runs on this server, and has no Messages API.'],
      ['/messages/count_tokens', 'has no Messages API.'],
      ['/responses', 'has no Responses API.'],
      ['/rerank', 'has no endpoint /v1/rerank.'],
    ] as const)
      await expect(models.forward(chatRequest({ model: CHAT }, { path }))).rejects.toMatchObject({
        code: 'model_not_found',
        message: expect.stringContaining(words) as string,
      });
  });

  test('The local model gets only the variables of the environment that fetching weights needs', async () => {
    const { lives } = await open('good', {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nowhere',
      https_proxy: 'http://proxy:1',
      PIP_INDEX_URL: 'http://index',
      KEYWARD_MASTER_KEY: 'a',
      KEYWARD_DATABASE_URL: 'b',
      ADMIN_API_KEYS: 'c',
      OPENAI_API_KEY: 'd',
      AWS_SECRET_ACCESS_KEY: 'e',
      NODE_OPTIONS: '--throw-deprecation',
    });
    await until(() => lives().length === 1);
    expect(Object.keys(lives()[0]?.env ?? {}).sort()).toEqual([
      'HOME',
      'KEYWARD_LOCAL_MODEL_TOKEN',
      'PATH',
      'PIP_INDEX_URL',
      'https_proxy',
    ]);
  });

  test('After kill -9 a request gets 503 with a hint, other models work, and the local model restarts', async () => {
    const { models, local, lives } = await open('good');
    const upstream = await openUpstream();
    await addUpstream(models, { name: 'other', base_url: upstream.baseUrl, models: ['m'] }, ACTOR);
    await until(() => local.state().status === 'ready');
    process.kill(local.state().pid ?? 0, 'SIGKILL');
    // At once, and when the end of the process is known.
    for (const _ of [0, 1]) {
      const failure = models.forward(chatRequest({ model: CHAT }));
      await expect(failure).rejects.toMatchObject({
        code: 'not_ready',
        status: 503,
        extras: { hint: expect.stringContaining('restarting') as string },
      });
      await until(() => local.state().status === 'restarting');
    }
    expect((await models.forward(chatRequest({ model: 'm' }))).status).toBe(200);
    expect(await models.listModels()).toHaveLength(3);
    await until(() => local.state().status === 'ready');
    expect((await models.forward(chatRequest({ model: CHAT }))).status).toBe(200);
    expect(local.state()).toMatchObject({ restarts: 1 });
    const tokens = lives().map(({ env }) => env['KEYWARD_LOCAL_MODEL_TOKEN']);
    expect(new Set(tokens).size).toBe(2);
  });

  test('A request that crashes the local model gets 503', async () => {
    const { models, local } = await open('good');
    await until(() => local.state().status === 'ready');
    const messages = [{ role: 'user', content: 'please crash' }];
    await expect(models.forward(chatRequest({ model: CHAT, messages }))).rejects.toMatchObject({
      code: 'not_ready',
    });
    await until(() => local.state().status === 'ready' && local.state().restarts === 1);
    expect((await models.forward(chatRequest({ model: CHAT }))).status).toBe(200);
  });

  test('A local model that crashes at each start is restarted with growing pauses', async () => {
    const { local, lives } = await open('crashing');
    await until(() => local.state().restarts === 3);
    expect(local.state()).toMatchObject({ status: 'restarting', reason: 'the process ended with code 3' });
    await sleep(700);
    expect(lives()).toHaveLength(3);
  });

  test.for<[string, RegExp]>([
    ['fetching', /downloading its weights \(43 %\)/],
    ['failing', /no room in KEYWARD_MODELS_DIR\. Make room\./],
  ])('The hint says that the local model is %s', async ([kind, hint]) => {
    const { models, local } = await open(kind);
    await until(() => local.state().status === kind.replace('failing', 'failed'));
    await expect(models.forward(chatRequest({ model: CHAT }))).rejects.toMatchObject({
      code: 'not_ready',
      extras: { hint: expect.stringMatching(hint) as string },
    });
  });

  test('Another upstream serves the model while the local model is down', async () => {
    const { models } = await open('fetching');
    const upstream = await openUpstream();
    upstream.answer(json({ from: 'elsewhere' }));
    await addUpstream(models, { name: 'other', base_url: upstream.baseUrl, models: [CHAT] }, ACTOR);
    expect((await bodyOf(await models.forward(chatRequest({ model: CHAT })))).toString()).toContain(
      'elsewhere',
    );
  });

  test.for(['good', 'deaf'])(
    'Stop is idempotent and ends the local model, and start starts it again (%s)',
    async (kind) => {
      const { local, lives } = await open(kind);
      await until(() => local.state().status === 'ready');
      await Promise.all([local.stop(), local.stop()]);
      expect(local.state()).toMatchObject({ status: 'stopped', pid: null, models: [] });
      expect(isAlive(lives()[0]?.pid ?? 0)).toBe(false);
      local.start();
      await until(() => local.state().status === 'ready');
    },
  );
});

describe.runIf(existsSync(WEIGHTS))('the real local model', () => {
  test('The real local model answers, embeds, and restarts after kill -9', { timeout: 60_000 }, async () => {
    const logger = pino({ level: 'silent' });
    local = new LocalModel({
      clock: systemClock,
      logger,
      modelsDir: WEIGHTS,
      environment: { ...process.env },
    });
    const { models } = await openModels({ localModel: local });
    local.start();
    for (const life of [0, 1]) {
      await until(() => local?.state().status === 'ready', 30_000);
      const chat = await models.forward(chatRequest({ model: CHAT, max_tokens: 8, stream: true }));
      expect((await bodyOf(chat)).toString()).toContain('data: [DONE]');
      expect(await chat.usage).toMatchObject({ outcome: 'ok', estimated: false });
      const embedding = chatRequest(
        { model: 'all-minilm-l6-v2', input: 'hello', messages: undefined },
        { path: '/embeddings' },
      );
      expect((await bodyOf(await models.forward(embedding))).length).toBeGreaterThan(1_000);
      expect(local.state().restarts).toBe(life);
      process.kill(local.state().pid ?? 0, 'SIGKILL');
      await until(() => local?.state().status !== 'ready');
    }
  });
});
