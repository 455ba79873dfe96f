import { expect, test } from 'vitest';
import { defineModule } from '../storage/index.ts';
import { ModuleLine } from './module-line.ts';

interface Start {
  told: string[];
}

const first = defineModule({
  migrations: [{ id: 'first-1', statements: () => [] }],
  open: ({ told }: Start) => {
    told.push('open first');
    return { number: 1 };
  },
  start: ({ told }) => void told.push('start first'),
  stop: async ({ told, number }) => void told.push(`stop ${number}`),
});
const second = defineModule({
  migrations: [{ id: 'second-1', statements: () => [] }],
  open: async ({ number }: { number: number }) => ({ text: `after ${number}` }),
  start: ({ text }) => {
    if (text !== 'after 1') throw new Error('wrong order');
  },
  stop: async () => {
    throw new Error('cannot stop');
  },
});
const broken = defineModule({
  open: (_given: Start): { never: true } => {
    throw new Error('cannot open');
  },
});

test('modules open and start in order, and stop once in the opposite order, whatever fails', async () => {
  const line = new ModuleLine<Start>().with(first).with(second);
  expect(line.migrations.map(({ id }) => id)).toEqual(['first-1', 'second-1']);
  const { services, life } = await line.open({ told: [] });
  expect(services).toMatchObject({ number: 1, text: 'after 1' });
  await life.start();
  await Promise.all([life.stop(), life.stop()]);
  expect(services.told).toEqual(['open first', 'start first', 'stop 1']);
});

test('modules that were opened are stopped where a later one cannot be opened', async () => {
  const told: string[] = [];
  const line = new ModuleLine<Start>().with(first).with(broken);
  await expect(line.open({ told })).rejects.toThrow('cannot open');
  expect(told).toEqual(['open first', 'stop 1']);
});

test('a module before what it needs does not compile', () => {
  // @ts-expect-error nothing before it opens a number
  expect(new ModuleLine<Start>().with(second).migrations).toHaveLength(1);
});
