import { expect, test } from 'vitest';
import { countTokens, encodingOf } from './tokenizer.ts';

test('texts are counted at once and one after the other', async () => {
  const texts = ['', 'Hello, world!', 'Hello, world! '.repeat(100)];
  expect(await Promise.all(texts.map((text) => countTokens(text, 'gpt-4o')))).toEqual([0, 4, 403]);
});

test('the name of a model decides how its tokens are counted, with or without its upstream', async () => {
  const cl100k = [
    'gpt-4',
    'GPT-4-turbo',
    'openai/gpt-4-0613',
    'gpt-3.5-turbo',
    'gpt-35-turbo',
    'smollm2-135m-instruct',
  ];
  const o200k = [
    'gpt-4o-mini',
    'gpt-4.1',
    'azure/gpt-4.5',
    'gpt-5',
    'o3',
    'claude-opus-4',
    'meta/llama-3.1-8b',
    '',
  ];
  expect(new Set(cl100k.map(encodingOf))).toEqual(new Set(['cl100k_base']));
  expect(new Set(o200k.map(encodingOf))).toEqual(new Set(['o200k_base']));
  const hindi = 'शलजम का त्योहार हर वसंत में होता है।';
  expect(await countTokens(hindi, 'gpt-4o')).toBeLessThan((await countTokens(hindi, 'gpt-4')) / 2);
});

test('the tokens of a long text are extrapolated from a sample', async () => {
  const page = 'The turnip festival takes place every spring. ';
  const [short, long] = [2_000, 20_000].map((times) => countTokens(page.repeat(times), 'gpt-4o'));
  expect(((await long) ?? 0) / ((await short) ?? 1)).toBeCloseTo(10, 1);
});

test('loading an encoding and counting long texts leaves this thread to others', async () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `word${i}`).join(' ');
  // Processor time, of this thread and of all: on a busy machine the time that passes says little.
  const [thread, all] = [process.threadCpuUsage(), process.cpuUsage()];
  await Promise.all(Array.from({ length: 20 }, () => countTokens(text, 'gpt-4o')));
  const sum = ({ user, system }: NodeJS.CpuUsage): number => user + system;
  expect(sum(process.threadCpuUsage(thread)) / sum(process.cpuUsage(all))).toBeLessThan(0.5);
});
