import pino from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { migrate, type Storage } from '../storage/index.ts';
import { report, UsageCounters, usageMigrations, type ReportQuery, type ReportRow } from './index.ts';

const at = (text: string): number => Date.parse(text);
const logger = pino({ level: 'silent' });

describeOnBothDatabases('usage report', (open) => {
  let storage: Storage;
  let counters: UsageCounters;
  let nowMs = 0;

  beforeEach(async () => {
    storage = (await open()).storage;
    await migrate(storage, usageMigrations, 1);
    counters = new UsageCounters({ storage, clock: { nowMs: () => nowMs, monotonicMs: () => 0 }, logger });
    const a = { keyId: 'key_a', ownerId: 'own_1', model: 'm1' };
    const b = { keyId: 'key_b', ownerId: 'own_1', model: 'm2', worker: 'w1' };
    nowMs = at('2026-01-31T23:30:00Z');
    counters.count({ ...a, code: 'ok', tokensIn: 10, tokensOut: 20, usdNano: 1_500_000_000, gpuMs: 1_500 });
    counters.count({ ...a, model: '', code: 'rate_limited', requests: 3 });
    nowMs = at('2026-02-01T00:15:00Z');
    counters.count({ ...a, code: 'ok', tokensIn: 1, estimated: true });
    counters.count({ ...b, code: 'ok', usdNano: 1 });
    counters.count({ ...b, code: 'budget_exceeded' });
    nowMs = at('2026-02-28T10:00:00Z');
    counters.count({ ...b, keyId: 'key_c', ownerId: 'own_2', code: 'ok' });
    await counters.flush();
  });

  const ask = (query: Partial<ReportQuery>): Promise<ReportRow[]> =>
    report(storage, {
      from: at('2026-01-15T00:00:00Z'),
      to: at('2026-03-01T00:00:00Z'),
      step: 'total',
      groupBy: [],
      ...query,
    });

  it('a usage report without groups has everything in one row', async () => {
    expect(await ask({})).toEqual([
      {
        start: '2026-01-15T00:00:00.000Z',
        end: '2026-03-01T00:00:00.000Z',
        group: {},
        requests: 8,
        refusals: { rate_limited: 3, budget_exceeded: 1 },
        tokens_in: 11,
        tokens_out: 20,
        usd: '1.500000001',
        gpu_seconds: '1.5',
        estimated_requests: 1,
      },
    ]);
  });

  it('a usage report by month cuts the first and last to the range, and leaves out months without use', async () => {
    const rows = await ask({ step: 'month', to: at('2026-06-10T00:00:00Z') });
    expect(rows.map(({ start, end, requests, usd }) => [start, end, requests, usd])).toEqual([
      ['2026-01-15T00:00:00.000Z', '2026-02-01T00:00:00.000Z', 4, '1.50'],
      ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z', 4, '0.000000001'],
    ]);
  });

  it('a usage report has steps by day and by hour', async () => {
    const days = await ask({ step: 'day' });
    expect(days.map(({ start, requests }) => [start, requests])).toEqual([
      ['2026-01-31T00:00:00.000Z', 4],
      ['2026-02-01T00:00:00.000Z', 3],
      ['2026-02-28T00:00:00.000Z', 1],
    ]);
    const hours = await ask({
      step: 'hour',
      from: at('2026-01-31T23:59:00Z'),
      to: at('2026-02-01T00:01:00Z'),
    });
    expect(hours.map(({ start, end, requests }) => [start, end, requests])).toEqual([
      ['2026-01-31T23:00:00.000Z', '2026-02-01T00:00:00.000Z', 4],
      ['2026-02-01T00:00:00.000Z', '2026-02-01T01:00:00.000Z', 3],
    ]);
  });

  it('a usage report has groups, each alone and together', async () => {
    const by = async (...groupBy: ReportQuery['groupBy']) =>
      (await ask({ groupBy })).map(({ group, requests }) => [...Object.values(group), requests]);
    expect(await by('key')).toEqual([
      ['key_a', 5],
      ['key_b', 2],
      ['key_c', 1],
    ]);
    expect(await by('owner')).toEqual([
      ['own_1', 7],
      ['own_2', 1],
    ]);
    expect(await by('worker', 'model')).toEqual([
      ['', '', 3],
      ['', 'm1', 2],
      ['w1', 'm2', 3],
    ]);
    const rows = await ask({ groupBy: ['key', 'model'], step: 'month' });
    expect(rows[0]).toMatchObject({ group: { key: 'key_a', model: '' }, refusals: { rate_limited: 3 } });
  });

  it('a usage report covers one key or one owner only', async () => {
    expect(await ask({ keyId: 'key_b' })).toMatchObject([{ requests: 2, refusals: { budget_exceeded: 1 } }]);
    expect(await ask({ ownerId: 'own_2', groupBy: ['key'] })).toMatchObject([{ group: { key: 'key_c' } }]);
    expect(await ask({ keyId: 'key_b', ownerId: 'own_2' })).toEqual([]);
  });

  it('a usage report refuses an invalid range, and names the field', async () => {
    const moment = at('2026-02-01T00:00:00Z');
    await expect(ask({ from: moment, to: moment })).rejects.toMatchObject({
      code: 'invalid_input',
      extras: { errors: [{ field: 'query.from' }] },
    });
    await expect(ask({ to: Number.NaN })).rejects.toMatchObject({
      extras: { errors: [{ field: 'query.to' }] },
    });
  });

  it('a usage report refuses more than 10,000 rows and says how to narrow it', async () => {
    for (let i = 0; i < 10_001; i++) counters.count({ keyId: `key_${i}`, ownerId: 'own_3', code: 'ok' });
    await counters.flush();
    await expect(ask({ groupBy: ['key'] })).rejects.toMatchObject({
      code: 'invalid_input',
      extras: { hint: expect.stringContaining('Ask for a shorter range') },
    });
    expect(await ask({ ownerId: 'own_3' })).toMatchObject([{ requests: 10_001 }]);
  });
});
