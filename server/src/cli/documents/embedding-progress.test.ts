import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { startServer, type Home } from '../cli.fixture.ts';

const MODEL = 'all-minilm-l6-v2';
const BATCH = 64;
/** The lines before this one are embedded, the others wait. */
const WAITING_FROM = 3_000;

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
let upstream: TestUpstream;
const released = Promise.withResolvers<void>();
beforeAll(async () => {
  [server, upstream] = await Promise.all([startServer(), startTestUpstream()]);
  home = server.home;
  upstream.models = [MODEL];
  upstream.answer(async (response, received) => {
    const { input } = JSON.parse(received.body.toString()) as { input: string[] };
    if (Number(/Line (\d+)/.exec(input.at(-1) ?? '')?.[1] ?? 0) >= WAITING_FROM) await released.promise;
    const data = input.map((_, index) => ({ index, embedding: [1, 0, 0, 0] }));
    await json({ object: 'list', data, model: MODEL })(response, received);
  });
  await home.json(['upstreams', 'add', 'test', upstream.baseUrl]);
  await home.json(['workspaces', 'create', 'Staff']);
}, 60_000);
afterAll(async () => {
  released.resolve();
  await upstream.close();
  await server.stop();
});

test('documents add shows how much of one long text is embedded, and so does the list of running requests', async () => {
  const lines = Array.from(
    { length: 6_000 },
    (_, at) => `Line ${at}: the lamp of the lighthouse turns at night.\n`,
  );
  writeFileSync(join(home.folder, 'long.txt'), lines.join(''));
  const child = home.spawn(['documents', 'add', 'long.txt', '--workspace', 'staff'], home.env);
  let said = '';
  let printed = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await expect.poll(() => said, { timeout: 30_000 }).toMatch(/^Adding 1 document [1-9]0 %$/m);
  const { items } = await home.json<{
    items: { route: string; progress: { done: number; total: number } | null }[];
  }>(['running', 'list']);
  const { progress } = items.find(({ route }) => route.startsWith('documents.')) ?? { progress: null };
  expect(progress?.done).toBeGreaterThanOrEqual(BATCH);
  expect(progress?.total).toBeGreaterThan(progress?.done ?? 0);
  released.resolve();
  expect(await ended).toBe(0);
  expect(printed).toContain('"added": 1');
}, 60_000);
