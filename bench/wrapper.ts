import { median, startSubject } from './load.ts';

// The time to one workspace with its documents through the wrapper, against the direct call of the Developer API, in turn;
// and the same call through a bare proxy, which says what one more process costs on this machine, whatever it does.
// Bar: 1.3 times the direct call at the median.
const DOCUMENTS = 20;
const TURNS = Number(process.argv[2] ?? 3_000);

const upstream = await startSubject('upstream', 'upstream-server.ts', { measured: false });
const keyward = await startSubject('keyward', 'keyward-server.ts');
const { url = '', key = '' } = keyward.ready;
const wrapper = await startSubject('wrapper', 'wrapper-server.ts', { args: [`${url}/api`], measured: false });
const proxy = await startSubject('proxy', 'bare-proxy.ts', { args: [url], measured: false });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

async function send(to: string, body?: unknown): Promise<string> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(to, { headers, ...init });
  const text = await response.text();
  if (!response.ok) throw new Error(`${to}: ${response.status} ${text}`);
  return text;
}

async function timed(to: string, body?: unknown): Promise<{ ms: number; text: string }> {
  const startedMs = performance.now();
  const text = await send(to, body);
  return { ms: performance.now() - startedMs, text };
}

const base_url = `${upstream.ready.url ?? ''}/v1`;
await send(`${url}/v1/upstreams`, { name: 'bench', base_url, models: ['all-minilm-l6-v2'] });
await send(`${url}/api/v1/workspace/new`, { name: 'Bench' });
for (let index = 0; index < DOCUMENTS; index++) {
  const title = `Paper ${index}`;
  const addToWorkspaces = 'bench';
  await send(`${url}/api/v1/document/raw-text`, { textContent: title, metadata: { title }, addToWorkspaces });
}

const query = `{ workspace(slug: "bench") {
  slug name createdAt chatMode topN
  documents(first: 100) { totalCount nodes { pinned document { location title url wordCount } } }
} }`;
const direct: number[] = [];
const proxied: number[] = [];
const wrapped: number[] = [];
for (let turn = 0; turn < TURNS; turn++) {
  direct.push((await timed(`${url}/api/v1/workspace/bench`)).ms);
  proxied.push((await timed(`${proxy.ready.url ?? ''}/api/v1/workspace/bench`)).ms);
  wrapped.push((await timed(`${wrapper.ready.url ?? ''}/graphql`, { query })).ms);
}
// The first third is the warm-up.
const [a = 0, b = 0, c = 0] = [direct, proxied, wrapped].map((times) =>
  median(times.slice(Math.floor(TURNS / 3))),
);
const times = (ms: number): string => `${ms.toFixed(2)} ms (${(ms / a).toFixed(2)} times)`;
process.stdout.write(
  `one workspace with ${DOCUMENTS} documents: direct ${a.toFixed(2)} ms, through a bare proxy ${times(b)}, through the wrapper ${times(c)}\n`,
);
await Promise.all([wrapper.stop(), proxy.stop(), keyward.stop(), upstream.stop()]);
