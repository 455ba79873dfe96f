import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { childrenOf, environmentOf, randomSecret, type Canaries, type Trace } from './canaries.ts';
import { CHAT_MODEL, QUESTION } from './openai.ts';
import type { CommandOptions, Home, RequestOptions, Server } from './server.ts';
import { json, recorded, recordedStream, type Upstream } from './upstream.ts';

/** The whole life of a server in one run: all output is kept, and every secret is a canary. */
export class SecretsLife {
  readonly traces: Trace[] = [];
  readonly #home: Home;
  readonly #canaries: Canaries;
  readonly #upstream: Upstream;
  #server: Server;

  constructor(server: Server, { canaries, upstream }: { canaries: Canaries; upstream: Upstream }) {
    this.#server = server;
    this.#home = server.home;
    this.#canaries = canaries;
    this.#upstream = upstream;
  }

  /** Continues with another server on the same data. */
  moveTo(server: Server): void {
    this.#server = server;
  }

  /** One request; a minted secret becomes a canary that only this answer may have. `mints`: its member, if not `secret`. */
  async ask<T = unknown>(
    method: string,
    path: string,
    { mints, ...options }: RequestOptions & { mints?: (body: never) => [string, string | null][] } = {},
  ): Promise<T> {
    const { body, text, headers } = await this.#server.request<T>(method, path, options);
    const others = (mints?.(body as never) ?? []).flatMap(([name, secret]) => {
      if (secret === null) return [];
      this.#canaries.add(name, secret);
      return [name];
    });
    const allowed = [...this.#minted(body), ...others];
    const said = Buffer.from(`${JSON.stringify([...headers])}\n${text}`);
    this.traces.push({ where: `answer of ${method} ${path.slice(0, 30)}`, bytes: said, allowed });
    return body;
  }

  /** One command; `shows`: the secrets that it may print. */
  async run(
    args: string[],
    { shows = [], ...options }: CommandOptions & { shows?: string[]; mayFail?: boolean } = {},
  ): Promise<string> {
    const environment = { KEYWARD_URL: this.#server.url, KEYWARD_API_KEY: this.#home.adminKey };
    const ended = await this.#home.keyward(args, {
      ...options,
      environment: { ...environment, ...options.environment },
    });
    const allowed = [...shows, ...this.#minted(parsed(ended.stdout))];
    const where = `keyward ${args.slice(0, 2).join(' ')}`;
    this.traces.push({ where: `stdout of ${where}`, bytes: Buffer.from(ended.stdout), allowed });
    this.traces.push({ where: `stderr of ${where}`, bytes: Buffer.from(ended.stderr) });
    return ended.stdout;
  }

  #minted(value: unknown): string[] {
    const { secret } = (value ?? {}) as { secret?: unknown };
    if (typeof secret !== 'string') return [];
    const name = `minted secret ${this.#canaries.count}`;
    this.#canaries.add(name, secret);
    return [name];
  }

