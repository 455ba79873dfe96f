import { setTimeout as sleep } from 'node:timers/promises';
import type { JobServer } from './job-server.ts';

const LOOK_MS = 100;
const GIVE_UP_MS = 60_000;

interface Assigned {
  job_id: string;
}

/** A worker with one job. */
async function begun(
  server: JobServer,
  client: string,
  model: string,
): Promise<{ id: string; worker: string; key: string }> {
  const [key = ''] = await server.keys('miner');
  const body = { capabilities: { models: [model] } };
  const { worker_id: worker } = await server.ask('POST', '/v1/workers/register', { key, body });
  await server.ask('POST', '/v1/jobs', { key: client, body: { prompt: 'word', model } });
  const job = (await server.ask('POST', '/v1/workers/poll', { key, body: {} })) as unknown as Assigned;
  return { id: job.job_id, worker: String(worker), key };
}

/** Seconds until a running job is taken from its worker. */
async function untilLost(server: JobServer, client: string, id: string): Promise<number> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < GIVE_UP_MS) {
    const { state } = await server.ask('GET', `/v1/jobs/${id}`, { key: client });
    if (state !== 'RUNNING') return (performance.now() - startedMs) / 1_000;
    await sleep(LOOK_MS);
  }
  throw new Error('a dead worker was not noticed');
}

/** With the default clocks, in seconds: a worker that falls silent, and one whose control stream breaks too. */
export async function deadWorkers(
  server: JobServer,
  client: string,
): Promise<{ silentSeconds: number; brokenSeconds: number }> {
  const silent = await begun(server, client, 'bench-silent');
  const silentSeconds = untilLost(server, client, silent.id);
  const broken = await begun(server, client, 'bench-broken');
  const leaving = new AbortController();
  const headers = { 'x-api-key': broken.key };
  const path = `${server.url}/v1/workers/${broken.worker}/control`;
  const control = await fetch(path, { headers, signal: leaving.signal });
  await control.body?.getReader().read();
  leaving.abort();
  const brokenSeconds = await untilLost(server, client, broken.id);
  return { silentSeconds: await silentSeconds, brokenSeconds };
}
