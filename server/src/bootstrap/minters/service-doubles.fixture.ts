import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject } from '../../base/is-object.ts';

/*
 * Services that the project does not run, as their sources answer: what they check, and with which status they refuse.
 * Gitea 1.26: routers/api/v1/user/app.go. Grafana since 10: pkg/services/serviceaccounts/api. Meilisearch since 1.0:
 * routes/api_key.rs and crates/meilisearch-auth. LiteLLM 1.110: key_management_endpoints.py.
 */

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  /** The value of `authorization`. */
  authorization: string;
  body: Record<string, unknown>;
}

interface Answer {
  status: number;
  body?: unknown;
}

export interface DoubleKey {
  id: string;
  label: string;
  key: string;
}

/** Each service keeps its keys here; `answer` is its whole API. */
interface Service {
  keys: DoubleKey[];
  answer(call: Call): Answer;
}

export interface Double {
  url: string;
  service: Service;
  calls: (Call & { url: string })[];
  /** Before a call is answered: an answer takes its place, and `drop` cuts the connection after the call took place. */
  before: (call: Call) => Answer | 'drop' | undefined | Promise<Answer | 'drop' | undefined>;
  stop(): Promise<void>;
}

const say = (status: number, message: string): Answer => ({ status, body: { message } });
const bearer = (key: string): string => `Bearer ${key}`;
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const idAfter = (path: string, start: string): string => decodeURIComponent(path.slice(start.length));

/** One page; `page` counts from 1. */
function pageOf<T>(items: T[], query: URLSearchParams, { size, most }: { size: number; most: number }): T[] {
  const asked = Number(query.get('limit') ?? query.get('size') ?? query.get('perpage') ?? size);
  const length = Math.min(asked, most);
  const start = (Number(query.get('page') ?? 1) - 1) * length;
  return items.slice(start, start + length);
}

export function gitea({ user, password }: { user: string; password: string }): Service {
  const keys: DoubleKey[] = [];
  const scopes = new Map<string, string[]>();
  const path = `/api/v1/users/${user}/tokens`;
  let last = 0;
  const answer = (call: Call): Answer => {
    if (call.path === '/api/healthz') return { status: 200, body: { status: 'pass' } };
    if (call.path === '/api/v1/user') {
      const found = keys.find(({ key }) => [`token ${key}`, bearer(key)].includes(call.authorization));
      if (found === undefined) return say(401, 'user does not exist');
      const mayRead = scopes
        .get(found.id)
        ?.some((scope) => ['read:user', 'write:user', 'all'].includes(scope));
      return mayRead === true
        ? { status: 200, body: { login: user } }
        : say(403, 'token does not have scope');
    }
    if (call.authorization === '')
      return say(403, 'doer should be the site admin or be same as the contextUser');
    if (!call.authorization.startsWith('Basic ')) return say(401, 'auth required');
    if (call.authorization !== basic(user, password)) return say(401, 'invalid username or password');
    if (call.path === path && call.method === 'GET') {
      const newestFirst = keys
        .toReversed()
        .map(({ id, label }) => ({ id: Number(id), name: label, sha1: '' }));
      return { status: 200, body: pageOf(newestFirst, call.query, { size: 30, most: 50 }) };
    }
    if (call.path === path && call.method === 'POST') {
      const { name, scopes: wanted } = call.body as { name?: string; scopes?: string[] };
      if (name === undefined) return say(422, '[Name]: Required');
      if (keys.some(({ label }) => label === name))
        return say(400, 'access token name has been used already');
      if (wanted === undefined || wanted.length === 0) return say(400, 'access token must have a scope');
      if (!wanted.every((scope) => /^(all|(read|write):(user|repository|package))$/.test(scope)))
        return say(400, 'invalid access token scope provided');
      const made = { id: String(++last), label: name, key: randomBytes(20).toString('hex') };
      keys.push(made);
      scopes.set(made.id, wanted);
      return { status: 201, body: { id: last, name, sha1: made.key, scopes: wanted } };
    }
    if (call.path.startsWith(`${path}/`) && call.method === 'DELETE')
      return removed(keys, idAfter(call.path, `${path}/`)) ? { status: 204 } : say(404, 'not found');
    return say(404, 'not found');
  };
  return { keys, answer };
}

