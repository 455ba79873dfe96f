import { compare, median, row, startSubject } from './load.ts';

// A chat completion through the gateway against a bare Node pass-through to the same upstream. Bars: 0.9 of its
// throughput, and the first streamed byte less than 1 ms later at the median. Then a key with two budgets, two ancestors
// with budgets and an owner with one, against a key without: 0.8 of its throughput, and a p99 of twice as much at most.
const upstream = await startSubject('upstream', 'upstream-server.ts', { measured: false });
const keyward = await startSubject('keyward', 'keyward-server.ts');
const bare = await startSubject('bare', 'bare-proxy.ts', { args: [upstream.ready.url ?? ''] });
const { url = '', key = '' } = keyward.ready;

async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

await post('/v1/upstreams', { name: 'bench', base_url: `${upstream.ready.url ?? ''}/v1`, models: ['bench'] });
const limits = [{ name: 'second', requests: 1_000_000, window_seconds: 1 }];
const { secret } = await post('/v1/keys', { name: 'app', scopes: ['models:use'], limits });
const headersOf = (of: unknown) => ({
  authorization: `Bearer ${String(of)}`,
  'content-type': 'application/json',
});
const headers = headersOf(secret);
const question = { model: 'bench', messages: [{ role: 'user', content: 'word '.repeat(100) }] };

const load = { method: 'POST' as const, headers, body: JSON.stringify(question) };
const path = '/v1/chat/completions';
const result = await compare(
  { ...load, pid: keyward.pid, url: url + path },
  { ...load, pid: bare.pid, url: `${bare.ready.url ?? ''}${path}` },
);
process.stdout.write(row('keyward', result.a));
process.stdout.write(row('bare pass-through', result.b));
process.stdout.write(
  `gateway: ${result.ratio.toFixed(2)} of bare (each pair: ${result.ratios.map((ratio) => ratio.toFixed(2)).join(' ')})\n`,
);

/** The secret of a key whose requests count in five budgets of four holders. */
async function mintFamily(): Promise<unknown> {
  const tokens = { name: 'tokens', unit: 'tokens', amount: '10000000000', period: 'month' };
  const requests = { name: 'requests', unit: 'requests', amount: '1000000000', period: 'day' };
  const owner = await post('/v1/owners', { name: 'payer', kind: 'service', budgets: [tokens] });
  let parent: unknown;
  let made: Record<string, unknown> = {};
  for (const [name, budgets] of Object.entries({
    root: [tokens],
    middle: [tokens],
    leaf: [tokens, requests],
  })) {
    const more = parent === undefined ? { owner: owner['id'] } : { owner: owner['id'], parent };
    made = await post('/v1/keys', { name, scopes: ['models:use'], limits, budgets, ...more });
    parent = (made['key'] as { id: string }).id;
  }
  return made['secret'];
}

const subject = { ...load, pid: keyward.pid, url: url + path };
const counted = await compare({ ...subject, headers: headersOf(await mintFamily()) }, subject);
process.stdout.write(row('with budgets', counted.a));
process.stdout.write(row('without budgets', counted.b));
process.stdout.write(
  `budgets: ${counted.ratio.toFixed(2)} of a key without (each pair: ${counted.ratios.map((ratio) => ratio.toFixed(2)).join(' ')}), p99 ${(counted.a.p99Us / counted.b.p99Us).toFixed(2)} times\n`,
);

/** Milliseconds from sending the request to the first byte of the stream. */
async function firstByteMs(target: string): Promise<number> {
  const startedMs = performance.now();
  const body = JSON.stringify({ ...question, stream: true });
  const response = await fetch(target + path, { method: 'POST', headers, body });
  const reader = response.body?.getReader();
  await reader?.read();
  const elapsedMs = performance.now() - startedMs;
  while (!((await reader?.read())?.done ?? true));
  return elapsedMs;
}

const through: number[] = [];
const direct: number[] = [];
for (let turn = 0; turn < 600; turn++) {
  through.push(await firstByteMs(url));
  direct.push(await firstByteMs(bare.ready.url ?? ''));
}
// The first third is the warm-up.
const [a, b] = [median(through.slice(200)), median(direct.slice(200))];
process.stdout.write(
  `first streamed byte: keyward ${a.toFixed(2)} ms, bare pass-through ${b.toFixed(2)} ms, difference ${(a - b).toFixed(2)} ms\n`,
);
await Promise.all([keyward.stop(), bare.stop(), upstream.stop()]);
