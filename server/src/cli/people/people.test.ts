import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Home } from '../cli.fixture.ts';

const PASSWORD = 'canary-password-4f9c2a7b18';

let server: Awaited<ReturnType<typeof startServer>>;
let home: Home;
beforeAll(async () => {
  server = await startServer();
  ({ home } = server);
}, 60_000);
afterAll(() => server.stop());

async function post(path: string, body: object, token?: string): Promise<Record<string, unknown>> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

describe('workspaces, their documents and widgets', { timeout: 60_000 }, () => {
  test('workspaces update changes what is named, and shows all settings on a terminal', async () => {
    await home.json(['workspaces', 'create', 'Staff']);
    const args = [
      'workspaces',
      'update',
      'staff',
      '--mode',
      'query',
      '--passages',
      '6',
      '--temperature',
      '0.5',
    ];
    expect(await home.json(args)).toMatchObject({
      slug: 'staff',
      chatMode: 'query',
      topN: 6,
      openAiTemp: 0.5,
    });
    const table = await home.run(['workspaces', 'update', 'staff', '--name', 'All staff', '-o', 'table']);
    expect(table.stdout).toMatch(/^name +All staff\nslug +staff$/m);
    expect(table.stdout).toMatch(/^topN +6$/m);
    expect((await home.run(['workspaces', 'update', 'staff'])).code).toBe(2);
    expect((await home.run(['workspaces', 'update', 'none', '--mode', 'chat'])).code).toBe(5);
  });

  test('documents get shows one, and workspaces remove-document needs a document of the workspace', async () => {
    mkdirSync(join(home.folder, 'notes'));
    writeFileSync(join(home.folder, 'notes/gate.txt'), 'The gate is grey.');
    await home.json(['documents', 'add', 'notes']);
    const { items } = await home.json<{ items: { location: string }[] }>(['documents', 'list']);
    const location = items[0]?.location ?? '';
    expect(await home.json(['documents', 'get', location])).toMatchObject({
      location,
      title: 'notes/gate.txt',
    });
    expect((await home.run(['documents', 'get', 'custom-documents/none.json'])).code).toBe(5);
    const elsewhere = await home.run(['workspaces', 'remove-document', 'staff', location, '--yes']);
    expect([elsewhere.code, elsewhere.stderr]).toEqual([5, expect.stringContaining('nothing was removed')]);
  });

  test('A widget is made, listed, changed, closed and deleted', async () => {
    const made = ['widgets', 'create', 'staff', '--site', 'https://example.org', '--chats-per-day', '20'];
    const { uuid } = await home.json<{ uuid: string }>(made);
    expect(await home.json(['widgets', 'list'])).toMatchObject({ items: [{ uuid, enabled: true }] });
    expect(await home.json(['widgets', 'update', uuid, '--disable'])).toMatchObject({ uuid, enabled: false });
    expect(await home.json(['widgets', 'adopt', uuid])).toMatchObject({ uuid });
    const csv = await home.run(['widgets', 'list', '--format', 'csv']);
    expect(csv.stdout).toMatch(
      new RegExp(`^uuid,workspace,mode,state,chats,created\r\n${uuid},All staff,query,disabled,0,`),
    );
    expect((await home.run(['widgets', 'delete', uuid])).code).toBe(2);
    expect(await home.json(['widgets', 'delete', uuid, '--yes'])).toEqual({ uuid, deleted: true });
    expect((await home.run(['widgets', 'get', uuid])).code).toBe(5);
    const nowhere = await home.run(['widgets', 'create', 'nowhere']);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      5,
      expect.stringMatching(/^keyward: There is no workspace nowhere\.\n {2}keyward workspaces list/),
    ]);
  });
});

