import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeInstance } from '../../../test/instance.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { embeddings } from '../../retrieval/retrieval.fixture.ts';
import { Home } from '../cli.fixture.ts';

interface Result {
  added: number;
  updated: number;
  removed: number;
  pending: number;
  known: number;
  failed: number;
  items: { title: string; outcome: string; locations: string[]; error?: string }[];
}

const MODEL = 'all-minilm-l6-v2';
const home = new Home();
let upstream: TestUpstream;
let server: ChildProcess;
let slug: string;
let made = 0;

async function serve(): Promise<void> {
  server = home.spawn(['serve']);
  server.stderr?.resume();
  home.env['KEYWARD_URL'] = await new Promise<string>((resolve, reject) => {
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    server.on('exit', () => reject(new Error('the server has ended')));
  });
}

beforeAll(async () => {
  home.env['KEYWARD_API_KEY'] = await makeInstance(home.env);
  upstream = await startTestUpstream();
  upstream.models = [MODEL];
  await serve();
  await home.json(['upstreams', 'add', 'test', upstream.baseUrl]);
}, 60_000);
afterAll(async () => {
  const gone = once(server, 'exit');
  server.kill('SIGTERM');
  await gone;
  await upstream.close();
  home.remove();
});
beforeEach(async () => {
  upstream.answer(embeddings());
  slug = await workspace();
});

async function workspace(): Promise<string> {
  return (await home.json<{ slug: string }>(['workspaces', 'create', `Team ${++made}`])).slug;
}

/** Writes files, by their path below the home. */
function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(home.folder, path, '..'), { recursive: true });
    writeFileSync(join(home.folder, path), text);
  }
}
const many = (folder: string, count: number, text = 'turnip'): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${folder}/f${at}.md`, `${text} number ${at}`]),
  );
const add = (...args: string[]) => home.json<Result>(['documents', 'add', ...args]);
const sync = (folder: string, ...args: string[]) =>
  home.json<Result>(['documents', 'sync', folder, '--workspace', slug, ...args]);
/** The texts that were embedded since the last call. */
function embedded(): number {
  const requests = upstream.received.splice(0).filter(({ path }) => path.endsWith('/embeddings'));
  return requests.reduce(
    (sum, { body }) => sum + (JSON.parse(body.toString()) as { input: string[] }).input.length,
    0,
  );
}
/** The texts of a workspace. */
async function texts(of = slug): Promise<string[]> {
  const answer = await fetch(`${home.env['KEYWARD_URL']}/api/v1/workspace/${of}/vector-search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home.env['KEYWARD_API_KEY']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'turnip', topN: 200, scoreThreshold: 0 }),
  });
  const { results } = (await answer.json()) as { results: { text: string }[] };
  upstream.received.splice(0);
  return results.map(({ text }) => text.replace(/^.*<\/document_metadata>\s*/s, '').trim()).toSorted();
}

test('The file of another folder with the same title is another document', { timeout: 60_000 }, async () => {
  const other = await workspace();
  const paths = ['team-a/notes.txt', 'team-b/notes.txt'].map((path) => join(home.folder, path));
  write({ 'team-a/notes.txt': 'Quentin earns 9000.', 'team-b/notes.txt': 'Quentin earns 4000.' });
  expect(await add(paths[0] ?? '', '--workspace', slug)).toMatchObject({ added: 1, known: 0 });
  expect(await add(paths[1] ?? '', '--workspace', other)).toMatchObject({ added: 1, known: 0 });
  expect([await texts(), await texts(other)]).toEqual([['Quentin earns 9000.'], ['Quentin earns 4000.']]);
});

