import type { TestServer } from '../../test/server.ts';

interface Made {
  workflow_id?: string;
  token?: string;
}

/** Every change of the queue that a record is kept of. @param say sends a request and looks for its record. */
export async function changeQueue(
  server: TestServer,
  say: (name: string, path: string, options?: object) => Promise<Made>,
): Promise<void> {
  const { secret: key } = await server.mint({ scopes: ['*'] });
  const body = { capabilities: { models: ['m'], gpus: [{ name: 'A', memory_mb: 1 }] } };
  const headers = { 'x-miner-id': 'one' };
  await say('POST /v1/workers/register', '/v1/workers/register', { key, body, headers });
  const put = { key, body: body.capabilities };
  await say('PUT /v1/workers/:id/capabilities', '/v1/workers/one/capabilities', put);
  const { body: workers } = await server.request<{ items: { worker_id: string }[] }>('GET', '/v1/workers', {
    key,
  });
  const worker = workers.items[0]?.worker_id;
  for (const verb of ['pause', 'resume'])
    await say(`POST /v1/workers/:id/${verb}`, `/v1/workers/${worker}/${verb}`, { key });
  const gpu = `${worker}-0`;
  const offer = { price_per_hour: 1 };
  await say('POST /v1/marketplace/gpu/register', '/v1/marketplace/gpu/register', {
    key,
    body: offer,
    headers,
  });
  const hours = { duration_hours: 1 };
  await say('POST /v1/marketplace/gpu/:id/book', `/v1/marketplace/gpu/${gpu}/book`, { key, body: hours });
  await say('POST /v1/marketplace/gpu/:id/release', `/v1/marketplace/gpu/${gpu}/release`, { key });
  const role = { role: 'worker', capability: 'inference' };
  await say('POST /v1/swarm/join', '/v1/swarm/join', { key, body: role, headers });
  await say('POST /v1/swarm/:id/leave', '/v1/swarm/default/leave', { key, headers });
  await server.request('POST', '/v1/swarm/join', { key, body: role, headers });
  await say('POST /v1/swarm/leave', '/v1/swarm/leave', { key, headers });
  await say('DELETE /v1/workers/:id', '/v1/workers/one', { key });
  const { token } = await say('POST /v1/workers/enroll', '/v1/workers/enroll', {
    key,
    body: { name: 'two' },
  });
  await say('POST /v1/workers/join', '/v1/workers/join', { key: null, body: { token } });
  const flow = { name: 'flow', description: 'one step' };
  const { workflow_id: id } = await say('POST /v1/agents/workflows', '/v1/agents/workflows', {
    key,
    body: flow,
  });
  await say('PUT /v1/agents/workflows/:id', `/v1/agents/workflows/${id}`, { key, body: flow });
  const inputs = { inputs: { input: 'x', prompt: 'x' } };
  const { body: run } = await server.request<Record<string, string>>(
    'POST',
    `/v1/agents/workflows/${id}/execute`,
    {
      key,
      body: inputs,
    },
  );
  const execution = run['execution_id'] ?? '';
  await say('POST /v1/agents/executions/:id/cancel', `/v1/agents/executions/${execution}/cancel`, { key });
  await say('DELETE /v1/agents/workflows/:id', `/v1/agents/workflows/${id}`, { key });
  const { body: job } = await server.request<{ job_id: string }>('POST', '/v1/jobs', {
    key,
    body: { prompt: 'x' },
  });
  await say('POST /v1/jobs/:id/cancel', `/v1/jobs/${job.job_id}/cancel`, { key });
  await say('DELETE /v1/jobs/:id', `/v1/jobs/${job.job_id}`, { key });
}
