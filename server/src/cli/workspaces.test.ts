import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatEvents, json, startTestUpstream, stream } from '../../test/upstream.ts';
import type { Behaviour, TestUpstream } from '../../test/upstream.ts';
import { pdf } from '../documents/files.fixture.ts';
import { startServer, type Home } from './cli.fixture.ts';

const EMBEDDING_MODEL = 'all-minilm-l6-v2';
const ANSWER = 'Grüße 🌍 {"usage":{"prompt_tokens":1}} "choices":[]';

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
let upstream: TestUpstream;
beforeAll(async () => {
  server = await startServer();
  home = server.home;
  upstream = await startTestUpstream();
  upstream.models = ['gpt-test', EMBEDDING_MODEL];
  upstream.answer(model());
  await home.json(['upstreams', 'add', 'test', upstream.baseUrl]);
  await home.json(['workspaces', 'create', 'Staff', '--mode', 'chat', '--model', 'gpt-test']);
  mkdirSync(join(home.folder, 'handbook/deep'), { recursive: true });
  mkdirSync(join(home.folder, 'handbook/.git'));
  writeFileSync(join(home.folder, 'handbook/leave.md'), 'Leave is thirty-two days.');
  writeFileSync(join(home.folder, 'handbook/deep/leave.md'), 'Of the others it is thirty.');
  writeFileSync(join(home.folder, 'handbook/.git/config'), 'no document');
  writeFileSync(join(home.folder, 'handbook/broken.pdf'), 'not a PDF');
  symlinkSync('.', join(home.folder, 'handbook/round'));
}, 60_000);
afterAll(async () => {
  await upstream.close();
  await server.stop();
});

/** Embeds each text by its length, and answers chats with the given behaviour. */
function model(chat: Behaviour = stream([chatEvents()])): Behaviour {
  return (response, received) => {
    if (!received.path.endsWith('/embeddings')) return chat(response, received);
    const { input } = JSON.parse(received.body.toString()) as { input: string[] };
    const data = input.map((text, index) => ({ index, embedding: [1, text.length / 1000, 0, 0] }));
    return json({ object: 'list', data, model: EMBEDDING_MODEL })(response, received);
  };
}

interface Added {
  added: number;
  known: number;
  failed: number;
  items: { title: string; locations: string[]; outcome: string; error?: string; warnings?: string[] }[];
}