test(
  'An edited file is updated in every workspace, and an unchanged one is known',
  { timeout: 60_000 },
  async () => {
    const other = await workspace();
    write({ 'canteen/menu.txt': 'Fish.' });
    for (const one of [slug, other]) await add('canteen/menu.txt', '--workspace', one);
    write({ 'canteen/menu.txt': 'Lasagne.' });
    const table = await home.run([
      'documents',
      'add',
      'canteen/menu.txt',
      '--workspace',
      slug,
      '-o',
      'table',
    ]);
    expect([table.code, table.stdout]).toEqual([0, '1 updated\n']);
    expect([await texts(), await texts(other)]).toEqual([['Lasagne.'], ['Lasagne.']]);
    const again = await home.run(['documents', 'add', './canteen/menu.txt', '-w', slug, '-o', 'table']);
    expect([again.code, again.stdout, embedded()]).toEqual([0, '1 known before\n', 0]);
    const { items } = await home.json<{ items: { title: string; source: string }[] }>(['documents', 'list']);
    expect(items.filter(({ title }) => title === 'canteen/menu.txt')).toEqual([
      expect.objectContaining({
        source: expect.stringMatching(/^file:\/\/[\da-f]{16}\/.*\/canteen\/menu\.txt$/) as string,
      }),
    ]);
    const inside = await home.json<{ items: { title: string }[] }>(['documents', 'list', '-w', other]);
    expect(inside.items.map(({ title }) => title)).toEqual(['canteen/menu.txt']);
  },
);

test(
  'A failed embedding leaves the former version, says so, and a repeat updates it',
  { timeout: 60_000 },
  async () => {
    write({ 'frail/a.txt': 'Old turnip.' });
    await add('frail/a.txt', '--workspace', slug);
    write({ 'frail/a.txt': 'New turnip.' });
    upstream.answer((response) => void response.writeHead(400).end('{}'));
    const failed = await home.run(['documents', 'sync', 'frail', '--workspace', slug, '-o', 'table']);
    expect([failed.code, failed.stdout]).toEqual([
      1,
      expect.stringMatching(/^1 failed\n {2}a\.txt: .*Its former version stays\.$/m),
    ]);
    upstream.answer(embeddings());
    expect(await texts()).toEqual(['Old turnip.']);
    expect(await sync('frail')).toMatchObject({ updated: 1 });
    expect(await texts()).toEqual(['New turnip.']);
  },
);

test(
  'A new file that cannot be embedded now is pending, counted apart from what has failed, and known once it is embedded',
  { timeout: 60_000 },
  async () => {
    write({ 'late/a.txt': 'Late turnip.' });
    upstream.answer((response) => void response.writeHead(503).end('{}'));
    const late = await home.run(['documents', 'sync', 'late', '--workspace', slug, '-o', 'table']);
    expect([late.code, late.stdout]).toEqual([
      0,
      expect.stringMatching(/^1 pending\n {2}a\.txt: pending: .*503/),
    ]);
    // Sent again, its document is known, and waits all the same.
    expect(await sync('late')).toMatchObject({ added: 0, known: 0, pending: 1, failed: 0 });
    upstream.answer(embeddings());
    expect(await sync('late')).toMatchObject({ added: 0, known: 1, pending: 0, failed: 0 });
    expect(await texts()).toEqual(['Late turnip.']);
  },
);

test(
  'A sync embeds the changed files only, removes what is gone, and says so',
  { timeout: 60_000 },
  async () => {
    write(many('wiki', 10));
    expect(await sync('wiki')).toMatchObject({ added: 10, failed: 0 });
    const changed = { 'wiki/f3.md': 'beet 3', 'wiki/f5.md': 'beet 5', 'wiki/deep/f10.md': 'beet 10' };
    write(changed);
    rmSync(join(home.folder, 'wiki/f7.md'));
    embedded();
    const dry = await sync('wiki', '--dry-run');
    expect(dry).toMatchObject({ dry_run: true, added: 1, updated: 2, removed: 1, known: 7 });
    expect([embedded(), (await texts()).length]).toEqual([0, 10]);
    const { code, stdout } = await home.run([
      'documents',
      'sync',
      'wiki',
      '--workspace',
      slug,
      '-o',
      'table',
    ]);
    expect([code, embedded()]).toEqual([0, 3]);
    expect(stdout).toMatch(/^removed {2}f7\.md$/m);
    expect(stdout).toMatch(/^1 added, 2 updated, 1 removed, 7 known before$/m);
    expect(await texts()).toEqual(
      Object.entries({ ...many('wiki', 10), ...changed })
        .filter(([path]) => path !== 'wiki/f7.md')
        .map(([, text]) => text)
        .toSorted(),
    );
    const items = await home.json<{ items: { title: string }[] }>(['documents', 'list']);
    expect(items.items.filter(({ title }) => title === 'f7.md')).toEqual([]);
    expect(await sync('wiki')).toMatchObject({ added: 0, updated: 0, removed: 0, known: 10 });
  },
);

