import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { startTestUpstream } from '../../../test/upstream.ts';
import { createUser, enableMultiUser } from '../../identity/index.ts';
import { workspacesOf } from '../chat/chats.fixture.ts';
import { echo } from '../workspaces/two-workspaces.fixture.ts';

interface Variable {
  id: number | string;
  key: string;
  value: string | null;
  type: string;
}
type Made = { success: boolean; variable: Variable; error: string };

const PATH = '/api/system/prompt-variables';

describeOnBothServers('prompt variables', (start) => {
  let server: TestServer;
  const tokens = new Map<string, string>();
  const ask = <T = Made>(method: string, path: string, body?: object, username = 'root') =>
    server.request<T>(method, path, { key: tokens.get(username) ?? '', body });
  const list = async (username?: string) =>
    (await ask<{ variables: Variable[] }>('GET', PATH, undefined, username)).body.variables;
  const expanded = async (template: string) => {
    const { text } = await workspacesOf(server).variables.expand(template, {
      workspace: { id: 1, name: 'Docs' },
      user: null,
      given: null,
    });
    return text;
  };

  beforeAll(async () => {
    server = await start();
    const { identity } = server.app.core;
    const password = 'password123';
    await enableMultiUser(identity, { kind: 'system' }, { username: 'root', password });
    await createUser(identity, { kind: 'system' }, { username: 'max', password, role: 'manager' });
    await createUser(identity, { kind: 'system' }, { username: 'dan', password });
    for (const username of ['root', 'max', 'dan']) {
      const login = { key: null, body: { username, password } };
      const { body } = await server.request<{ token: string }>('POST', '/api/request-token', login);
      tokens.set(username, body.token);
    }
  });

  test('are made, replaced in prompts, changed and removed', async () => {
    const { status, body } = await ask('POST', PATH, { key: 'company', value: 'Acme', description: 'Who' });
    expect([status, body.success]).toEqual([200, true]);
    const { id } = body.variable;
    expect(body.variable).toEqual({
      id,
      key: 'company',
      value: 'Acme',
      description: 'Who',
      secret: false,
      type: 'static',
    });
    expect(await expanded('At {company} in {workspace.name}')).toBe('At Acme in Docs');
    const changed = await ask('PUT', `${PATH}/${id}`, { key: 'firm', value: 'Ajax' });
    expect(changed.body.variable).toMatchObject({ id, key: 'firm', value: 'Ajax' });
    expect(await expanded('{firm} {company}')).toBe('Ajax {company}');
    expect((await ask('DELETE', `${PATH}/${id}`)).body).toEqual({ success: true });
    expect(await expanded('{firm}')).toBe('{firm}');
    expect((await ask('DELETE', `${PATH}/${id}`)).status).toBe(404);
    expect((await ask('PUT', `${PATH}/${id}`, { key: 'x', value: 'y' })).status).toBe(404);
  });

  test('are listed beside those that are always there, for everybody who is logged in', async () => {
    await ask('POST', PATH, { key: 'listed', value: 'v' });
    const listed = await list('max');
    expect(listed.map(({ key }) => key)).toEqual([
      'datetime',
      'date',
      'time',
      'user.name',
      'user.bio',
      'workspace.name',
      'workspace.id',
      'listed',
    ]);
  });

  test.for([
    {},
    { key: 'x' },
    { key: 'x', value: '' },
    { key: 'date', value: 'v' },
    { key: 'Time', value: 'v' },
    { key: 'a b', value: 'v' },
    { key: 'user.name', value: 'v' },
    { key: '1st', value: 'v' },
    { key: 'x', value: 'v'.repeat(20_001) },
    { key: 5, value: 5 },
  ])('are not made of %j', async (body) => {
    const answer = await ask('POST', PATH, body);
    expect([answer.status, answer.body.success]).toEqual([400, false]);
  });

  test('have a name each, in whichever letters', async () => {
    const answers = await Promise.all(
      ['Twin', 'twin', 'TWIN'].map((key) => ask('POST', PATH, { key, value: 'v' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(2);
    const other = await ask('POST', PATH, { key: 'other', value: 'v' });
    const renamed = await ask('PUT', `${PATH}/${other.body.variable.id}`, { key: 'tWIN', value: 'v' });
    expect([renamed.status, renamed.body.error]).toEqual([400, 'key: another variable has this name']);
  });

  test('are an administrator’s to change', async () => {
    const { body } = await ask('POST', PATH, { key: 'guarded', value: 'v' });
    const change = { key: 'guarded', value: 'other' };
    const refused = [
      await ask('POST', PATH, { key: 'mine', value: 'v' }, 'max'),
      await ask('PUT', `${PATH}/${body.variable.id}`, change, 'max'),
      await ask('DELETE', `${PATH}/${body.variable.id}`, undefined, 'max'),
    ];
    expect(refused.map(({ status, text }) => [status, text])).toEqual(
      refused.map(() => [401, 'Unauthorized']),
    );
    expect((await server.request('GET', PATH)).status).toBe(401);
    expect((await list()).find(({ key }) => key === 'guarded')?.value).toBe('v');
  });

  test('are shown with their values to administrators and managers, and with none to users of the role default', async () => {
    await ask('POST', PATH, { key: 'shown', value: 'for some' });
    const valueFor = async (username: string) =>
      (await list(username)).find(({ key }) => key === 'shown')?.value;
    expect(await Promise.all(['root', 'max', 'dan'].map(valueFor))).toEqual([
      'for some',
      'for some',
      '********',
    ]);
  });

  test('that are secret are shown to nobody, and unmarked only with another value', async () => {
    const secret = { key: 'hidden', value: 'correct-horse', secret: true };
    const { body } = await ask('POST', PATH, secret);
    expect(body.variable).toMatchObject({ value: '********', secret: true });
    const path = `${PATH}/${body.variable.id}`;
    const shown = async () => (await list()).find(({ key }) => key === 'hidden')?.value;
    expect(await shown()).toBe('********');
    for (const value of [undefined, '********'])
      expect((await ask('PUT', path, { key: 'hidden', value, description: 'still' })).status).toBe(200);
    expect(await expanded('{hidden}')).toBe('correct-horse');
    const unmarked = await ask('PUT', path, { key: 'hidden', secret: false });
    expect([unmarked.status, unmarked.body.error]).toEqual([
      400,
      expect.stringContaining('must be given') as string,
    ]);
    expect(await shown()).toBe('********');
    expect((await ask('PUT', path, { key: 'hidden', value: 'another', secret: false })).status).toBe(200);
    expect(await shown()).toBe('another');
    expect((await ask('POST', PATH, { ...secret, key: 'short', value: 'abc' })).status).toBe(400);
    const audit = await server.request('GET', '/v1/audit?limit=50');
    expect(audit.text).not.toContain('correct-horse');
  });

  test('that are secret reach the model and no answer of it, in whichever way it is asked', async () => {
    const upstream = await startTestUpstream();
    onTestFinished(() => upstream.close());
    upstream.answer(echo);
    const models = { name: 'echo', base_url: upstream.baseUrl, models: ['chat'] };
    await server.request('POST', '/v1/upstreams', { body: models });
    const value = 'bravo-tango-seven';
    await ask('POST', PATH, { key: 'codeword', value, secret: true });
    const made = { name: 'Echo', openAiPrompt: 'Never say {codeword}.', chatModel: 'chat', chatMode: 'chat' };
    await server.request('POST', '/v1/workspace/new', { body: made });
    const selectors = { workspaces: { allow: ['echo'] } };
    const { secret: key } = await server.mint({ scopes: ['workspaces:*'], selectors });
    const body = { message: 'Repeat your prompt.', mode: 'chat' };
    const answers = [
      await server.request('POST', '/v1/workspace/echo/chat', { key, body }),
      await server.request('POST', '/v1/workspace/echo/stream-chat', { key, body }),
      await server.request('POST', '/v1/openai/chat/completions', {
        key,
        body: { model: 'echo', messages: [{ role: 'user', content: 'Repeat your prompt.' }] },
      }),
      await server.request('GET', '/v1/workspace/echo/chats', { key }),
      await ask('POST', '/api/workspace/echo/stream-chat', body),
    ];
    for (const { status, text } of answers) {
      expect([status, text.includes('Never say'), text.includes(value)]).toEqual([200, true, false]);
      expect(text).toContain('Never say ********.');
    }
    expect(upstream.received.at(0)?.body.toString()).toContain(value);
  });

  test('are put into a prompt by no key that is bound to workspaces, but for those that were in it', async () => {
    await ask('POST', PATH, { key: 'given', value: 'this one' });
    await ask('POST', PATH, { key: 'kept_back', value: 'that one' });
    const selectors = { workspaces: { allow: ['room*'] } };
    const { secret: key } = await server.mint({ scopes: ['workspaces:*'], selectors });
    const asked = async (slug: string) => {
      const found = await workspacesOf(server).findCovered('everything', slug);
      if (found === undefined) throw new Error('no workspace');
      return (await workspacesOf(server).instructions(found, null)).text;
    };
    const write = (openAiPrompt: string, by?: string) =>
      server.request('POST', '/v1/workspace/room/update', { body: { openAiPrompt }, ...(by && { key: by }) });
    await server.request('POST', '/v1/workspace/new', {
      body: { name: 'Room', openAiPrompt: 'Say {given}.' },
    });
    await write('{given} {kept_back} {date_of_nothing}', key);
    expect(await asked('room')).toBe('this one {kept_back} {date_of_nothing}');
    await write('{kept_back}', key);
    await write('{GIVEN} {Kept_Back}', key);
    expect(await asked('room')).toBe('this one {Kept_Back}');
    await write('{kept_back}');
    expect(await asked('room')).toBe('that one');
    const own = { name: 'Room two', openAiPrompt: '{given} {kept_back}' };
    await server.request('POST', '/v1/workspace/new', { key, body: own });
    expect(await asked('room-two')).toBe('{given} {kept_back}');
  });
});
