import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { describeOn, describeOnBothDatabases, type TestDatabase } from '../../test/databases.ts';
import { NODE_ARGUMENTS } from '../../test/processes/node-arguments.ts';
import { startPostgresServer } from '../../test/postgres-server.ts';
import { migrate, openStorage, type Storage } from '../storage/index.ts';
import { Budgets, report, UsageCounters, usageMigrations, type Count, type ReportRow } from './index.ts';

const NOON = Date.parse('2026-03-14T12:00:00Z');
const clock = { nowMs: () => NOON, monotonicMs: () => performance.now() };
const logger = pino({ level: 'silent' });
const fixture = fileURLToPath(new URL('usage-process.fixture.ts', import.meta.url));
const one: Count = { keyId: 'key_a', ownerId: 'own_a', code: 'ok' };

async function everything(storage: Storage): Promise<ReportRow[]> {
  return report(storage, { from: 0, to: Date.UTC(2100, 0, 1), step: 'total', groupBy: ['model'] });
}

const sumOf = (rows: ReportRow[]): number => rows.reduce((sum, { requests }) => sum + requests, 0);

describeOnBothDatabases('usage counters', (open) => {
  let database: TestDatabase;
  let counters: UsageCounters;

  beforeEach(async () => {
    database = await open(usageMigrations);
    counters = new UsageCounters({ storage: database.storage, clock, logger });
  });

  it('10,000 equal requests become one row, flush after flush', async () => {
    const spent = { tokensIn: 3, tokensOut: 5, usdNano: 7, gpuMs: 11 };
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 5_000; i++)
        counters.count({ ...one, ...spent, model: 'local/m', estimated: i % 2 === 0 });
      await counters.flush();
    }
    type Tables = { usage_hours: Record<'hour' | 'requests', number> };
    const table = database.storage.db.withTables<Tables>().selectFrom('usage_hours');
    expect(await table.selectAll().execute()).toEqual([
      {
        hour: NOON,
        key_id: 'key_a',
        owner_id: 'own_a',
        model: 'local/m',
        worker: '',
        code: 'ok',
        requests: 10_000,
        tokens_in: 30_000,
        tokens_out: 50_000,
        usd_nano: 70_000,
        gpu_ms: 110_000,
        estimated_requests: 5_000,
      },
    ]);
  });

  it('counters write themselves each second, and the rest when they stop', async () => {
    counters.start();
    counters.start();
    counters.count(one);
    await expect.poll(() => everything(database.storage)).toMatchObject([{ requests: 1 }]);
    counters.count(one);
    await counters.stop();
    await counters.stop();
    expect(await everything(database.storage)).toMatchObject([{ requests: 2 }]);
  });

  it('a failed flush of counters loses nothing and counts nothing twice', async () => {
    const rename = (from: string, to: string) =>
      database.storage.transaction((tx) => tx.schema.alterTable(from).renameTo(to).execute());
    counters.count(one);
    await rename('usage_hours', 'away');
    await counters.flush();
    counters.count(one);
    await counters.flush();
    await rename('away', 'usage_hours');
    await counters.flush();
    await counters.flush();
    expect(await everything(database.storage)).toMatchObject([{ requests: 2 }]);
  });

  it('names that a database cannot store do not stop other counts from being written', async () => {
    const odd = ['a', 'a\0', 'b\ud800', 'b\ufffd', 'x'.repeat(5_000), '\0', "'; drop table usage_hours; --"];
    for (const model of odd) counters.count({ ...one, model });
    await counters.flush();
    const rows = await everything(database.storage);
    expect(rows.map(({ group, requests }) => [group.model, requests])).toEqual(
      expect.arrayContaining([
        ['a', 2],
        ['b\ufffd', 2],
        ['x'.repeat(200), 1],
        ['', 1],
        ["'; drop table usage_hours; --", 1],
      ]),
    );
    expect(sumOf(rows)).toBe(odd.length);
  });

  it('past their bound counters keep every request and drop detail', async () => {
    for (let i = 0; i < 70_000; i++) counters.count({ ...one, model: `m${i}` });
    for (let i = 0; i < 20_000; i++) counters.count({ ...one, keyId: `key_${i}` });
    await counters.flush();
    const rows = await report(database.storage, { from: 0, to: 2 * NOON, step: 'total', groupBy: [] });
    expect(rows).toMatchObject([{ requests: 90_000 }]);
    const noKey = { from: 0, to: 2 * NOON, step: 'total', groupBy: ['model'], keyId: '' } as const;
    // 50,000 models and one row for the rest, 9,999 keys, and one row for theirs.
    expect(await report(database.storage, noKey)).toMatchObject([{ requests: 10_001, group: { model: '' } }]);
  });

  it('a killed process loses at most the counts of its last second', async () => {
    const child = spawn(process.execPath, [...NODE_ARGUMENTS, fixture, 'count', database.location], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const counted: { count: number; atMs: number }[] = [];
    createInterface({ input: child.stdout }).on('line', (line) =>
      counted.push({ count: Number(line), atMs: performance.now() }),
    );
    await expect.poll(() => counted.length, { timeout: 10_000 }).toBe(1);
    child.stdin.write('go\n');
    await sleep(4_000);
    const killedMs = performance.now();
    child.kill('SIGKILL');
    await once(child, 'exit');
    // One second, and for the flush itself what it takes on a machine that does other things too.
    const before = counted.findLast(({ atMs }) => atMs < killedMs - 2_400)?.count ?? 0;
    const written = sumOf(await everything(database.storage));
    expect(before).toBeGreaterThan(10);
    expect(written).toBeGreaterThanOrEqual(before);
    expect(written).toBeLessThanOrEqual(counted.at(-1)?.count ?? 0);
  });
});

