import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import type { TestServer } from '../../../test/server.ts';
import { createUser, enableMultiUser } from '../../identity/index.ts';
import { workspacesOf } from './chats.fixture.ts';

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
  const expanded = (template: string) =>
    workspacesOf(server).variables.expand(template, { workspace: { id: 1, name: 'Docs' }, nowMs: 0 });

  beforeAll(async () => {
    server = await start();
    const { identity } = server.app.core;
    const password = 'password123';
    await enableMultiUser(identity, { kind: 'system' }, { username: 'root', password });
    await createUser(identity, { kind: 'system' }, { username: 'max', password, role: 'manager' });
    for (const username of ['root', 'max']) {
      const login = { key: null, body: { username, password } };
      const { body } = await server.request<{ token: string }>('POST', '/api/request-token', login);
      tokens.set(username, body.token);
    }
  });

  test('are made, replaced in prompts, changed and removed', async () => {
    const { status, body } = await ask('POST', PATH, { key: 'company', value: 'Acme', description: 'Who' });
    expect([status, body.success]).toEqual([200, true]);
    const { id } = body.variable;
    expect(body.variable).toEqual({ id, key: 'company', value: 'Acme', description: 'Who', type: 'static' });
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
    const wish = { key: 'guarded', value: 'other' };
    const refused = [
      await ask('POST', PATH, { key: 'mine', value: 'v' }, 'max'),
      await ask('PUT', `${PATH}/${body.variable.id}`, wish, 'max'),
      await ask('DELETE', `${PATH}/${body.variable.id}`, undefined, 'max'),
    ];
    expect(refused.map(({ status, text }) => [status, text])).toEqual(
      refused.map(() => [401, 'Unauthorized']),
    );
    expect((await server.request('GET', PATH)).status).toBe(401);
    expect((await list()).find(({ key }) => key === 'guarded')?.value).toBe('v');
  });
});
