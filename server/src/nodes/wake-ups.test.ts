import { expect, test } from 'vitest';
import { MIGRATIONS } from '../app.ts';
import type { CoreProcess } from '../../test/core-processes.ts';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { mintIn, percentiles, revokeIn, startPair, starter } from './revocation.fixture.ts';
import { LEASE_MS } from './nodes.ts';

const FLOOD = 20_000;

describeOnBothDatabases('a wake-up', (open) => {
  const wokenIn = async (process: CoreProcess, topic: string): Promise<number> =>
    (await process.ask<number[]>('woken', { topic })).length;
  const listen = (process: CoreProcess, topic: string) => process.ask('listen', { topic });

  /** A node that has just joined is not known to the others at once. */
  async function untilWoken(by: CoreProcess, listener: CoreProcess, topic: string): Promise<void> {
    await expect
      .poll(async () => {
        await by.ask('wake', { topic });
        return wokenIn(listener, topic);
      })
      .toBeGreaterThan(0);
  }

  test('a wake-up reaches the other nodes that listen for its topic, and nobody else', async () => {
    const start = starter(await open());
    const [a, b, c] = await Promise.all([start(), start(), start()]);
    for (const process of [a, b, c]) await listen(process, 'jobs');
    await listen(b, 'mail.out');
    await Promise.all([untilWoken(a, b, 'jobs'), untilWoken(a, c, 'jobs')]);
    expect([await wokenIn(a, 'jobs'), await wokenIn(b, 'mail.out')]).toEqual([0, 0]);
    await untilWoken(c, b, 'mail.out');
    expect(await wokenIn(a, 'mail.out')).toBe(0);
  });

  test('very many wake-ups delay no revocation', async () => {
    const { a, b } = await startPair(await open(MIGRATIONS));
    await listen(b, 'jobs');
    await untilWoken(a, b, 'jobs');
    const keys = await Promise.all(Array.from({ length: 5 }, () => mintIn(a)));
    const flood = Promise.all([a, b].map((process) => process.ask('wake', { topic: 'jobs', others: FLOOD })));
    for (const { id } of keys) {
      const { nodes, waited_ms } = await revokeIn(a, id);
      expect(nodes).toBe(2);
      expect(waited_ms).toBeLessThan(LEASE_MS / 2);
    }
    await flood;
  });

  test('each wake-up arrives within milliseconds', async () => {
    const { a, b } = await startPair(await open(MIGRATIONS));
    await listen(b, 'jobs');
    await untilWoken(a, b, 'jobs');
    const delaysMs: number[] = [];
    for (let i = 0; i < 20; i++) {
      const before = await wokenIn(b, 'jobs');
      const saidNs = await a.ask<number>('wake', { topic: 'jobs' });
      await expect.poll(() => wokenIn(b, 'jobs'), { interval: 5 }).toBeGreaterThan(before);
      delaysMs.push(((await b.ask<number[]>('woken', { topic: 'jobs' })).at(-1) ?? 0) / 1e6 - saidNs / 1e6);
    }
    if (process.env['KEYWARD_SHOW'] === '1')
      process.stdout.write(`wake-ups, ms: ${percentiles(delaysMs, [0.5, 0.95]).join(' ')}\n`);
    const [median = Infinity] = percentiles(delaysMs, [0.5]);
    expect(median).toBeLessThan(LEASE_MS / 10);
  });

  test('a wake-up with an invalid topic is refused at the caller', async () => {
    const a = await starter(await open())();
    for (const topic of ['', 'Jobs', 'two words', 'x\ny', 'x'.repeat(41)])
      await expect(a.ask('wake', { topic })).rejects.toThrow('A topic has up to 40');
  });
});
