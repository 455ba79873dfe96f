import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { shoot } from './hammer.ts';
import { QUESTION } from './openai.ts';
import { startServer, type Server } from './server.ts';
import { recorded, startUpstream } from './upstream.ts';

const CALLERS = 400;
const MODEL = 'gpt-4o-mini';

const tally = (statuses: number[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

let server: Server;
beforeAll(async () => {
  server = await startServer();
}, 60_000);

describe('a limit on requests', () => {
  const kept = {
    connections: 'kept connections',
    newAgent: () => new Agent({ keepAlive: true, maxSockets: 40 }),
  };
  const own = { connections: 'a connection each', newAgent: () => new Agent({ keepAlive: false }) };
  test.for([
    { n: 1, ...kept },
    { n: CALLERS - 1, ...kept },
    { n: CALLERS, ...kept },
    { n: 37, ...own },
  ])(
    `A limit of $n admits exactly so many of ${CALLERS} at once, on $connections`,
    async ({ n, newAgent }) => {
      const { secret: key } = await server.mint({
        limits: [{ name: 'minute', requests: n, window_seconds: 60 }],
      });
      const agent = newAgent();
      const url = `${server.url}/v1/models`;
      const shots = await Promise.all(Array.from({ length: CALLERS }, () => shoot(url, { key, agent })));
      agent.destroy();
      const refused = CALLERS - n;
      expect(tally(shots.map(({ status }) => status))).toEqual({
        200: n,
        ...(refused > 0 ? { 429: refused } : {}),
      });
    },
  );

  test('A limit holds over any span of its window, not only over aligned ones', async () => {
    const { secret: key } = await server.mint({ limits: [{ name: 's', requests: 5, window_seconds: 1 }] });
    const agent = new Agent({ keepAlive: true });
    const admitted: { beganMs: number; endedMs: number }[] = [];
    const endMs = performance.now() + 3_500;
    while (performance.now() < endMs) {
      const shot = await shoot(`${server.url}/v1/models`, { key, agent });
      if (shot.status === 200) admitted.push({ beganMs: shot.beganMs, endedMs: performance.now() });
      await sleep(5);
    }
    agent.destroy();
    // Of six in a row the last came after the window of the first; 50 ms for the difference of the clocks.
    const spans = admitted.slice(5).map(({ endedMs }, index) => endedMs - (admitted[index]?.beganMs ?? 0));
    expect(Math.min(...spans)).toBeGreaterThan(950);
    expect(admitted.length).toBeGreaterThanOrEqual(10);
  });
});

describe('a limit on concurrency', () => {
  test('A concurrency limit lets exactly so many requests run, and others as soon as they end', async () => {
    const upstream = await startUpstream();
    let open = Promise.withResolvers<void>();
    upstream.on('/chat/completions', async (response, received) => {
      await open.promise;
      return recorded('chat.json')(response, received);
    });
    await server.addUpstream({ base_url: upstream.baseUrl, models: [MODEL] });
    const { secret: key } = await server.mint({ limits: [{ name: 'at once', concurrent: 7 }] });
    const chat = { key, body: { model: MODEL, messages: QUESTION } };
    for (let wave = 1; wave <= 3; wave++) {
      const statuses: number[] = [];
      const asking = Array.from({ length: 60 }, async () => {
        statuses.push((await server.request('POST', '/v1/chat/completions', chat)).status);
      });
      await expect.poll(() => tally(statuses)).toEqual({ 429: 53 });
      await expect.poll(() => upstream.received.length).toBe(7 * wave);
      open.resolve();
      await Promise.all(asking);
      expect(tally(statuses)).toEqual({ 200: 7, 429: 53 });
      open = Promise.withResolvers<void>();
    }
  });
});
