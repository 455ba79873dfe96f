import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type Answer, type TestServer } from '../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../test/upstream.ts';
import { allRoutes } from '../app/routes.ts';
import { openRequest } from '../api/running/open-request.fixture.ts';
import { firstSession, PASSWORD, tokenOf } from './people/identity.fixture.ts';
import { changeQueue } from './audited-queue.fixture.ts';
import { nameOf } from './sweep.fixture.ts';
import { echo } from './workspaces/two-workspaces.fixture.ts';

/** They change nothing that lasts but a count, or what they make is itself the record of who asked. */
const UNRECORDED: Record<string, string> = {
  'POST /v1/keys/verify': 'a question; refusals are recorded',
  'POST /v1/keys/report': 'always the same answer; the quarantine is recorded',
  'POST /v1/keys/:id/explain': 'a question',
  'POST /v1/upstreams/:id/test': 'a question',
  'POST /v1/jobs': 'a job, which is kept with its owner and key',
  'POST /v1/workers/poll': 'a lease, which is kept with its job',
  'POST /v1/workers/heartbeat': 'the same',
  'POST /v1/workers/:id/chunks': 'output, which is kept with its job',
  'POST /v1/workers/:id/result': 'a result, which is kept with its receipt',
  'POST /v1/workers/results': 'the same',
  'POST /v1/workers/:id/fail': 'the end of a lease, which is kept with its job',
  'POST /v1/agents/workflows/:id/execute': 'an execution, which is kept with its owner and key',
  'POST /v1/swarm/coordinate': 'the same',
  'POST /v1/swarm/tasks/:id/consensus': 'a question',
  'POST /v1/swarm/consensus': 'a question',
  'POST /v1/workspace/:slug/vector-search': 'a question',
  'POST /v1/admin/workspace-chats': 'a list',
  'POST /v1/openai/embeddings': 'a question, in the usage report',
  'POST /v1/openai/images/generations': 'a question, in the usage report',
  'POST /v1/openai/chat/completions': 'a chat, which is kept with its workspace',
  'POST /v1/workspace/:slug/chat': 'a chat; a reset is recorded, below',
  'POST /v1/workspace/:slug/stream-chat': 'a chat; a reset is recorded, below',
  'POST /v1/workspace/:slug/thread/:threadSlug/chat': 'a chat; a reset is recorded, below',
  'POST /v1/workspace/:slug/thread/:threadSlug/stream-chat': 'a chat; a reset is recorded, below',
  'POST /api/workspace/:slug/stream-chat': 'a chat; a reset is recorded, below',
  'POST /api/embed/:uuid/stream-chat': 'a chat, which is kept with its widget',
};

const isForwarded = ({ surface }: { surface: { name: string } }): boolean => surface.name === 'openai';
/** Those of sessions need a cookie: session-audit.test.ts. */
const isOfSessions = ({ path }: { path: string }): boolean => /^\/v1\/sessions?(\/|$)/.test(path);
const changing = allRoutes('0.0.0').filter(
  (route) =>
    route.method !== 'GET' && !isForwarded(route) && !isOfSessions(route) && !(nameOf(route) in UNRECORDED),
);
/** GET as clients have it, with an effect. That of the OpenID provider: oidc.test.ts. */
const changingGets = allRoutes('0.0.0').filter(
  ({ hasEffect, id }) => hasEffect && id !== 'session.oidc_callback',
);

interface Made {
  id: string;
  workflow_id?: string;
  key?: { id: string; secrets: { id: string }[] };
  apiKey?: { id: number };
  user?: { id: number };
  invite?: { id: number; code: string };
  embed?: { uuid: string };
  thread?: { slug: string };
  variable?: { id: number };
  documents?: { location: string }[];
  resetToken?: string;
  token?: string;
  recoveryCodes?: string[];
}