test('A sync touches nothing that did not come from its folder', { timeout: 60_000 }, async () => {
  const other = await workspace();
  write({
    'own/a.md': 'turnip a',
    'own/b.md': 'turnip b',
    'own/.hidden.md': 'hidden',
    'own-too/c.md': 'turnip c',
  });
  symlinkSync('a.md', join(home.folder, 'own/link.md'));
  await add('own/.hidden.md', 'own/link.md', 'own-too/c.md', '--workspace', slug);
  await sync('own');
  await add('own/b.md', '--workspace', other);
  rmSync(join(home.folder, 'own/b.md'));
  expect(await sync('own')).toMatchObject({ removed: 1 });
  // The link was the same file.
  expect(await texts()).toEqual(['hidden', 'turnip a', 'turnip c']);
  // By hand it was put into another workspace too.
  expect(await texts(other)).toEqual(['turnip b']);
  rmSync(join(home.folder, 'own/a.md'));
  rmSync(join(home.folder, 'own/link.md'));
  const empty = await home.run(['documents', 'sync', 'own', '--workspace', slug]);
  expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining('Nothing was removed.')]);
  expect(await texts()).toHaveLength(3);
  expect(await sync('own', '--allow-empty')).toMatchObject({ removed: 1 });
  expect(await texts()).toEqual(['hidden', 'turnip c']);
  const missing = await home.run(['documents', 'sync', 'own/none', '--workspace', slug]);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('must be a folder')]);
});

test('Another machine has other sources, unless they are named', { timeout: 60_000 }, async () => {
  const elsewhere = { env: { KEYWARD_CONFIG_DIR: join(home.folder, 'other-machine') } };
  const args = ['documents', 'sync', 'shared', '--workspace', slug];
  write({ 'shared/a.md': 'turnip' });
  await home.json(args);
  const second = await home.run(args, elsewhere);
  expect([JSON.parse(second.stdout), second.stderr]).toEqual([
    expect.objectContaining({ added: 1, removed: 0 }),
    expect.stringContaining('give its source a name: --source NAME'),
  ]);
  const named = [...args, '--source', 'acme/wiki'];
  expect(await home.json(named)).toMatchObject({ added: 1 });
  expect(await home.json(named, elsewhere)).toMatchObject({ added: 0, known: 1 });
  // The names of two sources may begin alike.
  expect(await home.json([...args, '--source', 'acme'])).toMatchObject({ added: 1, removed: 0 });
  for (const source of ['a:b', 'file', '', '../x']) {
    const refused = await home.run([...args, '--source', source]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--source must be')]);
  }
});

test(
  'Files are sent a few at a time, and a failure that all would meet ends the command',
  { timeout: 60_000 },
  async () => {
    write(many('folder', 20));
    upstream.received.splice(0);
    const held: (() => void)[] = [];
    upstream.answer((response, received) => void held.push(() => void embeddings()(response, received)));
    const running = sync('folder');
    await expect.poll(() => held.length).toBeGreaterThan(1);
    upstream.answer(embeddings());
    for (const answer of held) answer();
    const { items } = await running;
    expect(items.map(({ title }) => title)).toEqual(
      Object.keys(many('', 20))
        .map((path) => path.slice(1))
        .toSorted(),
    );
    write(many('folder', 20, 'beetroot'));
    const scopes = ['--scope', 'documents:read', '--scope', 'workspaces:read'];
    const { secret } = await home.json<{ secret: string }>(['keys', 'create', 'reader', ...scopes]);
    const admin = home.env['KEYWARD_API_KEY'] ?? '';
    home.env['KEYWARD_API_KEY'] = secret;
    const refused = await home.run(['documents', 'sync', 'folder', '--workspace', slug]);
    home.env['KEYWARD_API_KEY'] = admin;
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('documents:write')]);
  },
);

test('A folder without files, and a path that does not exist, are named as such', async () => {
  mkdirSync(join(home.folder, 'bare'));
  for (const verb of ['add', 'sync']) {
    const { code, stderr } = await home.run(['documents', verb, 'bare', '--workspace', slug]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('There are no files.')]);
    expect(stderr).not.toContain('NaN');
  }
  const missing = await home.run(['documents', 'add', 'handbok', '--workspace', slug]);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('handbok does not exist.')]);
});

