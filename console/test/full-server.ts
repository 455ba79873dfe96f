import assert from 'node:assert/strict';
import { JobClient, TestWorker } from '../../server/src/api/jobs/jobs.fixture.ts';
import { browserAs, browserOf, type Browser } from '../../server/src/api/sessions/browser.fixture.ts';
import { CHAT_MODEL, says, startChats, type ChatServer } from '../../server/src/chat/chats.fixture.ts';
import { enableUsers, PASSWORD } from '../../server/src/developer/people/identity.fixture.ts';
import { BatchClient, requestLine } from '../../server/src/openai/batches/batches.fixture.ts';
import type { Answer, NewKey, StartServer, TestServer } from '../../server/test/server.ts';
import { hang } from '../../server/test/upstream.ts';
import { stackReport } from './stack-report.ts';
import { MARKDOWN_PAYLOAD, NAME_PAYLOAD, SHORT_PAYLOAD, WORD_PAYLOAD } from './payloads.ts';

const DAY_SECONDS = 86_400;
const UPSTREAM_SECRETS = { api_key: 'sk-of-the-upstream-0123456789', header: 'header-of-the-upstream-42' };
const WORKER = 'cellar';
const SLOW_MODEL = 'slow';

/** Who signs in with `PASSWORD`, by role. */
export const PEOPLE = { admin: 'admin', manager: 'max', default: 'dana' } as const;
export type Role = keyof typeof PEOPLE;

async function made<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { status, body, text } = await answer;
  assert(status < 300, `${status} ${text}`);
  return body;
}

/** A server that has at least one of everything that the console shows, each with an attack in every text that people choose. */
export class FullServer {
  readonly server: TestServer;
  /** An address for each route that names a thing. */
  readonly examples: Record<string, string> = {};
  /** Addresses of pages in states that the path alone does not reach. */
  readonly states: string[] = [];
  /** What no page may hold. */
  readonly secrets: string[] = [];
  readonly #chats: ChatServer;
  readonly #admin: Browser;
  /** Requests that run until the end of the test. */
  readonly #running = new AbortController();
  #owner = '';
  #ownerId = '';

  private constructor(chats: ChatServer, admin: Browser) {
    this.#chats = chats;
    this.#admin = admin;
    this.server = chats.server;
  }

  static async make(start: StartServer): Promise<FullServer> {
    const chats = await startChats(start, [SLOW_MODEL]);
    await enableUsers(chats.server);
    const admin = await browserOf(chats.server, { username: PEOPLE.admin, password: PASSWORD });
    const full = new FullServer(chats, admin);
    full.#ownerId = (await admin.state()).session?.owner_id ?? '';
    full.secrets.push(chats.server.adminKey, PASSWORD, admin.cookie.slice(admin.cookie.indexOf('=') + 1));
    await full.#people();
    await full.#keys();
    await full.#upstream();
    await full.#workspace();
    await full.#work();
    await full.#bootstrap();
    return full;
  }

  /** Ends what runs. */
  end(): void {
    this.#running.abort();
  }

