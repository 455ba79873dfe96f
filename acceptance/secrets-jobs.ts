import { randomSecret, type Canaries } from './canaries.ts';
import type { SecretsLife } from './secrets-life.ts';

interface Assigned {
  job_id: string;
  lease_token: string;
}

const MODEL = 'secret-model';

/** Jobs and workers with good and with wrong keys, in both headers and in fields where no key belongs. */
export async function jobsOf(life: SecretsLife, canaries: Canaries): Promise<void> {
  const { secret: client } = await life.mint({ name: 'client of jobs', role: 'client' });
  const { id: minerId, secret: miner } = await life.mint({ name: 'miner', role: 'miner' });
  const wrong = canaries.add('a key that does not exist', randomSecret('sk'));
  const work = <T>(path: string, body: object = {}, key = miner): Promise<T> =>
    life.ask<T>('POST', `/v1/miners/${path}`, {
      key: null,
      headers: { 'x-api-key': key, 'x-miner-id': 'one' },
      body,
    });
  await life.ask('GET', '/v1/webhooks/secret', { key: client });
  await work('register', { capabilities: { models: [MODEL] }, concurrency: 9 });
  await work('register', { capabilities: { models: [MODEL], labels: { a: 1 } }, [miner]: miner });
  const submit = (key: string, more: object = {}): Promise<Assigned> =>
    life.ask('POST', '/v1/jobs', { key, body: { prompt: 'test', model: MODEL, ...more } });
  const webhook = { webhook_url: `https://user:${client}@example.org/` };
  for (const body of [webhook, { type: client }, { priority: client }, { [client]: 1 }])
    await submit(client, body);
  for (const key of [wrong, miner]) await submit(key);
  const ids: string[] = [];
  for (let made = 0; made < 4; made++) ids.push((await submit(client)).job_id);
  const held: Assigned[] = [];
  for (let taken = 0; taken < 3; taken++) held.push(await work<Assigned>('poll', { max_wait_seconds: 5 }));
  const [done, failed, canceled] = held as [Assigned, Assigned, Assigned];
  await work('heartbeat', { leases: held.map(({ job_id, lease_token }) => ({ job_id, lease_token })) });
  for (const key of [miner, client, wrong]) {
    await work(`${done.job_id}/result`, { lease_token: done.lease_token, result: { output: 'x' } }, key);
    await work(`${failed.job_id}/fail`, { lease_token: failed.lease_token, error_code: 'internal' }, key);
    await work(`${canceled.job_id}/chunks`, { text: 'x' }, key);
    await work(`${key}/result`, { lease_token: key, result: null }, key);
  }
  await life.ask('POST', `/v1/jobs/${canceled.job_id}/cancel`, { key: client });
  for (const id of ids)
    for (const path of ['', '/result', '/receipt', '/receipts', '/events'])
      if (id !== ids[3] && (path !== '/events' || id === done.job_id))
        await life.ask('GET', `/v1/jobs/${id}${path}`, { key: client });
  for (const key of [client, miner, wrong])
    for (const path of [
      '/v1/jobs',
      '/v1/jobs/history',
      '/v1/workers',
      `/v1/jobs?state=${key}`,
      `/v1/jobs/${key}`,
    ])
      await life.ask('GET', path, { key });
  await life.ask('POST', `/v1/keys/${minerId}/revoke`);
  await work('poll');
}
