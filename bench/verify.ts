import { compare, row, startSubject } from './load.ts';

// Verification over HTTP, with a scope asked for, a limit, usage and audit on, against a bare node:http handler that
// reads as much and answers as much. Bar: 0.7 of it.
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

const bare = await startSubject('bare', 'bare-server.ts', {
  args: [String(JSON.stringify(answer).length)],
});
const load = {
  method: 'POST' as const,
  headers: { authorization: `Bearer ${String(verifier)}`, 'content-type': 'application/json' },
  body: JSON.stringify(question),
};
const result = await compare(
  { ...load, pid: keyward.pid, url: `${url}/v1/keys/verify` },
  { ...load, pid: bare.pid, url: `${bare.ready.url ?? ''}/` },
);
process.stdout.write(row('POST /v1/keys/verify', result.a));
process.stdout.write(row('bare node:http', result.b));
process.stdout.write(
  `verify: ${result.ratio.toFixed(2)} of bare (each pair: ${result.ratios.map((ratio) => ratio.toFixed(2)).join(' ')})\n`,
);
await keyward.stop();
await bare.stop();
