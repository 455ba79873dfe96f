import { expect, test } from 'vitest';
import { childrenOf } from './canaries.ts';
import { CHAT_MODEL, QUESTION } from './openai.ts';
import { startServer } from './server.ts';

interface Refusal {
  error: { code: string; message: string };
}

test('After kill -9 the local model gives 503 with a hint, then answers again, and nothing else is affected', async () => {
  const server = await startServer({ localModel: true });
  await server.untilModelReady();
  const chat = { body: { model: CHAT_MODEL, messages: QUESTION, temperature: 0, max_tokens: 12 } };
  const ask = () => server.request<Refusal>('POST', '/v1/chat/completions', chat);
  expect((await ask()).text).toContain('Paris');

  const [model = 0, ...others] = childrenOf(server.pid);
  expect(others).toEqual([]);
  const running = server.request<Refusal>('POST', '/v1/chat/completions', {
    body: { ...chat.body, max_tokens: 500, messages: [{ role: 'user', content: 'Tell me a long story.' }] },
  });
  setTimeout(() => process.kill(model, 'SIGKILL'), 100);
  expect([502, 503]).toContain((await running).status);

  const refused = await ask();
  expect(refused.status).toBe(503);
  expect(refused.body.error.code).toBe('not_ready');
  expect(refused.body.error.message).toMatch(/restart|starting|loading/);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  // Keys are minted, and the server is as ready as before.
  const { secret } = await server.mint();
  expect((await server.request('GET', '/v1/keys/self', { key: secret })).status).toBe(200);
  expect((await server.request('GET', '/readyz')).status).toBe(200);

  await expect.poll(async () => (await ask()).status, { timeout: 20_000, interval: 100 }).toBe(200);
  expect((await ask()).text).toContain('Paris');
  expect(childrenOf(server.pid)).not.toContain(model);
  expect(server.hasEnded).toBe(false);

  await server.kill();
  // The model's process ends with its parent.
  const isThere = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await expect.poll(() => isThere(model)).toBe(false);
}, 90_000);