export function grafana({ user, password }: { user: string; password: string }): Service & {
  accounts: { id: number; name: string; role: string }[];
} {
  const keys: DoubleKey[] = [];
  const accounts = Array.from({ length: 120 }, (_, i) => ({
    id: i + 1,
    name: `other-keyward-${i}`,
    role: 'Viewer',
  }));
  let last = 500;
  const answer = (call: Call): Answer => {
    if (call.path === '/api/health') return { status: 200, body: { database: 'ok' } };
    if (call.path === '/api/org')
      return keys.some(({ key }) => call.authorization === bearer(key))
        ? { status: 200, body: { id: 1 } }
        : say(401, 'Invalid API key');
    if (call.authorization !== basic(user, password)) return say(401, 'Invalid username or password');
    if (call.path === '/api/serviceaccounts/search') {
      const found = accounts.filter(({ name }) => name.includes(call.query.get('query') ?? ''));
      const some = pageOf(found, call.query, { size: 1_000, most: 1_000 });
      return { status: 200, body: { totalCount: found.length, serviceAccounts: some } };
    }
    if (call.path === '/api/serviceaccounts' && call.method === 'POST') {
      const { name, role } = call.body as { name: string; role: string };
      if (accounts.some((account) => account.name === name))
        return say(400, 'service account already exists');
      if (!['None', 'Viewer', 'Editor', 'Admin'].includes(role)) return say(400, 'invalid role specified');
      accounts.push({ id: ++last, name, role });
      return { status: 201, body: { id: last, name, role } };
    }
    const [, account = '', token] =
      /^\/api\/serviceaccounts\/(\d+)\/tokens(?:\/(\d+))?$/.exec(call.path) ?? [];
    if (!accounts.some(({ id }) => String(id) === account)) return say(404, 'service account not found');
    if (token !== undefined)
      return removed(keys, token) ? say(200, 'Service account token deleted') : say(404, 'token not found');
    if (call.method === 'GET')
      return { status: 200, body: keys.map(({ id, label }) => ({ id: Number(id), name: label })) };
    const { name } = call.body as { name: string };
    if (keys.some(({ label }) => label === name)) return say(400, 'token with given name already exists');
    const made = { id: String(++last), label: name, key: `glsa_${randomBytes(16).toString('hex')}` };
    keys.push(made);
    return { status: 200, body: { id: last, name, key: made.key } };
  };
  return { keys, accounts, answer };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function meilisearch({ master }: { master: string }): Service {
  const keyOf = (uid: string) => createHmac('sha256', master).update(uid).digest('hex');
  const shown = ({ id, label, key }: DoubleKey) => ({ uid: id, name: label, key });
  const keys: DoubleKey[] = [];
  const answer = (call: Call): Answer => {
    if (call.path === '/health') return { status: 200, body: { status: 'available' } };
    if (call.authorization === '') return say(401, 'The Authorization header is missing.');
    const isAllowed =
      call.authorization === bearer(master) ||
      (call.path === '/multi-search' && keys.some(({ key }) => call.authorization === bearer(key)));
    if (!isAllowed) return say(403, 'The provided API key is invalid.');
    if (call.path === '/multi-search')
      return Array.isArray(call.body['queries'])
        ? { status: 200, body: { results: [] } }
        : say(400, 'queries');
    if (call.path === '/keys' && call.method === 'GET') {
      const [offset, limit] = [Number(call.query.get('offset') ?? 0), Number(call.query.get('limit') ?? 20)];
      const results = keys
        .toReversed()
        .slice(offset, offset + limit)
        .map(shown);
      return { status: 200, body: { results, offset, limit, total: keys.length } };
    }
    if (call.path === '/keys' && call.method === 'POST') {
      const known = ['description', 'name', 'uid', 'actions', 'indexes', 'expiresAt'];
      const unknown = Object.keys(call.body).find((name) => !known.includes(name));
      if (unknown !== undefined) return say(400, `Unknown field ${unknown}`);
      const missing = ['actions', 'indexes', 'expiresAt'].find((name) => !(name in call.body));
      if (missing !== undefined) return say(400, `Missing field ${missing}`);
      const { uid, name } = call.body as { uid: string; name: string };
      if (!UUID.test(uid)) return say(400, 'Invalid value at .uid');
      if (keys.some(({ id }) => id === uid)) return say(409, 'api_key_already_exists');
      const made = { id: uid, label: name, key: keyOf(uid) };
      keys.push(made);
      return { status: 201, body: shown(made) };
    }
    if (call.path.startsWith('/keys/') && call.method === 'DELETE')
      return removed(keys, idAfter(call.path, '/keys/')) ? { status: 204 } : say(404, 'api_key_not_found');
    return say(404, 'not found');
  };
  return { keys, answer };
}

export function litellm({ master }: { master: string }): Service {
  const keys: DoubleKey[] = [];
  const hash = (key: string) => createHash('sha256').update(key).digest('hex');
  const answer = (call: Call): Answer => {
    if (call.path === '/health/liveliness') return { status: 200, body: "I'm alive!" };
    const isMaster = call.authorization === bearer(master);
    const own = keys.find(({ key }) => call.authorization === bearer(key));
    if (!isMaster && own === undefined)
      return say(401, 'Authentication Error, Invalid proxy server token passed');
    if (call.path === '/key/info')
      return { status: 200, body: { key: own?.id, info: { key_alias: own?.label } } };
    if (!isMaster)
      return say(403, 'Only proxy admin can be used to generate, delete, update info for new keys');
    if (call.path === '/key/list') {
      if (Number(call.query.get('size') ?? 10) > 100) return say(422, 'size: less than or equal to 100');
      const some = pageOf(keys.toReversed(), call.query, { size: 10, most: 100 });
      const isFull = call.query.get('return_full_object') === 'true';
      const shown = some.map(({ id, label }) => (isFull ? { token: id, key_alias: label } : id));
      return { status: 200, body: { keys: shown, total_count: keys.length } };
    }
    if (call.path === '/key/generate') {
      const { key, key_alias: alias } = call.body as { key: string; key_alias: string };
      if (keys.some(({ label }) => label === alias)) return say(400, 'Unique key aliases are required');
      if (!key.startsWith('sk-')) return say(400, 'LiteLLM Virtual Key must start with sk-');
      keys.push({ id: hash(key), label: alias, key });
      return { status: 200, body: { key, token: hash(key), token_id: hash(key), key_alias: alias } };
    }
    if (call.path === '/key/delete') {
      const { keys: ids } = call.body as { keys: string[] };
      const gone = ids.filter((id) => removed(keys, id.startsWith('sk-') ? hash(id) : id));
      return gone.length === 0 ? say(404, 'No keys found') : { status: 200, body: { deleted_keys: ids } };
    }
    return say(404, 'not found');
  };
  return { keys, answer };
}

function removed(keys: DoubleKey[], id: string): boolean {
  const index = keys.findIndex((one) => one.id === id);
  if (index !== -1) keys.splice(index, 1);
  return index !== -1;
}

/** Answers on a loopback port. */
export async function startDouble(service: Service): Promise<Double> {
  const double: Double = {
    url: '',
    service,
    calls: [],
    before: () => undefined,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service');
      const body: unknown = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
      const call = {
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        authorization: request.headers.authorization ?? '',
        body: isObject(body) ? body : {},
      };
      double.calls.push({ ...call, url: request.url ?? '' });
      void Promise.resolve(double.before(call)).then((instead) => {
        const answer = instead === undefined || instead === 'drop' ? service.answer(call) : instead;
        if (instead === 'drop') return response.destroy();
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        return response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return double;
}