  async mint(fields: object = {}): Promise<{ id: string; secret: string }> {
    const body = { name: 'a key', role: 'admin', ...fields };
    const { key, secret } = await this.ask<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
      body,
    });
    return { id: key.id, secret };
  }

  /** Keys from their beginning to their end. */
  async keys(): Promise<void> {
    const [one, two, three] = [await this.mint(), await this.mint({ tags: ['a'] }), await this.mint()];
    await this.ask('POST', `/v1/keys/${one.id}/rotate`, { body: { overlap_seconds: 3_600 } });
    await this.ask('POST', `/v1/keys/${two.id}/rotate`, { body: { overlap_seconds: 0 } });
    for (const key of [one.secret, two.secret, three.secret]) {
      await this.ask('GET', '/v1/keys/self', { key });
      await this.ask('GET', '/v1/keys/self', { key: null, headers: { 'x-api-key': key } });
      await this.ask('POST', '/v1/keys/verify', { body: { key, explain: true } });
      await this.ask('POST', '/v1/keys/report', {
        key: null,
        body: { token: key, url: `https://paste/${key}` },
      });
    }
    await this.ask('POST', `/v1/keys/${three.id}/revoke`, { body: { reason: 'over' } });
    const imported = ['one', 'two'].map((name) =>
      this.#canaries.add(`imported ${name}`, randomSecret('legacy')),
    );
    const lines = imported.map((secret, index) =>
      JSON.stringify({ name: `old ${index}`, role: 'client', secret }),
    );
    const cut = this.#canaries.add('of a cut line', randomSecret('cut'));
    const ndjson = [...lines, `{"name": "cut", "role": "client", "secret": "${cut}"`, ''].join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    for (let times = 0; times < 2; times++)
      await this.ask('POST', '/v1/keys/import', { body: ndjson, headers });
    for (const key of imported) await this.ask('GET', '/v1/models', { key });
  }

  /** Upstreams with credentials, working ones and failing ones. */
  async upstreams(): Promise<void> {
    const api_key = this.#canaries.add('api key of the upstream', randomSecret('sk'));
    const token = this.#canaries.add('header of the upstream', randomSecret('token'));
    const prompt = this.#canaries.add('text of a prompt', randomSecret('prompt'));
    const add = async (name: string, base_url: string): Promise<{ id: string }> =>
      this.ask('POST', '/v1/upstreams', {
        body: { name, base_url, models: [name], api_key, headers: { 'x-token': token } },
      });
    const good = await add('good', this.#upstream.baseUrl);
    const closed = await add('closed', 'http://127.0.0.1:9/v1');
    const bad = {
      body: { name: 'bad', base_url: `http://user:${token}@127.0.0.1/v1`, api_key: { api_key } },
    };
    await this.ask('POST', '/v1/upstreams', bad);
    const chat = async (model: string, stream = false): Promise<unknown> =>
      this.ask('POST', '/v1/chat/completions', {
        body: { model, stream, messages: [...QUESTION, { role: 'user', content: prompt }] },
      });
    this.#upstream.on('/chat/completions', recorded('chat.json'));
    await chat('good');
    this.#upstream.on('/chat/completions', recordedStream('chat.stream.usage.sse'));
    await chat('good', true);
    // Providers quote the key that they refuse.
    this.#upstream.on('/chat/completions', (response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${api_key}` } }));
    });
    await chat('good');
    this.#upstream.on('/chat/completions', (response) => void response.socket?.destroy());
    await chat('good');
    await chat('closed');
    this.#upstream.on(
      '/models',
      json(() => ({ object: 'list', data: [{ id: 'good', object: 'model' }] })),
    );
    for (const { id } of [good, closed]) await this.ask('POST', `/v1/upstreams/${id}/test`);
    const renewed = this.#canaries.add('new api key of the upstream', randomSecret('sk'));
    await this.ask('PATCH', `/v1/upstreams/${good.id}`, { body: { api_key: renewed } });
    await this.ask('GET', '/v1/upstreams');
    await this.ask('DELETE', `/v1/upstreams/${closed.id}`);
  }

  /** Keys in wrong places. */
  async mistakes(): Promise<void> {
    const { id, secret: key } = await this.mint();
    const wrong = this.#canaries.add(
      'a wrong key',
      `sk-kw1${'a'.repeat(12)}${randomBytes(19).toString('hex')}`,
    );
    const odd = this.#canaries.add('a key of something else', randomSecret('ghp'));
    for (const text of [wrong, odd]) {
      await this.ask('GET', '/v1/models', { key: text });
      await this.ask('GET', '/v1/models', { headers: { 'x-api-key': text } });
      await this.ask('GET', '/v1/models', { key: null, headers: { authorization: `Basic ${text}` } });
    }
    for (const text of [key, wrong, odd]) {
      const bodies = [`{"name": "x", "secret": "${text}"`, `["${text}"]`, `"${text}"`, text];
      const headers = { 'content-type': 'application/json' };
      for (const body of bodies) {
        await this.ask('POST', '/v1/keys', { body, headers });
        await this.ask('POST', '/v1/chat/completions', { body, headers });
        await this.ask('POST', '/v1/upstreams', { body, headers });
        await this.ask('POST', '/v1/keys/verify', { body, headers });
      }
      await this.ask('POST', '/v1/keys', { body: { name: 'x', role: text, expires_at: text, limits: text } });
      await this.ask('POST', '/v1/keys', { body: text, headers: { 'content-type': `text/${text}` } });
      await this.ask('POST', '/v1/keys/verify', { body: { key: text, scope: text } });
      const form = new FormData();
      form.set('key', text);
      await this.ask('POST', '/v1/audio/transcriptions', { body: form });
      const bytes = `GET /healthz HTTP/1.1\r\nauthorization: Bearer ${text}\r\nno colon\r\n\r\n`;
      await this.#raw(bytes);
      await this.ask('GET', `/v1/models?api_key=${text}`);
      await this.ask('GET', `/v1/keys?limit=${text}&state=${text}`);
      await this.ask('GET', `/v1/keys/${text}`);
      await this.ask('GET', `/v1/nowhere/${text}`);
      await this.ask('PUT', `/v1/keys/${text}`);
    }
    await this.ask('POST', '/v1/keys', { body: { name: 'x', role: 'client', [key]: 1 } });
    await this.ask('GET', `/v1/keys/${id}`);
  }

  async #raw(bytes: string): Promise<void> {
    const socket = connect(Number(new URL(this.#server.url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
    socket.end(bytes);
    await once(socket, 'close');
    this.traces.push({ where: 'answer to what is no HTTP', bytes: Buffer.concat(chunks) });
  }

  /** The local model's token is in its environment and nowhere else; a crash makes a new one. */
  async localModel(): Promise<void> {
    let last = 0;
    for (let lives = 0; lives < 2; lives++) {
      while (childrenOf(this.#server.pid).every((pid) => pid === last)) await sleep(20);
      await this.#server.untilModelReady();
      const [pid = 0] = childrenOf(this.#server.pid);
      last = pid;
      const { KEYWARD_LOCAL_MODEL_TOKEN: token = '', ...others } = environmentOf(pid);
      const name = `token ${lives} of the local model`;
      this.#canaries.add(name, token);
      this.traces.push({
        where: "the local model's environment",
        bytes: Buffer.from(JSON.stringify(others)),
      });
      const body = { model: CHAT_MODEL, messages: QUESTION, max_tokens: 8 };
      await this.ask('POST', '/v1/chat/completions', { body });
      if (lives === 0) process.kill(pid, 'SIGKILL');
      await this.ask('POST', '/v1/chat/completions', { body });
    }
  }

  /** The command line, with valid and invalid keys; it gets its secrets by stdin and the environment. */
  async commands(): Promise<void> {
    const admin = this.#home.adminKey;
    const without = { KEYWARD_API_KEY: '' };
    await this.run(['keys', 'create', 'by command', '--role', 'client', '--output', 'json']);
    const listed = JSON.parse(await this.run(['keys', 'list', '--output', 'json'])) as {
      items: { id: string }[];
    };
    await this.run(['keys', 'rotate', listed.items[0]?.id ?? '', '--output', 'json']);
    await this.run(['keys', 'verify', '-', '--explain'], { stdin: admin });
    const wrong = this.#canaries.add('a wrong key for a command', randomSecret('sk'));
    await this.run(['keys', 'verify', '-', '--explain', '--dry-run'], { stdin: wrong, mayFail: true });
    await this.run(['keys', 'list'], { environment: { KEYWARD_API_KEY: wrong }, mayFail: true });
    const damaged = this.#canaries.add('a damaged key', `${admin.slice(0, -8)}00000000`);
    await this.run(['keys', 'list'], { environment: { KEYWARD_API_KEY: damaged }, mayFail: true });
    const elsewhere = { KEYWARD_API_KEY: admin, KEYWARD_URL: 'http://127.0.0.1:9' };
    await this.run(['keys', 'list'], { environment: elsewhere, mayFail: true });
    await this.run(['auth', 'login', '--key-stdin'], { stdin: admin, environment: without });
    await this.run(['auth', 'status'], { environment: without });
    await this.run(['auth', 'token'], { environment: without, shows: ['admin key', 'a damaged key'] });
    const upstreamKey = this.#canaries.add('api key given to a command', randomSecret('sk'));
    const add = ['upstreams', 'add', 'by-command', this.#upstream.baseUrl, '--model', 'm'];
    await this.run([...add, '--api-key-stdin'], { stdin: upstreamKey });
    const imported = this.#canaries.add('imported by a command', randomSecret('legacy'));
    const file = join(this.#home.folder, '..', `${listed.items[0]?.id}.ndjson`);
    writeFileSync(file, `${JSON.stringify({ name: 'imported', role: 'client', secret: imported })}\n`);
    await this.run(['keys', 'import', file]);
    for (const command of [
      'upstreams list',
      'models list',
      'usage',
      'audit list',
      'endpoints',
      'status',
      'doctor',
    ])
      await this.run(command.split(' '));
    await this.run(['chat', '--model', CHAT_MODEL, '--max-tokens', '8', 'What is the capital of France?']);
  }

  /** Commands that work on the data itself, on both databases. */
  async machineCommands(): Promise<void> {
    await this.run(['backup', join(this.#home.folder, 'keyward.backup')]);
    const record = await this.run(['audit', 'export', '--local']);
    await this.run(['audit', 'verify', '-'], { stdin: record });
    await this.run(['doctor', '--output', 'json'], { environment: { KEYWARD_API_KEY: '' } });
  }

  /** Everything that an administrator can read. */
  async lists(): Promise<void> {
    for (const path of [
      '/v1/keys',
      '/v1/owners',
      '/v1/audit',
      '/v1/upstreams',
      '/v1/usage',
      '/v1/audit/checkpoint',
      '/metrics',
    ])
      await this.ask('GET', path);
    for (const path of ['/readyz', '/healthz', '/openapi.json']) await this.ask('GET', path, { key: null });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
