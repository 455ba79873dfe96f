import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Mutex } from './mutex.ts';

test('pieces of work run one after the other in their order, also past one that fails', async () => {
  const mutex = new Mutex();
  const said: string[] = [];
  const work = (name: string, ms: number) => async (): Promise<string> => {
    said.push(`${name} begins`);
    await sleep(ms);
    said.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const results = await Promise.allSettled([
    mutex.run(work('a', 20)),
    mutex.run(work('b', 1)),
    mutex.run(work('c', 5)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
