import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { countText } from './tokenizer.ts';

test('texts are counted as o200k_base does, at once and one after the other', async () => {
  const texts = ['', 'Hello, world!', 'Hello, world! '.repeat(100)];
  expect(await Promise.all(texts.map(countText))).toEqual([0, 4, 403]);
});

test('loading the ranks and counting long texts leaves this thread to others', async () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `word${i}`).join(' ');
  const before = performance.eventLoopUtilization();
  await Promise.all(Array.from({ length: 20 }, () => countText(text)));
  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
});