describe('documents', { timeout: 60_000 }, () => {
  test('documents add stores the readable files of a folder, and a repeat adds nothing twice', async () => {
    const args = ['documents', 'add', 'handbook', '--workspace', 'staff', '-o', 'json'];
    const first = await home.run(args);
    expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('Adding 3 documents')]);
    const added = JSON.parse(first.stdout) as Added;
    expect(added).toMatchObject({ added: 2, known: 0, failed: 1 });
    expect(added.items.map(({ title, outcome }) => [title, outcome])).toEqual([
      ['handbook/broken.pdf', 'failed'],
      ['handbook/deep/leave.md', 'added'],
      ['handbook/leave.md', 'added'],
    ]);
    expect(added.items[0]?.error).toContain('broken.pdf');
    const again = await home.run(['documents', 'add', 'handbook', '--workspace', 'staff', '-o', 'table']);
    expect([again.code, again.stdout]).toEqual([
      1,
      expect.stringMatching(/^2 known before, 1 failed\n {2}handbook\/broken\.pdf: /),
    ]);
    const { items } = await home.json<{ items: { title: string; embedded: boolean }[] }>([
      'documents',
      'list',
    ]);
    expect(new Map(items.map(({ title, embedded }) => [title, embedded]))).toEqual(
      new Map([
        ['handbook/deep/leave.md', true],
        ['handbook/leave.md', true],
      ]),
    );
    expect((await home.json<{ documents: object[] }>(['workspaces', 'get', 'staff'])).documents).toHaveLength(
      2,
    );
  });

  test('several documents are added to a folder, --again stores the same bytes no second time, and removed ones leave the workspace', async () => {
    const files = ['several/leave.md', 'several/deep/leave.md'];
    mkdirSync(join(home.folder, 'several/deep'), { recursive: true });
    for (const [at, file] of files.entries()) writeFileSync(join(home.folder, file), `Leave ${at}.`);
    const args = ['documents', 'add', ...files, '--folder', '2026'];
    expect(await home.json<Added>(args)).toMatchObject({ added: 2 });
    expect(await home.json<Added>([...args, '--workspace', 'staff'])).toMatchObject({ added: 0, known: 2 });
    expect(await home.json<Added>([...args, '--again'])).toMatchObject({ added: 0, known: 2 });
    const listed = await home.json<{ items: { location: string }[] }>([
      'documents',
      'list',
      '--folder',
      '2026',
    ]);
    expect(listed.items).toHaveLength(2);
    const missing = await home.run([
      'documents',
      'remove',
      listed.items[0]?.location ?? '',
      '2026/none',
      '--yes',
    ]);
    expect([missing.code, missing.stderr]).toEqual([5, expect.stringContaining('nothing was removed')]);
    await home.json(['documents', 'remove', ...listed.items.map(({ location }) => location), '--yes']);
    expect((await home.json<{ documents: object[] }>(['workspaces', 'get', 'staff'])).documents).toHaveLength(
      2,
    );
  });

  test('a mailbox becomes a document for each message, and a repeat recognizes it', async () => {
    const message = (at: number) => `From a@b Thu Jan  1 00:00:00 2026\nSubject: m${at}\n\nText ${at}.\n\n`;
    writeFileSync(join(home.folder, 'post.mbox'), [1, 2, 3].map(message).join(''));
    const args = ['documents', 'add', 'post.mbox', '--folder', 'post'];
    const { items } = await home.json<Added>(args);
    expect(items[0]?.locations).toHaveLength(3);
    const again = await home.json<Added>([...args, '--workspace', 'staff']);
    expect(again).toMatchObject({ added: 0, known: 1 });
    expect(new Set(again.items[0]?.locations)).toEqual(new Set(items[0]?.locations));
    await home.json(['documents', 'remove', ...(items[0]?.locations ?? []), '--yes']);
  });

  test('documents add says on stderr what in a stored file was not read', async () => {
    writeFileSync(join(home.folder, 'half.pdf'), pdf(['White turnips', '']));
    const half = await home.run(['documents', 'add', 'half.pdf', '--folder', 'half']);
    expect([half.code, half.stderr]).toEqual([
      0,
      expect.stringMatching(/^Warning: half\.pdf: Page 2 has no readable text, such as a scan\.$/m),
    ]);
    const { items } = JSON.parse(half.stdout) as Added;
    expect(items).toMatchObject([{ warnings: ['Page 2 has no readable text, such as a scan.'] }]);
    await home.json(['documents', 'remove', ...(items[0]?.locations ?? []), '--yes']);
  });

  test('documents that cannot be embedded now are pending with the reason, in the command, the list and the workspace', async () => {
    upstream.answer(json({ error: { message: 'down for maintenance' } }, 503));
    writeFileSync(join(home.folder, 'late.txt'), 'It waits.');
    const args = ['documents', 'add', 'late.txt', '--folder', 'late', '--workspace', 'staff'];
    const added = await home.run([...args, '-o', 'table']);
    expect([added.code, added.stdout]).toEqual([
      0,
      expect.stringMatching(/^1 pending\n {2}late\.txt: pending: .*down for maintenance/),
    ]);
    for (const view of [
      ['documents', 'list', '--folder', 'late'],
      ['workspaces', 'get', 'staff'],
    ]) {
      const { stdout } = await home.run([...view, '-o', 'table']);
      expect(stdout).toMatch(/late\.txt\S* .* pending\b/);
      expect(stdout).toMatch(/^late\/late\.txt\S* is pending: .*down for maintenance/m);
    }
    upstream.answer(model());
    const again = await home.json<Added>(args);
    expect(again).toMatchObject({ known: 1, pending: 0 });
    await home.json(['documents', 'remove', '--yes', ...(again.items[0]?.locations ?? [])]);
  });

  test('a missing file is reported before anything is sent, and a forbidden page after the attempt', async () => {
    const nothing = await home.run(['documents', 'add', 'handbook/leave.md', 'no-such-file']);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('no-such-file')]);
    const nowhere = await home.run(['documents', 'add', 'handbook', '--workspace', 'nope']);
    expect([nowhere.code, nowhere.stderr]).toEqual([5, expect.stringContaining('no workspace nope')]);
    const page = await home.run(['documents', 'add', `${upstream.baseUrl}/page`, '-o', 'table']);
    expect([page.code, page.stdout]).toEqual([
      1,
      expect.stringMatching(/1 failed\n.*KEYWARD_FETCH_PRIVATE/s),
    ]);
  });

  test('documents add stops at the first document without the scope, and waits for a request limit', async () => {
    const key = (...args: string[]) => home.json<{ secret: string }>(['keys', 'create', 'some', ...args]);
    const reader = await key('--scope', 'documents:read');
    const refused = await home.run(['documents', 'add', 'handbook'], {
      env: { KEYWARD_API_KEY: reader.secret },
    });
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      4,
      '',
      expect.stringContaining('documents:write'),
    ]);
    const scopes = ['--scope', 'documents:read', '--scope', 'documents:write'];
    const slow = await key(...scopes, '--limit', '2/2s');
    for (const name of ['one', 'two']) writeFileSync(join(home.folder, `slow-${name}.md`), `Slow ${name}.`);
    const args = ['documents', 'add', 'slow-one.md', 'slow-two.md', '--folder', 'slow'];
    const waited = await home.run(args, { env: { KEYWARD_API_KEY: slow.secret } });
    expect([waited.code, JSON.parse(waited.stdout)]).toEqual([0, expect.objectContaining({ added: 2 })]);
    const unknown = await home.run(['documents', 'list'], {
      env: { KEYWARD_API_KEY: 'sk-unknown-0123456789' },
    });
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining('keyward auth login')]);
  });
});