describeOnBothWhenSlow('the audit record', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const recorded = new Set<string>();
  const silent: string[] = [];

  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(echo);
    server = await start({ KEYWARD_SIMPLE_SSO: 'on' });
    const models = ['chat', 'all-minilm-l6-v2'];
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'models', base_url: upstream.baseUrl, models },
    });
  });
  afterAll(() => upstream.close());

  const newest = async (): Promise<number> => {
    const { body } = await server.request<{ items: { seq: number }[] }>('GET', '/v1/audit?limit=1');
    return body.items[0]?.seq ?? 0;
  };

  /** Sends a request that succeeds, and looks for what the audit record has of it. */
  async function say(name: string, path: string, options: object = {}): Promise<Made> {
    const before = await newest();
    const [method = '', declared = ''] = name.split(' ');
    const answer: Answer<Made> = await server.request<Made>(method, path, options);
    expect([name, answer.status < 300 ? 'done' : answer.text]).toEqual([name, 'done']);
    recorded.add(`${method} ${declared}`);
    if ((await newest()) <= before) silent.push(name);
    return answer.body;
  }

  const keysAndOwners = async (): Promise<void> => {
    const body = { name: 'a key', scopes: ['keys:read'] };
    const { key } = await say('POST /v1/keys', '/v1/keys', { body });
    const id = key?.id ?? '';
    await say('PATCH /v1/keys/:id', `/v1/keys/${id}`, { body: { name: 'another' } });
    await say('POST /v1/keys/:id/rotate', `/v1/keys/${id}/rotate`);
    const old = key?.secrets[0]?.id;
    await say('POST /v1/keys/:id/secrets/:secret_id/end', `/v1/keys/${id}/secrets/${old}/end`);
    for (const verb of ['disable', 'enable', 'quarantine', 'revoke', 'restore'])
      await say(`POST /v1/keys/:id/${verb}`, `/v1/keys/${id}/${verb}`);
    await say('DELETE /v1/keys/:id', `/v1/keys/${id}`);
    const own = await server.mint({ scopes: ['keys:read'] });
    await say('POST /v1/keys/self/revoke', '/v1/keys/self/revoke', { key: own.secret });
    const line = JSON.stringify({ ...body, secret: `imported-${randomUUID()}` });
    const headers = { 'content-type': 'application/x-ndjson' };
    await say('POST /v1/keys/import', '/v1/keys/import', { body: line, headers });
    const named = { name: 'Ann', kind: 'person' };
    const owner = await say('POST /v1/owners', '/v1/owners', { body: named });
    await say('PATCH /v1/owners/:id', `/v1/owners/${owner.id}`, { body: { name: 'Anna' } });
    await say('DELETE /v1/owners/:id', `/v1/owners/${owner.id}`);
    const other = { name: 'other', base_url: upstream.baseUrl };
    const added = await say('POST /v1/upstreams', '/v1/upstreams', { body: other });
    await say('PATCH /v1/upstreams/:id', `/v1/upstreams/${added.id}`, { body: { weight: 2 } });
    await say('DELETE /v1/upstreams/:id', `/v1/upstreams/${added.id}`);
    const { apiKey } = await say('POST /v1/admin/generate-api-key', '/v1/admin/generate-api-key', {
      body: {},
    });
    await say('DELETE /v1/admin/delete-api-key/:id', `/v1/admin/delete-api-key/${apiKey?.id}`);
  };

  const running = async (): Promise<void> => {
    const { id: key, secret } = await server.mint({ role: 'admin' });
    openRequest(server, { path: '/v1/keys/import', key: secret, type: 'application/x-ndjson' });
    const listed = () => server.request<{ items: Made[] }>('GET', '/v1/running', { key: secret });
    const imports = async () =>
      (await listed()).body.items.find((item) => 'route' in item && item.route === 'keys.import');
    await expect.poll(imports).toBeDefined();
    await say('POST /v1/running/:id/stop', `/v1/running/${(await imports())?.id}/stop`);
    await say('POST /v1/running/stop', '/v1/running/stop', { body: { key } });
  };

  const stacks = async (): Promise<void> => {
    const times = { started_at: '2026-01-01T00:00:00Z', finished_at: '2026-01-01T00:00:01Z' };
    const key = { id: 'app', action: 'create', revoked: [], reason: null };
    const keys = [key, { ...key, id: 'other' }];
    const report = { run_id: randomUUID(), stack: 'house', verb: 'apply', host: null, ...times, keys };
    const path = '/v1/bootstrap/keys';
    await say('POST /v1/bootstrap/reports', '/v1/bootstrap/reports', { body: report });
    await say(`DELETE ${path}/:stack/:id`, `${path}/house/app`);
    await say(`DELETE ${path}/:stack`, `${path}/house`);
  };

  const workspaces = async (): Promise<void> => {
    await say('POST /v1/workspace/new', '/v1/workspace/new', { body: { name: 'Docs', chatModel: 'chat' } });
    const docs = '/v1/workspace/docs';
    await say('POST /v1/workspace/:slug/update', `${docs}/update`, { body: { openAiTemp: 0.5 } });
    await say('POST /v1/workspace/:slug/thread/new', `${docs}/thread/new`, {
      body: { slug: 't1', name: 'T' },
    });
    const rename = { body: { name: 'T2' } };
    await say('POST /v1/workspace/:slug/thread/:threadSlug/update', `${docs}/thread/t1/update`, rename);
    for (const where of ['', '/thread/t1'])
      for (const how of ['chat', 'stream-chat']) {
        await server.request('POST', `${docs}${where}/${how}`, { body: { message: 'hello' } });
        const name = `POST /v1/workspace/:slug${where.replace('t1', ':threadSlug')}/${how} with a reset`;
        await say(name, `${docs}${where}/${how}`, { body: { message: '', reset: true } });
      }
    await say('POST /v1/workspace/:slug/chat that says so', `${docs}/chat`, { body: { message: '/reset' } });
    await say('DELETE /v1/workspace/:slug/thread/:threadSlug', `${docs}/thread/t1`);
  };

  const documents = async (): Promise<void> => {
    const form = (what = 'turnips'): FormData => {
      const file = new FormData();
      file.set('file', new File([`All about ${what}.`], 'turnips.txt', { type: 'text/plain' }));
      return file;
    };
    const upload = await say('POST /v1/document/upload', '/v1/document/upload', { body: form() });
    const location = upload.documents?.[0]?.location ?? '';
    await say('POST /v1/document/upload/:folderName', '/v1/document/upload/shelf', { body: form() });
    const text = { textContent: 'x', metadata: { title: 'x' } };
    await say('POST /v1/document/raw-text', '/v1/document/raw-text', { body: text });
    await say('POST /v1/document/create-folder', '/v1/document/create-folder', { body: { name: 'empty' } });
    const embed = { body: { adds: [location] } };
    await say('POST /v1/workspace/:slug/update-embeddings', '/v1/workspace/docs/update-embeddings', embed);
    const pin = { body: { docPath: location, pinStatus: true } };
    await say('POST /v1/workspace/:slug/update-pin', '/v1/workspace/docs/update-pin', pin);
    const file = await server.request<Made>('POST', '/v1/document/upload', { body: form('beets') });
    const from = file.body.documents?.[0]?.location ?? '';
    const to = `empty/${from.split('/').at(-1)}`;
    await say('POST /v1/document/move-files', '/v1/document/move-files', { body: { files: [{ from, to }] } });
    await say('DELETE /v1/system/remove-documents', '/v1/system/remove-documents', { body: { names: [to] } });
    const shelf = { body: { name: 'shelf' } };
    await say('DELETE /v1/document/remove-folder', '/v1/document/remove-folder', shelf);
  };

  const widgets = async (): Promise<void> => {
    const origin = 'https://shop.example';
    const body = { workspace_slug: 'docs', chat_mode: 'chat', allowlist_domains: [origin] };
    const { embed } = await say('POST /v1/embed/new', '/v1/embed/new', { body });
    const path = `/api/embed/${embed?.uuid}`;
    await say('POST /v1/embed/:uuid', `/v1/embed/${embed?.uuid}`, { body: { message_limit: 5 } });
    await say('POST /v1/embed/:uuid/adopt', `/v1/embed/${embed?.uuid}/adopt`);
    const sessionId = randomUUID();
    const visitor = { key: null, headers: { origin } };
    const chat = { ...visitor, body: { sessionId, message: 'hello' } };
    await server.request('POST', `${path}/stream-chat`, chat);
    await say('DELETE /api/embed/:uuid/:sessionId', `${path}/${sessionId}`, visitor);
    await say('DELETE /v1/embed/:uuid', `/v1/embed/${embed?.uuid}`);
  };

  const extension = async (key: string): Promise<void> => {
    const clip = '/api/browser-extension';
    const made = await server.request<{ apiKey: string }>('POST', `${clip}/api-keys/new`, { key });
    const own = made.body.apiKey;
    const page = {
      key: own,
      body: { textContent: 'words', metadata: { title: 't', url: 'https://a.example' } },
    };
    await say('POST /api/browser-extension/upload-content', `${clip}/upload-content`, page);
    const listed = await server.request<{ workspaces: { id: number }[] }>('GET', `${clip}/workspaces`, {
      key: own,
    });
    const embed = { ...page, body: { ...page.body, workspaceId: listed.body.workspaces[0]?.id } };
    await say('POST /api/browser-extension/embed-content', `${clip}/embed-content`, embed);
    await say('DELETE /api/browser-extension/disconnect', `${clip}/disconnect`, { key: own });
    await say('POST /api/browser-extension/api-keys/new', `${clip}/api-keys/new`, { key });
    const keys = await server.request<{ apiKeys: { id: number }[] }>('GET', `${clip}/api-keys`, { key });
    const id = keys.body.apiKeys[0]?.id;
    await say('DELETE /api/browser-extension/api-keys/:id', `${clip}/api-keys/${id}`, { key });
  };

  const withoutUsers = async (): Promise<void> => {
    const body = { LLMProvider: 'local' };
    await say('POST /v1/system/update-env', '/v1/system/update-env', { body });
    const first = { password: server.adminKey };
    await say('POST /api/request-token', '/api/request-token', { key: null, body: first });
    let key = await firstSession(server);
    const made = await say('POST /api/system/generate-api-key', '/api/system/generate-api-key', {
      key,
      body: {},
    });
    await say('DELETE /api/system/api-key/:id', `/api/system/api-key/${made.apiKey?.id}`, { key });
    const password = { usePassword: true, newPassword: PASSWORD };
    await say('POST /api/system/update-password', '/api/system/update-password', { key, body: password });
    key = await tokenOf(server, { password: PASSWORD });
    const admin = { username: 'root', password: PASSWORD };
    const users = '/api/system/enable-multi-user';
    await say('POST /api/system/enable-multi-user', users, { key, body: admin });
  };

  const people = async (key: string): Promise<void> => {
    for (const [via, how, one] of [
      ['/v1/admin', {}, 'users'],
      ['/api/admin', { key }, 'user'],
    ] as const) {
      const ann = { username: `ann${one}`, password: PASSWORD };
      const { user } = await say(`POST ${via}/users/new`, `${via}/users/new`, { ...how, body: ann });
      const bio = { body: { bio: 'x' } };
      await say(`POST ${via}/${one}/:id`, `${via}/${one}/${user?.id}`, { ...how, ...bio });
      await say(`DELETE ${via}/${one}/:id`, `${via}/${one}/${user?.id}`, how);
      const { invite } = await say(`POST ${via}/invite/new`, `${via}/invite/new`, { ...how, body: {} });
      await say(`DELETE ${via}/invite/:id`, `${via}/invite/${invite?.id}`, how);
    }
    const { invite } = (await server.request<Made>('POST', '/v1/admin/invite/new', { body: {} })).body;
    const bob = { username: 'bobby', password: PASSWORD };
    await say('POST /api/invite/:code', `/api/invite/${invite?.code}`, { key: null, body: bob });
    const login = await server.request<Made>('POST', '/api/request-token', { key: null, body: bob });
    const { recoveryCodes = [], token: session = '', user } = login.body;
    const listed = await server.request<{ workspaces: { id: number; slug: string }[] }>(
      'GET',
      '/v1/workspaces',
    );
    const workspace = listed.body.workspaces[0];
    const members = { body: { userIds: [user?.id] } };
    const admin = '/v1/admin/workspaces';
    await say(`POST ${admin}/:workspaceId/update-users`, `${admin}/${workspace?.id}/update-users`, members);
    await say(`POST ${admin}/:workspaceSlug/manage-users`, `${admin}/docs/manage-users`, members);
    await inSession(session);
    const codes = { username: 'bobby', recoveryCodes: recoveryCodes.slice(0, 2) };
    const recover = '/api/system/recover-account';
    const { resetToken } = await say(`POST ${recover}`, recover, { key: null, body: codes });
    const reset = { token: resetToken, newPassword: PASSWORD, confirmPassword: PASSWORD };
    const path = '/api/system/reset-password';
    await say(`POST ${path}`, path, { key: null, body: reset });
    const sso = await say('GET /v1/users/:id/issue-auth-token', `/v1/users/${user?.id}/issue-auth-token`);
    const redeem = `/api/request-token/sso/simple?token=${sso.token}`;
    await say('GET /api/request-token/sso/simple', redeem, { key: null });
  };

  const inSession = async (key: string): Promise<void> => {
    const own = { key, body: { bio: 'me' } };
    await say('POST /api/system/user', '/api/system/user', own);
    const chat = '/api/workspace/docs/stream-chat';
    await server.request('POST', chat, { key, body: { message: 'hello' } });
    const chats = await server.request<{ history: { chatId?: number }[] }>(
      'GET',
      '/api/workspace/docs/chats',
      {
        key,
      },
    );
    const id = chats.body.history.find(({ chatId }) => chatId !== undefined)?.chatId;
    const feedback = { key, body: { feedback: true } };
    const score = 'POST /api/workspace/:slug/chat-feedback/:chatId';
    await say(score, `/api/workspace/docs/chat-feedback/${id}`, feedback);
    await say('POST /api/workspace/:slug/stream-chat with a reset', chat, { key, body: { reset: true } });
    await say('POST /api/system/logout', '/api/system/logout', { key });
  };

  const withUsers = async (key: string): Promise<void> => {
    const { apiKey } = await say('POST /api/admin/generate-api-key', '/api/admin/generate-api-key', {
      key,
      body: {},
    });
    await say('DELETE /api/admin/delete-api-key/:id', `/api/admin/delete-api-key/${apiKey?.id}`, { key });
    const second = await server.request<Made>('POST', '/api/admin/generate-api-key', { key, body: {} });
    await say('DELETE /api/admin/api-key/:id', `/api/admin/api-key/${second.body.apiKey?.id}`, { key });
    const preferences = { body: { support_email: 'a@b.example' } };
    await say('POST /v1/admin/preferences', '/v1/admin/preferences', preferences);
    const web = '/api/admin/system-preferences';
    await say(`POST ${web}`, web, { key, ...preferences });
    const suggest = { key, body: { messages: [{ heading: 'h', message: 'm' }] } };
    await say(
      'POST /api/workspace/:slug/suggested-messages',
      '/api/workspace/docs/suggested-messages',
      suggest,
    );
    const variables = '/api/system/prompt-variables';
    const variable = { key: 'season', value: 'spring' };
    const made = await say(`POST ${variables}`, variables, { key, body: variable });
    const id = made.variable?.id;
    await say(`PUT ${variables}/:id`, `${variables}/${id}`, { key, body: { ...variable, value: 'May' } });
    await say(`DELETE ${variables}/:id`, `${variables}/${id}`, { key });
  };

  test('has something of every route that changes something', async () => {
    await keysAndOwners();
    await running();
    await stacks();
    await changeQueue(server, say);
    await workspaces();
    await documents();
    await widgets();
    await withoutUsers();
    const key = await tokenOf(server, { username: 'root', password: PASSWORD });
    await extension(key);
    await people(key);
    await withUsers(key);
    await say('DELETE /v1/workspace/:slug', '/v1/workspace/docs');
    expect(silent).toEqual([]);
    const unseen = [...changing, ...changingGets].map(nameOf).filter((name) => !recorded.has(name));
    // A link needs a server to lead to: links.test.ts.
    expect(unseen).toEqual(['POST /v1/document/upload-link']);
  });

  test('has the codes of invitations that were tried, and never the code', async () => {
    const code = 'WRONG-WRONG-CODE';
    await server.request('GET', `/api/invite/${code}`, { key: null });
    await server.request('POST', `/api/invite/${code}`, {
      key: null,
      body: { username: 'eve', password: PASSWORD },
    });
    const reset = { token: code, newPassword: PASSWORD, confirmPassword: PASSWORD };
    await server.request('POST', '/api/system/reset-password', { key: null, body: reset });
    for (const action of ['accounts.invite', 'accounts.accept_invite', 'accounts.reset_password'])
      await expect
        .poll(async () => (await server.request('GET', `/v1/audit?action=${action}`)).text)
        .toContain('"refused"');
    expect((await server.request('GET', '/v1/audit?limit=200')).text).not.toContain(code);
  });
});
