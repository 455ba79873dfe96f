import type { TestServer } from '../../../test/server.ts';
import type { TestUpstream } from '../../../test/upstream.ts';
import { PASSWORD } from '../../developer/people/identity.fixture.ts';
import type { Route } from '../route.ts';

interface Sent {
  server: TestServer;
  path: string;
  body: string;
  key: string | null;
  headers: Record<string, string>;
}

const MODELS =
  'smollm2-135m-instruct all-minilm-l6-v2 gpt-5-mini claude-sonnet-4-5 omni-moderation-latest rerank-v3.5 gpt-image-1 dall-e-2 tts-1 whisper-1'.split(
    ' ',
  );
const CAPABILITIES = { gpus: [{ name: 'small', memory_mb: 8192 }], models: ['llama-3.1-8b'] };
const LINE = {
  custom_id: 'a',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: MODELS[0], messages: [] },
};

/** The things that a reader of the documentation has: examples name them. */
export class Things {
  readonly #server: TestServer;
  readonly #session: string;
  readonly #upstream: TestUpstream;
  #worker = '';
  #count = 0;

  private constructor(server: TestServer, session: string, upstream: TestUpstream) {
    this.#server = server;
    this.#session = session;
    this.#upstream = upstream;
  }

  static async on(
    server: TestServer,
    { upstream, session }: { upstream: TestUpstream; session: string },
  ): Promise<Things> {
    const things = new Things(server, session, upstream);
    await things.#post('/v1/upstreams', { name: 'all', base_url: upstream.baseUrl, models: MODELS });
    await things.#post('/v1/workspace/new', { name: 'Lighthouses' });
    await things.#post('/v1/workspace/lighthouses/thread/new', { name: 'Heights', slug: 'heights' });
    await things.#post('/v1/workspace/lighthouses/chat', { message: 'How high?', mode: 'chat' });
    things.#worker = await things.#post('/v1/workers/register', { capabilities: CAPABILITIES }, 'worker_id');
    return things;
  }

  /** The request of an example, which names things that exist. */
  async requestOf(route: Route, example: string): Promise<Sent> {
    const { id } = route;
    const key = route.access === 'session' ? this.#session : route.access === 'public' ? null : undefined;
    const params = await this.#params(route);
    const named = await this.#named(route, params);
    const body = Object.entries(named).reduce((text, [word, real]) => text.replaceAll(word, real), example);
    return {
      server: this.#server,
      path: route.path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? name),
      body,
      key: (await this.#keyOf(id)) ?? (key === undefined ? this.#server.adminKey : key),
      headers: {
        ...(params['lease'] === undefined ? {} : { 'x-lease-token': params['lease'] }),
        // The page fills it in.
        ...(route.headers?.['x-keyward-session'] === undefined ? {} : { 'x-keyward-session': '1' }),
      },
    };
  }

  /** Other keys than the admin's: one that ends itself, and those of the browser extension. */
  async #keyOf(id: string): Promise<string | undefined> {
    if (id === 'keys.revoke_self') return (await this.#key()).secret;
    if (['session.change_password', 'session.recovery_codes'].includes(id))
      return (await this.#person()).token;
    return id.startsWith('extension.')
      ? this.#post('/api/browser-extension/api-keys/new', {}, 'apiKey')
      : undefined;
  }

  /** @param at of the member in the answer to return */
  async #post(path: string, body: object, at = 'id'): Promise<string> {
    const isOpen = path.startsWith('/api/');
    const key = isOpen ? this.#session : this.#server.adminKey;
    const answer = await this.#server.request('POST', path, { body, key });
    if (answer.status >= 400) throw new Error(`${path}: ${answer.text}`);
    return textAt(answer.body, at);
  }

  #new = (path: string, fields: object, at?: string): Promise<string> =>
    this.#post(path, { name: `thing ${++this.#count}`, ...fields }, at);