describeOn('sqlite', 'totals', (open) => {
  it('totals grow with each count, separately by code and model, and stay bounded', async () => {
    const { storage } = await open();
    const counters = new UsageCounters({ storage, clock, logger });
    counters.count({ ...one, model: 'm', tokensIn: 2, tokensOut: 3 });
    counters.count({ ...one, keyId: 'key_b', model: 'm', tokensIn: 2 });
    counters.count({ ...one, code: 'rate_limited' });
    expect([...counters.totals()]).toEqual([
      { code: 'ok', model: 'm', requests: 2, tokensIn: 4, tokensOut: 3, usdNano: 0 },
      { code: 'rate_limited', model: '', requests: 1, tokensIn: 0, tokensOut: 0, usdNano: 0 },
    ]);
    for (let i = 0; i < 2_000; i++) counters.count({ ...one, model: `m${i}` });
    const totals = [...counters.totals()];
    expect(totals.length).toBeLessThanOrEqual(1_001);
    expect(totals.reduce((sum, { requests }) => sum + requests, 0)).toBe(2_003);
  });
});

const hundred = { name: 'b', unit: 'requests', amount: '100', period: 'total' } as const;
const spend = { requests: 1, tokens: 0, usdNano: 0, gpuMs: 0 };

/**
 * Counts twenty requests and settles one reservation while the database is away.
 * @returns what stands in it once it is back.
 */
async function through(storage: Storage, away: () => Promise<() => Promise<void>>): Promise<unknown> {
  await migrate(storage, usageMigrations, NOON);
  const counters = new UsageCounters({ storage, clock, logger, flushMs: 200 });
  const budgets = new Budgets({ storage, clock, logger });
  counters.start();
  const reservation = await budgets.reserve(
    [{ kind: 'key', id: 'key_a', name: 'a', budgets: [hundred] }],
    spend,
  );
  if ('refused' in reservation) throw new Error(reservation.refused.name);
  const back = await away();
  for (let i = 0; i < 10; i++) counters.count(one);
  await Promise.all([budgets.settle(reservation, spend), counters.flush()]);
  for (let i = 0; i < 10; i++) counters.count(one);
  await back();
  const found = async (): Promise<unknown> => {
    const [view] = await budgets.view('key_a', [hundred]);
    return { requests: sumOf(await everything(storage)), used: view?.used, reserved: view?.reserved };
  };
  await expect.poll(() => found().catch(() => null), { timeout: 15_000 }).toEqual(ALL_OF_IT);
  await Promise.all([counters.stop(), budgets.stop()]);
  return found();
}

const ALL_OF_IT = { requests: 20, used: '1', reserved: '0' };

describeOn('sqlite', 'a file that somebody keeps locked', (open) => {
  it('loses no count and no settlement, and counts none twice', { timeout: 40_000 }, async () => {
    const { storage, location } = await open();
    const found = await through(storage, async () => {
      const other = new DatabaseSync(location);
      await expect.poll(() => other.exec('BEGIN IMMEDIATE'), { interval: 5 }).toBeUndefined();
      return async () => other.close();
    });
    expect(found).toEqual(ALL_OF_IT);
  });
});

describe('a PostgreSQL that is stopped and started again', () => {
  it('loses no count and no settlement, and counts none twice', { timeout: 60_000 }, async () => {
    const server = await startPostgresServer();
    const storage = await openStorage(server.url);
    try {
      const found = await through(storage, async () => {
        await server.stop();
        return () => server.start();
      });
      expect(found).toEqual(ALL_OF_IT);
    } finally {
      await storage.close();
      await server.remove();
    }
  });
});
