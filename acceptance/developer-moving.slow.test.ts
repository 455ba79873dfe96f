import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { StorageDir, stateOf } from '../server/src/moving/anythingllm.fixture.ts';
import { newHome, temporaryFolder, type Home, type Server } from './server.ts';

const KEY = '6Y4XKQN-8GWMX3R-PHC5H4K-2J8DZ6T';
const PASSWORD = 'correct horse';
/** Of it, as bcrypt makes it. */
const HASH = '$2b$10$kB8ks/ztmxcQiabtn/nfHuhaOccuf2zXVMx08AutS1NezGBfXKiGu';
const WIDGET = '0b9d8f0e-6c37-4e29-9f0b-6a2d5a0f5b1c';
const FERRY = 'The ferry to the island of Hven leaves at nine in the morning from the harbour of Landskrona.';
const EMBEDDED_TIMEOUT_MS = 180_000;

/** An installation of AnythingLLM with several users. */
function oldInstallation(documents: number): StorageDir {
  const from = new StorageDir(join(temporaryFolder(), 'storage'));
  from.add('system_settings', { label: 'multi_user_mode', value: 'true' });
  const anna = from.add('users', { username: 'anna', password: HASH, role: 'admin' });
  from.add('api_keys', { name: 'CI', secret: KEY, createdBy: anna });
  const docs = from.add('workspaces', { name: 'Docs', slug: 'docs', chatMode: 'query' });
  const response = JSON.stringify({ text: 'It is ready.', sources: [], type: 'chat' });
  from.add('workspace_chats', { workspaceId: docs, prompt: 'Is it ready?', response });
  for (let i = 0; i < documents; i++) {
    const text = i === 0 ? FERRY : `Report ${i} of the turnip harvest. `.repeat(200);
    const docpath = from.addDocument(`custom-documents/report-${i}.json`, text);
    from.add('workspace_documents', { docId: `${i}`, filename: `${i}`, docpath, workspaceId: docs });
  }
  from.add('embed_configs', { uuid: WIDGET, enabled: 1, workspace_id: docs });
  from.close();
  return from;
}

const take = (home: Home, { folder }: StorageDir): Promise<unknown> =>
  home.keyward(['import', 'anythingllm', folder, '--yes', '--output', 'json']);

async function left(home: Home): Promise<number> {
  const { stdout } = await home.keyward(['import', 'status', '--output', 'json']);
  return (JSON.parse(stdout) as { documents_left: number }).documents_left;
}

const vectorCount = async (server: Server): Promise<number> =>
  (await server.ask<{ vectorCount: number }>('GET', '/api/v1/system/vector-count', { key: KEY })).vectorCount;

/** Asks the server first: starting the command again and again would delay the embedding. */
async function untilVectors(server: Server, least: number): Promise<void> {
  const deadlineMs = performance.now() + EMBEDDED_TIMEOUT_MS;
  while ((await vectorCount(server)) < least) {
    if (performance.now() > deadlineMs) throw new Error(`documents wait: ${server.stderr}`);
    await sleep(50);
  }
}

async function untilAll(server: Server, vectors: number): Promise<void> {
  await untilVectors(server, vectors);
  const deadlineMs = performance.now() + EMBEDDED_TIMEOUT_MS;
  while ((await left(server.home)) > 0) {
    if (performance.now() > deadlineMs) throw new Error(`documents wait: ${server.stderr}`);
    await sleep(100);
  }
}

/** The first text is short; the others, of 6,600 characters, make eight each. */
const vectorsOf = (documents: number): number => 1 + (documents - 1) * 8;

const search = (server: Server, query: string) =>
  server.ask<{ results: { text: string; metadata: { title: string } }[] }>(
    'POST',
    '/api/v1/workspace/docs/vector-search',
    { key: KEY, body: { query, topN: 1 } },
  );

describe('a client of AnythingLLM after the move', () => {
  let server: Server;
  let source: { before: object; after: object };

  beforeAll(async () => {
    const from = oldInstallation(2);
    const before = stateOf(from.folder);
    const home = await newHome({ localModel: true });
    await take(home, from);
    server = await home.serve();
    await untilAll(server, vectorsOf(2));
    source = { before, after: stateOf(from.folder) };
  }, 300_000);

  test('The old installation is unchanged after the move', () => {
    expect(source.after).toEqual(source.before);
  });

  test('A client continues with its key after the move', async () => {
    expect(await server.ask('GET', '/api/v1/auth', { key: KEY })).toEqual({ authenticated: true });
    const { workspaces } = await server.ask<{ workspaces: unknown[] }>('GET', '/api/v1/workspaces', {
      key: KEY,
    });
    expect(workspaces).toMatchObject([{ id: 1, slug: 'docs', name: 'Docs', chatMode: 'query' }]);
  });

  test('A client finds its documents and reads its former chats', async () => {
    const { results } = await search(server, 'When does the boat to Hven go?');
    expect(results[0]?.text).toContain('leaves at nine');
    const { history } = await server.ask<{ history: unknown[] }>('GET', '/api/v1/workspace/docs/chats', {
      key: KEY,
    });
    expect(history).toMatchObject([
      { role: 'user', content: 'Is it ready?' },
      { role: 'assistant', content: 'It is ready.' },
    ]);
  });

  test('Users log in with their former passwords', async () => {
    const body = { username: 'anna', password: PASSWORD };
    const login = () =>
      server.ask<{ valid: boolean; token: string }>('POST', '/api/request-token', { key: null, body });
    expect(await login()).toMatchObject({ valid: true });
    expect(await login()).toMatchObject({ valid: true });
  });

  test('A page continues to show its widget after a key has adopted it', async () => {
    const list = () => server.ask<{ embeds: unknown[] }>('GET', '/api/v1/embed', { key: KEY });
    const known = { uuid: WIDGET, enabled: true, workspace: { id: 1 } };
    expect((await list()).embeds).toMatchObject([{ ...known, state: 'unpaid' }]);
    await server.ask('POST', `/api/v1/embed/${WIDGET}/adopt`, { key: KEY });
    const [embed] = (await list()).embeds;
    expect(embed).toMatchObject(known);
    expect(embed).not.toHaveProperty('state');
  });

  test('The old key is nowhere in the output of the server', () => {
    expect(server.stdout + server.stderr).not.toContain(KEY.slice(0, 15));
  });
});

test('A running server knows the imported things at once', async () => {
  const home = await newHome();
  const server = await home.serve();
  const first = await server.request('GET', '/api/v1/workspaces', { key: KEY });
  expect(first).toMatchObject({ status: 403 });
  await take(home, oldInstallation(1));
  const { workspaces } = await server.ask<{ workspaces: unknown[] }>('GET', '/api/v1/workspaces', {
    key: KEY,
  });
  expect(workspaces).toMatchObject([{ slug: 'docs' }]);
  const body = { username: 'anna', password: PASSWORD };
  expect(await server.ask('POST', '/api/request-token', { key: null, body })).toMatchObject({ valid: true });
}, 120_000);

test('A server that is killed while it embeds imported documents continues where it was', async () => {
  const home = await newHome({ localModel: true });
  await take(home, oldInstallation(6));
  const first = await home.serve();
  await untilVectors(first, 1);
  await first.kill();
  expect(await left(home)).toBeGreaterThan(0);
  const second = await home.serve();
  await untilAll(second, vectorsOf(6));
  const { results } = await search(second, 'When does the boat to Hven go?');
  expect(results[0]?.text).toContain('leaves at nine');
  // No document is missing and none is there twice.
  expect(await vectorCount(second)).toBe(vectorsOf(6));
}, 480_000);