  /** By the beginning of the path. */
  readonly #makers: [RegExp, (id: string) => Promise<Record<string, string>>][] = [
    [/^\/v1\/keys\/:id/, async (id) => ({ id: await this.#keyFor(id) })],
    [/^\/v1\/owners\/:id/, async () => ({ id: await this.#new('/v1/owners', { kind: 'team' }) })],
    [/^\/v1\/upstreams\/:id/, async () => ({ id: await this.#upstreamNamed() })],
    [/^\/v1\/workers\/:id\/(?:chunks|result|fail)/, () => this.#job()],
    [/^\/v1\/workers\/:id/, async () => ({ id: this.#worker })],
    [/^\/v1\/marketplace\/gpu\/:id/, async () => ({ id: await this.#offer() })],
    [
      /^\/v1\/agents\/workflows\/:id/,
      async () => ({
        id: await this.#new('/v1/agents/workflows', { steps: [{ id: 'a', prompt: 'x' }] }, 'workflow_id'),
      }),
    ],
    [/^\/v1\/swarm\/tasks\/:id/, async () => ({ id: await this.#task() })],
    [/^(?:\/v1|\/api)\/embed\/:uuid/, async () => ({ uuid: await this.#widget() })],
    [/\/users?\/:id/, async () => ({ id: await this.#user() })],
    [/chat-feedback/, async () => ({ slug: 'lighthouses', chatId: await this.#chat() })],
    [/invites?\/:code/, async () => ({ code: await this.#post('/v1/admin/invite/new', {}, 'invite.code') })],
    [/api-key\/:id/, async () => ({ id: await this.#numberedKey() })],
    [/prompt-variables\/:id/, async () => ({ id: await this.#variable() })],
  ];

  async #params({ path, id }: Route): Promise<Record<string, string>> {
    const maker = this.#makers.find(([form]) => form.test(path))?.[1];
    return maker === undefined
      ? {
          slug: 'lighthouses',
          threadSlug: 'heights',
          workspaceSlug: 'lighthouses',
          workspaceId: '1',
          chatId: '1',
        }
      : maker(id);
  }

  /** What an example cannot know. */
  async #named({ id }: Route, params: Record<string, string>): Promise<Record<string, string>> {
    const user = async (): Promise<string[]> => {
      const { username, recoveryCodes } = await this.#person();
      return [username, ...recoveryCodes.slice(0, 2)];
    };
    const makers: Record<string, () => Promise<Record<string, string>>> = {
      'batches.create': async () => ({ file_4fT9aBcDeF12: await this.#file() }),
      'swarm.coordinate': async () => {
        await this.#join();
        return {};
      },
      'swarm.consensus': async () => ({ swt_4fT9aBcDeF12: await this.#task() }),
      'workers.results': async () => {
        const { id: jobId = '', lease: token = '' } = await this.#job();
        return { job_0mh8gx3k04fT9aBcDeF12: jobId, '0123456789abcdef0123456789abcdef': token };
      },
      'workers.join': async () => ({
        'token-of-keyward-workers-enroll': await this.#post('/v1/workers/enroll', {}, 'token'),
      }),
      'documents.upload_link': async () => ({
        'https://example.com/': `${new URL(this.#upstream.baseUrl).origin}/page.html`,
      }),
      'workspaces.pin': async () => ({
        'custom-documents/lighthouses.json': await this.#document(),
      }),
      'sessions.login': async () => ({
        'the-admin-key-or-a-password': PASSWORD,
        '{': '{"username":"admin",',
      }),
      'sessions.change_user': async () => ({ 'correct horse battery': PASSWORD }),
      'accounts.recover': async () => {
        const [name = '', one = '', two = ''] = await user();
        return { ada: name, 'code-one': one, 'code-two': two };
      },
      'session.create': async () => ({
        '"key":"the-admin-key"': `"username":"admin","password":"${PASSWORD}"`,
      }),
      'session.change_password': async () => ({ 'the present password': PASSWORD }),
      'session.recovery_codes': async () => ({ 'the present password': PASSWORD }),
      'session.recover': async () => {
        const [name = '', one = '', two = ''] = await user();
        return { ada: name, 'code-one': one, 'code-two': two };
      },
      'session.accept_invite': async () => ({ ada: `user${++this.#count}` }),
      'accounts.reset_password': async () => {
        const [username = '', ...recoveryCodes] = await user();
        const path = '/api/system/recover-account';
        return {
          'token-of-recover-account': await this.#post(path, { username, recoveryCodes }, 'resetToken'),
        };
      },
      'accounts.accept_invite': async () => ({ ada: `user${++this.#count}` }),
      'people.create': async () => ({ ada: `user${++this.#count}` }),
    };
    const lease = params['lease'];
    return {
      ...(await makers[id]?.()),
      ...(lease === undefined ? {} : { '0123456789abcdef0123456789abcdef': lease }),
    };
  }

  /** A user who has logged in. */
  async #person(): Promise<{ username: string; token: string; recoveryCodes: string[] }> {
    const username = `user${++this.#count}`;
    await this.#post('/v1/admin/users/new', { username, password: PASSWORD }, 'user.id');
    const login = { username, password: PASSWORD };
    const { body } = await this.#server.request('POST', '/api/request-token', { key: null, body: login });
    return { username, ...(body as { token: string; recoveryCodes: string[] }) };
  }

  #key(): Promise<{ id: string; secret: string }> {
    return this.#server.mint({ scopes: ['models:use'] });
  }

  /** In the state in which the change makes sense. */
  async #keyFor(id: string): Promise<string> {
    const key = await this.#key();
    const before: Record<string, string> = { 'keys.enable': 'disable', 'keys.restore': 'revoke' };
    if (before[id] !== undefined) await this.#post(`/v1/keys/${key.id}/${before[id]}`, {});
    return key.id;
  }

  #upstreamNamed(): Promise<string> {
    const name = `u${++this.#count}`;
    return this.#post('/v1/upstreams', { name, base_url: this.#upstream.baseUrl, models: [name] });
  }

  async #job(): Promise<Record<string, string>> {
    const model = `m${++this.#count}`;
    const headers = { 'x-miner-id': model };
    const registered = { capabilities: { models: [model] } };
    await this.#server.request('POST', '/v1/workers/register', { headers, body: registered });
    await this.#post('/v1/jobs', { model, prompt: 'x' });
    const wait = { max_wait_seconds: 5 };
    const { body } = await this.#server.request('POST', '/v1/workers/poll', { headers, body: wait });
    const taken = textAt(body, 'jobs.0.job_id') === '' ? body : (body as { jobs: unknown[] }).jobs[0];
    return { id: textAt(taken, 'job_id'), lease: textAt(taken, 'lease_token') };
  }

  #offer(): Promise<string> {
    return this.#post('/v1/marketplace/gpu/register', { price_per_hour: 1 }, 'gpus.0.gpu_id');
  }

  #join(): Promise<string> {
    return this.#post('/v1/swarm/join', { role: 'reader', capability: 'inference' });
  }

  async #task(): Promise<string> {
    await this.#join();
    return this.#post('/v1/swarm/coordinate', { task: 'x', collaborators: 1 }, 'task_id');
  }

  /** Of the session's user. */
  async #chat(): Promise<string> {
    await this.#post('/api/workspace/lighthouses/stream-chat', { message: 'How high is it?' });
    const path = '/api/workspace/lighthouses/chats';
    const { body } = await this.#server.request('GET', path, { key: this.#session });
    return textAt((body as { history: object[] }).history.at(-1), 'chatId');
  }

  #widget(): Promise<string> {
    return this.#post('/v1/embed/new', { workspace_slug: 'lighthouses' }, 'embed.uuid');
  }

  #user(): Promise<string> {
    const fields = { username: `user${++this.#count}`, password: PASSWORD };
    return this.#post('/v1/admin/users/new', fields, 'user.id');
  }

  #numberedKey(): Promise<string> {
    return this.#new('/v1/admin/generate-api-key', {}, 'apiKey.id');
  }

  #variable(): Promise<string> {
    const fields = { key: `v${++this.#count}`, value: 'some value' };
    return this.#post('/api/system/prompt-variables', fields, 'variable.id');
  }

  async #document(): Promise<string> {
    const fields = {
      textContent: `The lighthouse ${++this.#count}`,
      metadata: { title: 'Heights' },
      addToWorkspaces: 'lighthouses',
    };
    return this.#post('/v1/document/raw-text', fields, 'documents.0.location');
  }

  async #file(): Promise<string> {
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new File([JSON.stringify(LINE)], 'lines.jsonl', { type: 'application/jsonl' }));
    const { body } = await this.#server.request('POST', '/v1/files', { body: form });
    return textAt(body, 'id');
  }
}

/** @param at such as `documents.0.id` @returns '' if it is not there */
function textAt(value: unknown, at: string): string {
  const found = at
    .split('.')
    .reduce<unknown>((one, name) => (one as Record<string, unknown> | undefined)?.[name], value);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}