  #post<T = unknown>(path: string, body: object, key?: string): Promise<T> {
    const options = { body, ...(key === undefined ? {} : { key }) };
    return made(this.server.request<T>('POST', path, options));
  }

  /** As the administrator who looks at the pages. */
  #asAdmin<T = unknown>(path: string, body: object): Promise<T> {
    return made(this.#admin.send<T>('POST', path, { body }));
  }

  async #mint(fields: object): Promise<NewKey> {
    const key = await this.server.mint(fields);
    this.secrets.push(key.secret);
    return key;
  }

  async #people(): Promise<void> {
    for (const role of ['manager', 'default'] as const) await browserAs(this.server, role, PEOPLE[role]);
    const codes: string[] = [];
    while (codes.length < 2) {
      const { invite } = await this.#asAdmin<{ invite: { code: string } }>('/v1/admin/invite/new', {});
      codes.push(invite.code);
    }
    this.examples['/invite/$code'] = `/invite/${codes[0]}`;
    this.secrets.push(...codes.slice(1));
    const recovery = await this.#asAdmin<{ codes: string[] }>('/v1/session/recovery-codes', {
      current: PASSWORD,
    });
    this.secrets.push(...recovery.codes);
  }

  async #keys(): Promise<void> {
    const bounds = {
      limits: [{ name: SHORT_PAYLOAD, requests: 1_000, window_seconds: 60 }],
      budgets: [{ name: SHORT_PAYLOAD, unit: 'requests', amount: '10', period: 'month' }],
    };
    const { id: owner } = await this.#post<{ id: string }>('/v1/owners', {
      name: NAME_PAYLOAD,
      kind: 'team',
      ...bounds,
    });
    this.#owner = owner;
    this.examples['/owners/$id'] = `/owners/${owner}`;
    const shared = { name: NAME_PAYLOAD, owner, tags: [SHORT_PAYLOAD], metadata: { note: NAME_PAYLOAD } };
    const selectors = { models: { allow: [SHORT_PAYLOAD], deny: [] } };
    const parent = await this.#mint({
      ...shared,
      ...bounds,
      selectors,
      scopes: ['models:use', 'keys:write'],
      expires_in_seconds: DAY_SECONDS,
    });
    await this.#mint({ ...shared, selectors, scopes: ['models:use'], parent: parent.id });
    const rotated = await this.#post<{ secret: string }>(`/v1/keys/${parent.id}/rotate`, {
      overlap_seconds: DAY_SECONDS,
    });
    this.secrets.push(rotated.secret);
    for (const [verb, key] of [
      ['quarantine', await this.#mint(shared)],
      ['revoke', await this.#mint(shared)],
    ] as const)
      await this.#post(`/v1/keys/${key.id}/${verb}`, { reason: NAME_PAYLOAD });
    for (const key of [parent.secret, rotated.secret])
      await this.server.request('GET', '/v1/audit', { key, headers: { 'user-agent': NAME_PAYLOAD } });
    this.examples['/keys/$id'] = `/keys/${parent.id}`;
    this.states.push(`/keys/new?parent=${parent.id}`, '/keys?q=nothing');
    const { items } = await made(
      this.server.request<{ items: { seq: number }[] }>('GET', '/v1/audit?action=keys.revoke'),
    );
    this.states.push(`/audit?record=${items[0]?.seq}`);
  }

  async #upstream(): Promise<void> {
    const { api_key, header } = UPSTREAM_SECRETS;
    const prices = {
      [WORD_PAYLOAD]: { input_usd_per_million_tokens: '1', output_usd_per_million_tokens: '2' },
    };
    const { id } = await this.#post<{ id: string }>('/v1/upstreams', {
      name: 'elsewhere',
      base_url: 'http://127.0.0.1:9/v1',
      models: [WORD_PAYLOAD],
      api_key,
      headers: { 'x-token': header },
      prices,
    });
    await this.#post(`/v1/upstreams/${id}/test`, {});
    this.examples['/upstreams/$id'] = `/upstreams/${id}`;
    this.secrets.push(api_key, header);
  }

  async #workspace(): Promise<void> {
    const { workspace } = await this.#post<{ workspace: { slug: string; id: number } }>('/v1/workspace/new', {
      name: NAME_PAYLOAD,
      openAiPrompt: NAME_PAYLOAD,
      chatModel: CHAT_MODEL,
      queryRefusalResponse: NAME_PAYLOAD,
    });
    const { slug } = workspace;
    await this.#chats.add(slug, NAME_PAYLOAD, MARKDOWN_PAYLOAD);
    await this.#post('/v1/document/create-folder', { name: SHORT_PAYLOAD });
    const { users } = await made(
      this.server.request<{ users: { id: number; username: string }[] }>('GET', '/v1/users'),
    );
    const member = users.find(({ username }) => username === PEOPLE.default)?.id;
    await this.#post(`/v1/admin/workspaces/${workspace.id}/update-users`, { userIds: [member] });
    this.#chats.answer(says([MARKDOWN_PAYLOAD]));
    const ask = { message: NAME_PAYLOAD, mode: 'chat' };
    const own = `/v1/workspace/${slug}`;
    await this.#asAdmin(`${own}/chat`, { ...ask, sessionId: `console-${this.#ownerId}` });
    const { thread } = await this.#asAdmin<{ thread: { slug: string } }>(`${own}/thread/new`, {
      name: NAME_PAYLOAD,
      userId: (await this.#admin.state()).session?.user?.id,
    });
    await this.#asAdmin(`${own}/thread/${thread.slug}/chat`, ask);
    this.examples['/workspaces/$slug'] = `/workspaces/${slug}`;
    this.states.push(
      `/workspaces/${slug}?tab=chat&thread=${thread.slug}`,
      `/documents?folder=${encodeURIComponent(SHORT_PAYLOAD)}`,
    );
    await this.#widget(slug);
  }

  async #widget(slug: string): Promise<void> {
    const { embed } = await this.#post<{ embed: { uuid: string } }>('/v1/embed/new', {
      workspace_slug: slug,
      chat_mode: 'chat',
      allowlist_domains: ['https://shop.example'],
    });
    await made(
      this.server.request('POST', `/api/embed/${embed.uuid}/stream-chat`, {
        key: null,
        headers: { origin: 'https://shop.example' },
        body: { sessionId: crypto.randomUUID(), message: NAME_PAYLOAD },
      }),
    );
    this.examples['/widgets/$uuid'] = `/widgets/${embed.uuid}`;
  }

  /** Jobs, a worker with an offer and a booking, a swarm, a workflow, a batch, a request that runs. */
  async #work(): Promise<void> {
    const client = await this.#mint({ name: NAME_PAYLOAD, owner: this.#ownerId, role: 'client' });
    const miner = await this.#mint({ name: NAME_PAYLOAD, owner: this.#owner, role: 'miner' });
    const jobs = new JobClient(this.server, client.secret);
    const secret = await jobs.ask<{ secret: string }>('GET', '/v1/webhooks/secret');
    this.secrets.push(secret.body.secret);
    const worker = new TestWorker(this.server, miner.secret, WORKER);
    const gpus = [{ name: NAME_PAYLOAD, memory_mb: 24_576 }];
    const { worker_id } = (
      await worker.register({ models: [NAME_PAYLOAD], gpus }, { region: SHORT_PAYLOAD, concurrency: 4 })
    ).body;
    this.examples['/workers/$id'] = `/workers/${worker_id}`;
    await worker.post('../swarm/join', { role: NAME_PAYLOAD, capability: NAME_PAYLOAD, swarm_id: 'readers' });
    const { task_id } = await this.#post<{ task_id: string }>(
      '/v1/swarm/coordinate',
      { task: NAME_PAYLOAD, swarm_id: 'readers' },
      client.secret,
    );
    this.examples['/swarm/tasks/$id'] = `/swarm/tasks/${task_id}`;
    await this.#post(
      '/v1/marketplace/gpu/register',
      { worker: worker_id, price_per_hour: 0.4, description: NAME_PAYLOAD },
      miner.secret,
    );
    await this.#post(`/v1/marketplace/gpu/${worker_id}-0/book`, { duration_hours: 1 }, client.secret);
    const job = await jobs.id({ model: NAME_PAYLOAD, prompt: NAME_PAYLOAD });
    const taken = await worker.take();
    await worker.chunks(taken, [{ choices: [{ delta: { content: MARKDOWN_PAYLOAD } }] }]);
    await worker.result(taken, MARKDOWN_PAYLOAD);
    this.examples['/jobs/$id'] = `/jobs/${job}`;
    await this.#longWork(client);
    const waiting = await jobs.id({ model: `${NAME_PAYLOAD} of nobody` });
    const failed = await this.#failedJob(jobs, worker);
    this.states.push(`/jobs/${waiting}`, `/jobs/${failed}`, '/jobs?all=true', '/jobs?state=EXPIRED');
    const enrolment = await this.#post<{ token: string }>('/v1/workers/enroll', {}, miner.secret);
    this.secrets.push(enrolment.token);
  }

  async #failedJob(jobs: JobClient, worker: TestWorker): Promise<string> {
    const job = await jobs.id({ model: NAME_PAYLOAD, max_attempts: 1 });
    const { job_id, lease_token } = await worker.take();
    await worker.post(`${job_id}/fail`, {
      lease_token,
      error_code: 'internal',
      error_message: NAME_PAYLOAD,
    });
    return job;
  }

  async #longWork(client: NewKey): Promise<void> {
    const steps = [{ id: 'main', model: 'of-nobody', prompt: NAME_PAYLOAD }];
    const workflow = { name: NAME_PAYLOAD, description: NAME_PAYLOAD, steps };
    const { workflow_id } = await this.#post<{ workflow_id: string }>(
      '/v1/agents/workflows',
      workflow,
      client.secret,
    );
    const { execution_id } = await this.#post<{ execution_id: string }>(
      `/v1/agents/workflows/${workflow_id}/execute`,
      { inputs: { text: NAME_PAYLOAD } },
      client.secret,
    );
    this.examples['/workflows/executions/$id'] = `/workflows/executions/${execution_id}`;
    const batches = new BatchClient(this.server, client.secret);
    const line = requestLine(NAME_PAYLOAD, { model: 'chat-test' });
    const batch = await batches.start([line], '24h', { metadata: { note: SHORT_PAYLOAD } });
    await batches.over(batch.id);
    this.#chats.answer(hang);
    void this.server
      .request('POST', '/v1/chat/completions', {
        key: client.secret,
        isPassedOn: true,
        signal: this.#running.signal,
        body: { model: SLOW_MODEL, messages: [{ role: 'user', content: NAME_PAYLOAD }] },
      })
      .catch(() => undefined);
  }

  async #bootstrap(): Promise<void> {
    await this.#post('/v1/bootstrap/reports', stackReport());
    this.examples['/bootstrap/$stack/$id'] = '/bootstrap/shop/edited';
  }
}
