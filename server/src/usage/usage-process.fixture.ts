import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStorage } from '../storage/index.ts';
import { systemClock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import { Budgets, UsageCounters } from './index.ts';

/**
 * A process of its own for the tests: `node usage-process.fixture.ts <race|hold|drain|count> <location> <amount>`.
 * Says `ready`, waits for a line, works, says what came of it, and lives until it is killed.
 */
const [task, location = '', amountText = ''] = process.argv.slice(2);
const amount = Number(amountText);
const storage = await openStorage(location);
const logger = await createLogger('warn');
const parts = { storage, clock: systemClock, logger };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

say('ready');
await once(process.stdin, 'data');
if (task === 'count') await count();
else if (task === 'drain') await drain();
else await spend();

/** `race`: takes 1 so many times, 4 at once, and says how often it was granted; `hold`: takes it all at once. */
async function spend(): Promise<void> {
  const budgets = new Budgets({ ...parts, leaseMs: 2_000, flushMs: 300 });
  budgets.start();
  const budget = { name: 'b', unit: 'requests', amount: '100', period: 'total' } as const;
  const take = async (requests: number): Promise<number> => {
    const estimate = { requests, tokens: 0, usdNano: 0, gpuMs: 0 };
    return 'refused' in
      (await budgets.reserve([{ kind: 'key', id: 'key_a', name: 'a', budgets: [budget] }], estimate))
      ? 0
      : 1;
  };
  let granted = task === 'hold' ? await take(amount) : 0;
  const takeInTurn = async (): Promise<void> => {
    for (let i = 0; i < amount / 4; i++) {
      const answer = await take(1);
      granted += answer;
      // Lets the other process in: SQLite's lock goes to the first that asks.
      await sleep(1);
    }
  };
  if (task === 'race') await Promise.all(Array.from({ length: 4 }, takeInTurn));
  say(String(granted));
}

/** Takes and settles 1 of `amount` at a time, 8 at once, until it is refused, and says how often it was granted. */
async function drain(): Promise<void> {
  const budgets = new Budgets(parts);
  budgets.start();
  const budget = { name: 'large', unit: 'requests', amount: String(amount), period: 'total' } as const;
  const holders = [{ kind: 'key', id: 'key_a', name: 'a', budgets: [budget] }] as const;
  const one = { requests: 1, tokens: 0, usdNano: 0, gpuMs: 0 };
  let granted = 0;
  const takeAll = async (): Promise<void> => {
    for (;;) {
      const answer = await budgets.reserve(holders, one);
      if ('refused' in answer) return;
      granted++;
      await budgets.settle(answer, one);
      if (granted % 100 === 0) await sleep(1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, takeAll));
  say(String(granted));
}

/** Counts one request each millisecond or so and says how many there were so far. */
async function count(): Promise<void> {
  const counters = new UsageCounters(parts);
  counters.start();
  for (let counted = 1; ; counted++) {
    counters.count({ keyId: 'key_a', ownerId: 'own_a', code: 'ok' });
    say(String(counted));
    await sleep(1);
  }
}