test('What a key may not remove or replace stays, and the command says so', { timeout: 60_000 }, async () => {
  const other = await workspace();
  write({ 'powers/a.md': 'turnip a' });
  await add('powers/a.md', '--workspace', slug);
  const { items } = await add('powers/a.md', '--workspace', other);
  const scopes = ['documents:*', 'workspaces:read', 'workspaces:write'].flatMap((scope) => [
    '--scope',
    scope,
  ]);
  const key = ['keys', 'create', 'bound', '--workspace', slug, ...scopes];
  const env = { KEYWARD_API_KEY: (await home.json<{ secret: string }>(key)).secret };
  const [location = ''] = items[0]?.locations ?? [];
  const removal = await home.run(['documents', 'remove', location, '--yes'], { env });
  expect([removal.code, JSON.parse(removal.stdout)]).toEqual([1, { removed: [], kept: [location] }]);
  write({ 'powers/a.md': 'beet a' });
  const replaced = await home.run(['documents', 'sync', 'powers', '--workspace', slug, '-o', 'table'], {
    env,
  });
  expect([replaced.code, replaced.stdout]).toEqual([
    1,
    expect.stringMatching(/^1 failed\n.*workspace that this key does not cover\. Its former version stays\./),
  ]);
  expect([await texts(), await texts(other)]).toEqual([['turnip a'], ['turnip a']]);
});

test('A watching sync follows the changes of its folder', { timeout: 60_000 }, async () => {
  write({ 'watched/a.md': 'turnip a' });
  const child = home.spawn(['documents', 'sync', 'watched', '--workspace', slug, '--watch']);
  const lines: Result[] = [];
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((one) => one !== '')) lines.push(JSON.parse(line) as Result);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const wait = { timeout: 20_000, interval: 50 };
  await expect.poll(() => said, wait).toContain('Watching watched');
  write({ 'watched/a.md': 'beet a', 'watched/b.md': 'beet b' });
  await expect.poll(() => lines, wait).toHaveLength(2);
  expect(lines).toMatchObject([{ added: 1 }, { added: 1, updated: 1, removed: 0, known: 0 }]);
  rmSync(join(home.folder, 'watched/b.md'));
  await expect.poll(() => lines[2], wait).toMatchObject({ removed: 1, known: 1 });
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(130);
  expect(await texts()).toEqual(['beet a']);
});

test(
  'A sync that is killed, or whose server is killed, ends the same when it is repeated',
  { timeout: 120_000 },
  async () => {
    const expected = Object.entries({ ...many('killed', 7), ...many('killed', 5, 'beet') });
    const end = expected.filter(([path]) => path !== 'killed/f6.md').map(([, text]) => text);
    write(many('killed', 7));
    await sync('killed');
    write(many('killed', 5, 'beet'));
    rmSync(join(home.folder, 'killed/f6.md'));
    /** Kills when the model was asked so often, and while it is asked once more. */
    const killAt = async (victim: () => ChildProcess, requests: number): Promise<void> => {
      let asked = 0;
      upstream.answer((response, received) => {
        if (++asked > requests) return void victim().kill('SIGKILL');
        return embeddings()(response, received);
      });
      const child = home.spawn(['documents', 'sync', 'killed', '--workspace', slug]);
      child.stdout?.resume();
      child.stderr?.resume();
      const exited = Promise.all([once(victim() === server ? server : child, 'exit'), once(child, 'exit')]);
      victimOf.child = child;
      await exited;
      upstream.answer(embeddings());
    };
    const victimOf: { child?: ChildProcess } = {};
    await killAt(() => victimOf.child as ChildProcess, 2);
    expect((await texts()).filter((text) => text.startsWith('beet')).length).toBeGreaterThanOrEqual(2);
    expect(await texts()).toHaveLength(7);
    await killAt(() => server, 1);
    await serve();
    expect(await texts()).toHaveLength(7);
    const { failed } = await sync('killed');
    expect(failed).toBe(0);
    expect(await texts()).toEqual(end.toSorted());
    expect(await sync('killed')).toMatchObject({ added: 0, updated: 0, removed: 0, known: 6 });
  },
);
