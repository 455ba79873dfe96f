import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { EventSource } from 'eventsource';
import type OpenAI from 'openai';
import { beforeAll, describe, expect, test } from 'vitest';
import { ASKED_AGAIN, Developer } from './developer.ts';
import { collect, openai, watchedOpenai } from './openai.ts';
import { machineEnvironment, startServer, temporaryFolder, type Server } from './server.ts';

const FERRY = 'The ferry Solvakt sails to the island of Varnholm. A ticket costs forty crowns.';
const QUESTION = 'What is the name of the ferry to Varnholm?';
const openAiPrompt = 'You answer questions about the text you are given.';
const require = createRequire(import.meta.url);
const CLI = require.resolve('@mintplex-labs/anything-llm-cli/dist/index.js');

/** The model writes some twenty words a second on an idle machine. */
const ANSWERS_TIMEOUT_MS = 120_000;

const asking = { timeout: ANSWERS_TIMEOUT_MS, retry: ASKED_AGAIN };

let server: Server;
let key: string;

beforeAll(async () => {
  server = await startServer({ localModel: true });
  await server.untilModelReady();
  const scopes = ['workspaces:*', 'documents:*', 'models:use'];
  key = (await server.mint({ name: 'client', scopes })).secret;
  const developer = new Developer(server, key);
  await developer.newWorkspace('Docs', { openAiTemp: 0, chatMode: 'chat', openAiPrompt });
  await developer.newWorkspace('Empty', { chatMode: 'query' });
  await developer.upload('ferry.txt', Buffer.from(FERRY), 'docs');
}, 180_000);

