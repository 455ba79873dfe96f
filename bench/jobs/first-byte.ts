import type { JobServer } from './job-server.ts';
import { median, startSubject } from '../load.ts';

const MODEL = 'bench-streamed';
const TURNS = 450;
/** Two of three turns count. */
const WARM_UP = TURNS / 3;

/** Milliseconds until the first event, not counting comments, which say where a request is in the queue. */
async function firstEventMs(target: string, key: string): Promise<number> {
  const startedMs = performance.now();
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const messages = [{ role: 'user', content: 'word '.repeat(100) }];
  const body = JSON.stringify({ model: MODEL, messages, stream: true });
  const response = await fetch(`${target}/v1/chat/completions`, { method: 'POST', headers, body });
  let text = '';
  let elapsedMs: number | undefined;
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes as Uint8Array).toString();
    if (/^data: /m.test(text)) elapsedMs ??= performance.now() - startedMs;
  }
  if (elapsedMs === undefined || !text.includes('[DONE]')) throw new Error(`no stream: ${text}`);
  return elapsedMs;
}

/** A streamed answer through a worker, and of its upstream itself, in turns. Medians. */
export async function firstByte(
  server: JobServer,
  key: string,
): Promise<{ throughMs: number; directMs: number }> {
  const [miner = ''] = await server.keys('miner');
  const upstream = await startSubject('upstream', 'upstream-server.ts', { measured: false });
  const direct = upstream.ready.url ?? '';
  const worker = await startSubject('worker', 'jobs/kit-worker.ts', {
    args: [server.url, direct, MODEL],
    measured: false,
    input: miner,
  });
  try {
    const [through, own]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < TURNS; turn++) {
      through.push(await firstEventMs(server.url, key));
      own.push(await firstEventMs(direct, key));
    }
    return { throughMs: median(through.slice(WARM_UP)), directMs: median(own.slice(WARM_UP)) };
  } finally {
    await Promise.all([worker.stop(), upstream.stop()]);
  }
}