describe('settings', { timeout: 60_000 }, () => {
  test('A setting is changed and shown; an unknown one is named, with the nearest', async () => {
    expect(await home.json(['settings', 'update', 'LLMModelPref=gpt-test', 'LLMTokenLimit=8000'])).toEqual({
      LLMModelPref: 'gpt-test',
      LLMTokenLimit: '8000',
    });
    expect(await home.json(['settings', 'get', 'LLMModel'])).toMatchObject({ name: 'LLMModel' });
    expect(await home.json(['settings', 'list'])).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: 'LLMModel' })]),
    });
    const wrong = await home.run(['settings', 'get', 'LLMModle']);
    expect([wrong.code, wrong.stderr]).toEqual([5, expect.stringContaining('Did you mean LLMModel?')]);
    const none = await home.run(['settings', 'update', 'NoSuchSetting=1']);
    expect([none.code, none.stderr]).toEqual([5, expect.not.stringContaining('Set:')]);
    const unset = await home.run(['settings', 'update', 'NoSuchSetting=1', 'LLMModelPref=gpt-test']);
    expect(unset.stderr).toContain('Set: LLMModelPref.');
    expect([unset.code, unset.stderr]).toEqual([5, expect.stringContaining('Not set')]);
  });

  test('The value of a secret setting comes from stdin alone, and is shown nowhere', async () => {
    const typed = await home.run(['settings', 'update', `OpenAiKey=${PASSWORD}`]);
    expect([typed.code, typed.stdout, typed.stderr]).toEqual([
      2,
      '',
      expect.stringContaining('give it on stdin'),
    ]);
    const set = await home.run(['settings', 'update', 'OpenAiKey'], { stdin: `sk-${PASSWORD}` });
    expect([set.code, set.stderr]).toEqual([0, '']);
    const listed = await home.run(['settings', 'list', '--format', 'csv']);
    for (const { stdout, stderr } of [typed, set, listed]) expect(stdout + stderr).not.toContain(PASSWORD);
  });
});

describe('users and invites', { timeout: 60_000 }, () => {
  test('Where one password opens the instance, the commands for users say so', async () => {
    for (const args of [
      ['users', 'list'],
      ['invites', 'create'],
    ]) {
      const { code, stderr } = await home.run(args);
      expect([code, stderr]).toEqual([1, expect.stringContaining('This instance has no users')]);
    }
  });

  test('A user is made with a password from stdin, changed, suspended and deleted', async () => {
    const { token } = await post('/api/request-token', { password: server.adminKey });
    await post('/api/system/enable-multi-user', { username: 'boss', password: PASSWORD }, String(token));
    const create = ['users', 'create', 'ada', '--role', 'default', '--password-stdin'];
    const made = await home.run(create, { stdin: PASSWORD });
    expect([made.code, JSON.parse(made.stdout)]).toEqual([0, expect.objectContaining({ username: 'ada' })]);
    const changed = ['users', 'update', 'ada', '--suspend', '--daily-messages', '5'];
    expect(await home.json(changed)).toMatchObject({ suspended: 1, dailyMessageLimit: 5 });
    const free = ['users', 'update', 'ada', '--no-suspend', '--daily-messages', 'none'];
    expect(await home.json(free)).toMatchObject({ suspended: 0, dailyMessageLimit: null });
    const table = await home.run(['users', 'list', '-o', 'table']);
    expect(table.stdout).toMatch(
      /^ID +NAME +ROLE +STATE .*\n.*boss +admin +active.*\n.*ada +default +active/,
    );
    const twice = await home.run(create, { stdin: PASSWORD });
    expect([twice.code, twice.stdout]).toEqual([2, '']);
    expect(twice.stderr).toMatch(/already exists.*\n.*keyward users list/);
    expect((await home.run(['users', 'create', 'bob'])).code).toBe(2);
    expect(await home.json(['users', 'delete', 'ada', '--yes'])).toMatchObject({
      username: 'ada',
      deleted: true,
    });
    expect((await home.run(['users', 'get', 'ada'])).code).toBe(5);
    for (const { stdout, stderr } of [made, table, twice]) expect(stdout + stderr).not.toContain(PASSWORD);
  });

  test('The code of an invite is shown once, when it is made, and in no list', async () => {
    const invite = ['invites', 'create', '--workspace', 'staff'];
    const { id, code } = await home.json<{ id: number; code: string }>(invite);
    const listed = await home.run(['invites', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({ items: [{ id, status: 'pending' }] });
    expect(listed.stdout).not.toContain(code);
    expect(await home.json(['invites', 'delete', String(id), '--yes'])).toEqual({
      id: String(id),
      status: 'disabled',
    });
    expect(await home.json(['invites', 'list'])).toMatchObject({ items: [{ id, status: 'disabled' }] });
    expect((await home.run(['invites', 'create', '--workspace', 'nowhere'])).code).toBe(5);
  });

  test('No password of these tests was written to stderr', () => expect(home.said).not.toContain(PASSWORD));
});