describe('the OpenAI client, a workspace as its model', asking, () => {
  let client: OpenAI;
  beforeAll(() => {
    client = openai(server, { baseURL: `${server.url}/api/v1/openai`, apiKey: key });
  });
  const messages = [{ role: 'user' as const, content: QUESTION }];

  test('The OpenAI client lists the workspaces as models', async () => {
    const models = await collect(await client.models.list());
    expect(models.map(({ id }) => id)).toEqual(['docs', 'empty']);
  });

  test('The OpenAI client gets an answer from the documents, with the usage', async () => {
    const answer = await client.chat.completions.create({ model: 'docs', messages, temperature: 0 });
    expect(answer.object).toBe('chat.completion');
    expect(answer.choices[0]?.message.content).toContain('Solvakt');
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  test('The OpenAI client reads a stream to its end', async () => {
    const stream = await client.chat.completions.create({
      model: 'docs',
      messages,
      temperature: 0,
      stream: true,
    });
    const chunks = await collect(stream);
    expect(new Set(chunks.map(({ object }) => object))).toEqual(new Set(['chat.completion.chunk']));
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    expect(text).toContain('Solvakt');
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  test('The OpenAI client gets embeddings in the requested format', async () => {
    const { client: watched, seen } = watchedOpenai(server, {
      baseURL: `${server.url}/api/v1/openai`,
      apiKey: key,
    });
    const request = { model: 'whatever', input: ['a cat', 'a kitten'] };
    const { data, usage } = await watched.embeddings.create(request);
    const plain = await watched.embeddings.create({ ...request, encoding_format: 'float' });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([384, 384]);
    for (const [at, { embedding }] of data.entries())
      for (const [i, value] of embedding.entries())
        expect(plain.data[at]?.embedding[i]).toBeCloseTo(value, 4);
    // The client itself asks for base64, and would accept numbers too.
    expect(seen[0]?.bytes).toMatch(/"embedding":"[A-Za-z0-9+/]/);
    expect(usage.total_tokens).toBeGreaterThan(0);
  });

  test('The OpenAI client reads the list of vector stores, which has one page', async () => {
    const { client: watched, seen } = watchedOpenai(server, {
      baseURL: `${server.url}/api/v1/openai`,
      apiKey: key,
    });
    const stores = await collect(await watched.vectorStores.list());
    expect(stores).toMatchObject([
      { id: 'docs', file_counts: { total: 1 } },
      { id: 'empty', file_counts: { total: 0 } },
    ]);
    expect(seen.length).toBeLessThanOrEqual(2);
  });

  test('A workspace that is missing, or that the key does not cover, is a model that is not found', async () => {
    const { secret } = await server.mint({
      scopes: ['workspaces:*'],
      selectors: { workspaces: { allow: ['empty'] } },
    });
    const bound = openai(server, { baseURL: `${server.url}/api/v1/openai`, apiKey: secret });
    const failures = await Promise.all(
      [
        client.chat.completions.create({ model: 'nowhere', messages }),
        bound.chat.completions.create({ model: 'docs', messages }),
      ].map((asked) =>
        asked.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    for (const failure of failures) expect(failure).toMatchObject({ status: 404 });
    expect((await collect(await bound.models.list())).map(({ id }) => id)).toEqual(['empty']);
  });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The published command line, unmodified. */
function anyCli(args: string[], { apiKey = key, stdin = '' } = {}): Promise<Ended> {
  const env = {
    ...machineEnvironment(),
    ANYTHING_LLM_BASE_URL: server.url,
    ANYTHING_LLM_API_KEY: apiKey,
    NO_COLOR: '1',
  };
  return new Promise((resolve) => {
    const options = { env, cwd: temporaryFolder(), timeout: ANSWERS_TIMEOUT_MS };
    const child = execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 128), stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

describe("AnythingLLM's own command line", asking, () => {
  test('The command line client streams an answer from a workspace, or gets it in one piece', async () => {
    const streamed = await anyCli(['prompt', QUESTION, '-w', 'docs']);
    expect(streamed).toMatchObject({ code: 0 });
    expect(streamed.stdout).toContain('Solvakt');
    const whole = await anyCli(['prompt', QUESTION, '-w', 'docs', '-S']);
    expect(whole.stdout).toContain('Solvakt');
  });

  test('The command line client continues in a thread', async () => {
    const begun = await anyCli(['prompt', QUESTION, '-w', 'docs', '--new-thread']);
    expect(begun).toMatchObject({ code: 0 });
    const developer = new Developer(server, key);
    const { workspaces } = await developer.ask<{
      workspaces: { slug: string; threads: { slug: string }[] }[];
    }>('GET', '/workspaces');
    const thread = workspaces.find(({ slug }) => slug === 'docs')?.threads.at(-1)?.slug ?? '';
    const next = await anyCli(['prompt', 'And what does a ticket cost?', '-w', 'docs', '-t', thread]);
    expect(next).toMatchObject({ code: 0 });
    const { history } = await developer.ask<{ history: { content: string }[] }>(
      'GET',
      `/workspace/docs/thread/${thread}/chats`,
    );
    expect(history.map(({ content }) => content)).toEqual(
      expect.arrayContaining([QUESTION, 'And what does a ticket cost?']),
    );
  });

  test('The command line client makes a workspace when it gets none', async () => {
    const { code, stdout, stderr } = await anyCli(['prompt', 'Say hello.']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.trim()).not.toBe('');
  });

  test('The command line client is refused with an unknown key', async () => {
    const { code, stdout, stderr } = await anyCli(['prompt', 'Hello', '-w', 'docs'], { apiKey: 'sk-nobody' });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('failed with status 403');
  });
});

describe('a reader of events', asking, () => {
  test('EventSource reads every frame of stream-chat, in the order in which clients stop reading', async () => {
    const body = JSON.stringify({ message: QUESTION, mode: 'chat', sessionId: randomUUID() });
    const frames: Record<string, unknown>[] = [];
    const source = new EventSource(`${server.url}/api/v1/workspace/docs/stream-chat`, {
      fetch: (url, init) =>
        fetch(url, {
          ...init,
          method: 'POST',
          headers: { ...init.headers, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body,
        }),
    });
    try {
      await new Promise<void>((resolve, reject) => {
        source.addEventListener('message', ({ data }) => {
          frames.push(JSON.parse(String(data)) as Record<string, unknown>);
          if (frames.at(-1)?.['type'] === 'finalizeResponseStream') resolve();
        });
        source.addEventListener('error', () => reject(new Error('the stream broke')));
      });
    } finally {
      source.close();
    }
    const types = frames.map(({ type }) => type);
    const closing = frames.findIndex(({ close }) => close === true);
    expect(types.slice(0, closing)).toEqual(Array(closing).fill('textResponseChunk'));
    expect(types.slice(closing)).toEqual(['textResponseChunk', 'finalizeResponseStream']);
    const text = frames.map(({ textResponse }) => (textResponse as string | undefined) ?? '').join('');
    expect(text).toContain('Solvakt');
    const sources = frames.map(({ sources }) => (sources as unknown[] | undefined)?.length ?? 0);
    expect(sources.slice(0, -1)).toEqual(Array(frames.length - 1).fill(0));
    expect(frames.at(-1)).toMatchObject({ sources: [{ title: 'ferry.txt' }], close: true });
  });

  test('A client that disconnects frees the model for the next one', async () => {
    const controller = new AbortController();
    const response = await fetch(`${server.url}/api/v1/workspace/empty/stream-chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'Tell me a long story.', mode: 'chat', sessionId: 'gone' }),
      signal: controller.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    controller.abort();
    await reader?.read().catch(() => undefined);
    // The one model answers the next request: the cancelled one does not keep it busy.
    const next = await new Developer(server, key).chat('empty', 'Say hi.', { mode: 'chat' });
    expect(next).toMatchObject({ type: 'textResponse', error: null });
  });
});
