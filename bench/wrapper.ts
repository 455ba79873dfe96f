import { measure, median, row, startSubject, type Load } from './load.ts';

// The time to one workspace with its documents through the wrapper, against the direct call of the Developer API, in turn;
// and the same call through a bare proxy, which says what one more process costs on this machine, whatever it does.
// All three are asked by the same client over kept-alive connections, one request at a time. Then the throughput of each.
// Bar: 1.3 times the direct call at the median. Arguments: turns, seconds of load for each.
const DOCUMENTS = 20;
const [TURNS = 2_000, SECONDS = 3] = process.argv.slice(2).map(Number);
/** Until the code of all servers is compiled: before that, the compiler is measured. */
const WARM_UP = 2_000;
const AT_ONCE = 16;

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
const workspaceUrl = (of: string): string => `${of}/api/v1/workspace/bench`;
const subjects = [
  { name: 'direct', pid: keyward.pid, url: workspaceUrl(url) },
  { name: 'through a bare proxy', pid: proxy.pid, url: workspaceUrl(proxy.ready.url ?? '') },
  {
    name: 'through the wrapper',
    pid: wrapper.pid,
    url: `${wrapper.ready.url ?? ''}/graphql`,
    body: { query },
  },
].map((subject) => ({ ...subject, times: [] as number[] }));

async function warmUp(to: string, body: unknown): Promise<void> {
  let left = WARM_UP;
  const one = async (): Promise<void> => {
    while (left-- > 0) await send(to, body);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

for (const { url, body } of subjects) await warmUp(url, body);
for (let turn = 0; turn < TURNS; turn++)
  for (const { url, body, times } of subjects) times.push((await timed(url, body)).ms);

process.stdout.write(`one workspace with ${DOCUMENTS} documents, one request at a time\n`);
const [direct = 0] = subjects.map(({ times }) => median(times));
for (const { name, times } of subjects) {
  const ms = median(times);
  process.stdout.write(`${name.padEnd(28)} ${ms.toFixed(2)} ms   ${(ms / direct).toFixed(2)} times\n`);
}
process.stdout.write(`the same, ${AT_ONCE} at once\n`);
for (const { name, pid, url, body } of subjects) {
  const post: Partial<Load> = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const load = { url, pid, headers, seconds: SECONDS, connections: AT_ONCE, ...post };
  process.stdout.write(row(name, await measure(load)));
}
await Promise.all([wrapper.stop(), proxy.stop(), keyward.stop(), upstream.stop()]);