describe('workspaces', { timeout: 60_000 }, () => {
  test('workspaces ask streams the answer with its sources on stderr, or prints it as JSON', async () => {
    const said = await home.run(['workspaces', 'ask', 'staff', 'How long is leave?', '-o', 'table']);
    expect([said.code, said.stdout]).toEqual([0, `${ANSWER}\n`]);
    expect(said.stderr).toMatch(/^Sources: .*handbook\/leave\.md/m);
    const args = ['workspaces', 'ask', 'staff', '-', '--session', 'ada', '-o', 'json'];
    const whole = await home.json<object>(args, { stdin: 'From stdin' });
    expect(whole).toMatchObject({
      text: ANSWER,
      session: 'ada',
      sources: expect.arrayContaining([]) as unknown,
    });
    const { messages } = JSON.parse(String(upstream.received.at(-1)?.body)) as { messages: object[] };
    expect(messages).toMatchObject([{ role: 'system' }, { role: 'user', content: 'From stdin' }]);
  });

  test('a session continues a conversation, and a conversation on a terminal is one session', async () => {
    await home.run(['workspaces', 'ask', 'staff', 'Still there?', '--session', 'ada', '-o', 'table']);
    const { messages } = JSON.parse(String(upstream.received.at(-1)?.body)) as { messages: object[] };
    expect(messages).toHaveLength(4);
    const { code, stdout } = await home.runOnTerminal('workspaces ask staff', [
      { at: '> ', text: 'Hello\r' },
      { at: '> ', text: '\r' },
    ]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Grüße 🌍.*Sources: /s)]);
  });

  test('an answer that breaks off, a missing thread and a missing workspace end with a failure', async () => {
    upstream.answer(model(stream([chatEvents().subarray(0, 300)], { end: 'reset' })));
    const broken = await home.run(['workspaces', 'ask', 'staff', 'Hello', '-o', 'table']);
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('was lost')]);
    upstream.answer(model());
    const thread = await home.run(['workspaces', 'ask', 'staff', 'Hello', '--thread', 'none']);
    expect([thread.code, thread.stderr]).toEqual([2, expect.stringContaining('thread none')]);
  });

  test('a workspace is created, listed and deleted', async () => {
    const made = await home.json<{ slug: string }>([
      'workspaces',
      'create',
      'House rules',
      '--mode',
      'query',
    ]);
    const { items } = await home.json<{ items: { slug: string; chatMode: string }[] }>([
      'workspaces',
      'list',
    ]);
    expect(items).toContainEqual(expect.objectContaining({ slug: made.slug, chatMode: 'query' }));
    expect((await home.run(['workspaces', 'list', '-o', 'table'])).stdout).toMatch(/^SLUG +NAME +MODE/);
    expect(await home.json(['workspaces', 'delete', made.slug, '--yes'])).toEqual({
      slug: made.slug,
      deleted: true,
    });
    expect((await home.run(['workspaces', 'delete', made.slug, '--yes'])).code).toBe(5);
  });
});
