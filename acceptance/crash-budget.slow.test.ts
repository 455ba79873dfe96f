import { expect, test } from 'vitest';
import { QUESTION } from './openai.ts';
import { newHome } from './server.ts';
import { hang, recorded, startUpstream } from './upstream.ts';

const FREE_AGAIN_MAX_MS = 60_000;

test('The reservations of a killed server are free again within a minute, and count nothing', async () => {
  const upstream = await startUpstream();
  upstream.on('/chat/completions', hang);
  const home = await newHome();
  const first = await home.serve();
  await first.addUpstream({ base_url: upstream.baseUrl, models: ['gpt-4o-mini'] });
  const budgets = [{ name: 'day', unit: 'tokens', amount: '1000', period: 'day' }];
  const { id, secret: key } = await first.mint({ budgets });
  const chat = { key, body: { model: 'gpt-4o-mini', messages: QUESTION, max_tokens: 800 } };
  const path = '/v1/chat/completions';

  const hanging = first.request('POST', path, chat).catch(() => undefined);
  await expect.poll(() => upstream.received.length).toBe(1);
  expect((await first.request('POST', path, chat)).status).toBe(429);
  const killedMs = performance.now();
  await first.kill();
  await hanging;

  const second = await home.serve();
  upstream.on('/chat/completions', recorded('chat.json'));
  expect((await second.request('POST', path, chat)).status).toBe(429);
  await expect
    .poll(async () => (await second.request('POST', path, chat)).status, { timeout: 62_000, interval: 500 })
    .toBe(200);
  expect(performance.now() - killedMs).toBeLessThan(FREE_AGAIN_MAX_MS);
  // The use of the one answer, and nothing of the request that died.
  const used = async (): Promise<string | undefined> =>
    (await second.ask<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`)).budgets[0]?.used;
  await expect.poll(used).toBe('33');
}, 90_000);
