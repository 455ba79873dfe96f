/**
 * A worker in a process of its own, with nothing but HTTP. The payload of a job says how it behaves: `work_ms`, `pieces` of
 * output, `crash`, and `insists`: it goes on after a refusal. What happens is written as lines of JSON, without tokens.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const {
  WORKER_URLS = '',
  WORKER_KEY = '',
  WORKER_NAME = '',
  WORKER_MODEL = '',
  WORKER_PLACES = '1',
} = process.env;
const AWAY_MS = 100;

interface Assigned {
  job_id: string;
  attempt: number;
  lease_token: string;
  payload: { work_ms?: number; pieces?: number; crash?: boolean; insists?: boolean };
}

interface Said {
  status: number;
  body: Record<string, unknown>;
}

/** It asks at the first for jobs, and reports to the last. */
const urls = WORKER_URLS.split(',');
const held = new Map<string, { job: Assigned; over: AbortController }>();
const draining = new AbortController();

const tell = (event: string, what: object): void =>
  void process.stdout.write(`${JSON.stringify({ event, ...what })}\n`);

/** Asks again, at the other server too, while none answers. */
async function post(
  path: string,
  body: object | string,
  more: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Said> {
  const isText = typeof body === 'string';
  for (;;) {
    const url = path === 'poll' ? urls[0] : urls.at(-1);
    try {
      const answer = await fetch(`${url}/v1/workers/${path}`, {
        method: 'POST',
        ...more,
        headers: {
          'x-api-key': WORKER_KEY,
          'x-miner-id': WORKER_NAME,
          'content-type': isText ? 'application/x-ndjson' : 'application/json',
          ...more.headers,
        },
        body: isText ? body : JSON.stringify(body),
      });
      const text = await answer.text();
      if (answer.status < 500) return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
    } catch (error) {
      if (more.signal?.aborted === true) throw error;
      tell('unanswered', { path });
    }
    await sleep(AWAY_MS);
    urls.reverse();
  }
}

async function beat(): Promise<void> {
  const leases = [...held.values()].map(({ job: { job_id, lease_token } }) => ({ job_id, lease_token }));
  if (leases.length === 0) return;
  const { status, body } = await post('heartbeat', { leases });
  if (status !== 200) tell('refused', { to: 'heartbeat', status, code: body['code'] });
  const views = (body['leases'] ?? []) as { job_id: string; state: string }[];
  for (const { job_id, state } of views) {
    if (state === 'active') continue;
    tell('dropped', { job_id, state });
    held.get(job_id)?.over.abort();
  }
}

async function report({ job_id, attempt, lease_token, payload }: Assigned): Promise<void> {
  const reports: [string, object | string, number][] = [];
  const piece = `${JSON.stringify({ text: 'x' })}\n`;
  const { pieces = 0, insists = false } = payload;
  if (pieces > 0) reports.push(['chunks', piece.repeat(pieces), 202]);
  const usage = { prompt_tokens: 3, completion_tokens: 5 };
  reports.push(['result', { lease_token, result: { output: `${WORKER_NAME} ${attempt}`, usage } }, 200]);
  if (insists) reports.push(['fail', { lease_token, error_code: 'internal' }, 200]);
  for (const [to, body, good] of reports) {
    const { status, body: said } = await post(`${job_id}/${to}`, body, {
      headers: { 'x-lease-token': lease_token },
    });
    if (status !== good) tell('refused', { job_id, to, status, code: said['code'] });
    else if (to === 'result') return tell('done', { job_id, attempt });
    if (status !== good && !insists) return;
  }
}

async function work(job: Assigned): Promise<void> {
  const { job_id, attempt, payload } = job;
  tell('took', { job_id, attempt });
  if (payload.crash === true) process.kill(process.pid, 'SIGKILL');
  const over = new AbortController();
  held.set(job_id, { job, over });
  await sleep(payload.work_ms ?? 0, undefined, { signal: over.signal }).catch(() => undefined);
  if (!over.signal.aborted || payload.insists === true) await report(job);
  held.delete(job_id);
}

async function place(): Promise<void> {
  while (!draining.signal.aborted) {
    const { signal } = draining;
    const got = await post('poll', { max_wait_seconds: 15 }, { signal }).catch(() => undefined);
    if (got === undefined) return;
    if (got.status === 200) await work(got.body as unknown as Assigned);
    else if (got.status !== 204)
      return tell('refused', { to: 'poll', status: got.status, code: got.body['code'] });
  }
}

process.once('SIGTERM', () => {
  void post('heartbeat', { status: 'draining' }).then(() => {
    tell('draining', {});
    draining.abort();
  });
});
const places = Number(WORKER_PLACES);
const registered = await post('register', { capabilities: { models: [WORKER_MODEL] }, concurrency: places });
tell('registered', { status: registered.status });
const beats = setInterval(() => void beat(), Number(registered.body['heartbeat_seconds']) * 1_000);
await Promise.all(Array.from({ length: places }, place));
clearInterval(beats);
