import { median, startSubject } from './load.ts';

// The time to the first word of a streamed chat in a workspace of 10,000 passages, with retrieval, against the same model
// through the bare gateway, in turn. Bar: less than 5 ms later at the median. Both models are scripted, so that only this
// server is measured; a real embedding model adds its own time for one question.
const PASSAGES = 10_000;
const DOCUMENTS = 50;
const PASSAGE_CHARACTERS = 1_000;
const TURNS = Number(process.argv[2] ?? 400);

const upstream = await startSubject('upstream', 'upstream-server.ts', { measured: false });
const keyward = await startSubject('keyward', 'keyward-server.ts');
const { url = '', key = '' } = keyward.ready;
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Random words. */
function textOf(characters: number, seed: number): string {
  let random = seed + 1;
  const words: string[] = [];
  for (let length = 0; length < characters;) {
    random = (random * 1_664_525 + 1_013_904_223) >>> 0;
    const word = `w${(random >>> 12).toString(36)}`;
    words.push(word);
    length += word.length + 1;
  }
  return words.join(' ');
}

async function fill(): Promise<number> {
  const base_url = `${upstream.ready.url ?? ''}/v1`;
  await post('/v1/upstreams', { name: 'bench', base_url, models: ['bench', 'all-minilm-l6-v2'] });
  // No passage is below the threshold: the model gets four passages each time.
  const settings = { chatMode: 'chat', chatModel: 'bench', similarityThreshold: 0 };
  await post('/v1/workspace/new', { name: 'Bench', ...settings });
  const characters = (PASSAGES / DOCUMENTS) * PASSAGE_CHARACTERS;
  for (let index = 0; index < DOCUMENTS; index++) {
    await post('/v1/document/raw-text', {
      textContent: textOf(characters, index),
      metadata: { title: `Paper ${index}` },
      addToWorkspaces: 'bench',
    });
  }
  const response = await fetch(`${url}/v1/system/vector-count`, { headers });
  return ((await response.json()) as { vectorCount: number }).vectorCount;
}

/** Milliseconds from sending a request to the first word of the answer. */
async function firstWordMs(path: string, body: object): Promise<number> {
  const startedMs = performance.now();
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let elapsedMs = 0;
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) break;
    text += piece.value;
    if (elapsedMs === 0 && text.includes('Hello')) elapsedMs = performance.now() - startedMs;
  }
  if (elapsedMs === 0) throw new Error(`${path} said: ${text}`);
  return elapsedMs;
}

const passages = await fill();
const question = (turn: number): string => textOf(80, 1_000_000 + turn);
const inWorkspace: number[] = [];
const bare: number[] = [];
for (let turn = 0; turn < TURNS; turn++) {
  const message = question(turn);
  inWorkspace.push(await firstWordMs('/v1/workspace/bench/stream-chat', { message, sessionId: `s${turn}` }));
  const messages = [{ role: 'user', content: message }];
  bare.push(await firstWordMs('/v1/chat/completions', { model: 'bench', stream: true, messages }));
}
// The first third is the warm-up.
const [a, b] = [inWorkspace, bare].map((times) => median(times.slice(Math.floor(TURNS / 3))));
process.stdout.write(
  `first word of a chat, ${passages} passages: workspace ${(a ?? 0).toFixed(2)} ms, bare gateway ${(b ?? 0).toFixed(2)} ms, difference ${((a ?? 0) - (b ?? 0)).toFixed(2)} ms\n`,
);
await Promise.all([keyward.stop(), upstream.stop()]);
