import { compare, row, startSubject } from './load.ts';

// Verification over HTTP, with scopes, limits, usage and audit on, in both of its forms, each against a bare `node:http`
// handler: the key of the request itself (the cost of every route: GET /v1/auth), and another key
// (POST /v1/keys/verify: the caller's key and the verified one, JSON in and out). Bar: 0.7 of the bare handler.
const keyward = await startSubject('keyward', 'keyward-server.ts');
const { url = '', key = '' } = keyward.ready;
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

const limits = [{ name: 'second', requests: 1_000_000, window_seconds: 1 }];
const { secret } = await post('/v1/keys', {
  name: 'subject',
  scopes: ['models:use', 'workspaces:chat'],
  limits,
});
const { secret: verifier } = await post('/v1/keys', { name: 'verifier', scopes: ['keys:verify'], limits });
const question = { key: secret, scope: 'models:use', ip: '127.0.0.1' };
const answer = await post('/v1/keys/verify', question);
if (answer.valid !== true) throw new Error('the key is not good');

const AUTHENTICATED = { authenticated: true };
const authorization = `Bearer ${String(verifier)}`;
const json = { authorization, 'content-type': 'application/json' };
const forms = [
  { name: 'GET /v1/auth', path: '/v1/auth', answer: AUTHENTICATED, load: { headers: { authorization } } },
  {
    name: 'POST /v1/keys/verify',
    path: '/v1/keys/verify',
    answer,
    load: { method: 'POST' as const, headers: json, body: JSON.stringify(question) },
  },
];
for (const form of forms) {
  const bare = await startSubject('bare', 'bare-server.ts', { args: [JSON.stringify(form.answer)] });
  const result = await compare(
    { ...form.load, pid: keyward.pid, url: url + form.path },
    { ...form.load, pid: bare.pid, url: `${bare.ready.url ?? ''}/` },
  );
  process.stdout.write(row(form.name, result.a));
  process.stdout.write(row('bare node:http', result.b));
  process.stdout.write(
    `${form.name}: ${result.ratio.toFixed(2)} of bare (each pair: ${result.ratios.map((ratio) => ratio.toFixed(2)).join(' ')})\n`,
  );
  await bare.stop();
}
await keyward.stop();
