import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases, type TestDatabase } from '../../test/databases.ts';
import { NODE_ARGUMENTS } from '../../test/processes/node-arguments.ts';
import type { Budget } from '../access/index.ts';
import { systemClock } from '../base/clock.ts';
import { Budgets, usageMigrations } from './index.ts';
import type { BudgetHolder, BudgetsOptions, Refusal, Reservation, Spend } from './index.ts';

const NOON = Date.parse('2026-03-14T12:00:00Z');
const logger = pino({ level: 'silent' });
const fixture = fileURLToPath(new URL('usage-process.fixture.ts', import.meta.url));

const spend = (some: Partial<Spend>): Spend => ({ requests: 0, tokens: 0, usdNano: 0, gpuMs: 0, ...some });
const one = spend({ requests: 1 });
const hundred: Budget = { name: 'b', unit: 'requests', amount: '100', period: 'total' };
/** A key alone, without a family. */
const of = (id: string, budgets: readonly Budget[]): BudgetHolder[] => [
  { kind: 'key', id, name: id, budgets },
];
const granted = (answer: Reservation | Refusal): Reservation => {
  if ('refused' in answer) throw new Error(answer.refused.name);
  return answer;
};
const refused = (answer: Reservation | Refusal): Refusal => {
  if (!('refused' in answer)) throw new Error('was granted');
  return answer;
};
const countGranted = (answers: (Reservation | Refusal)[]): number =>
  answers.filter((answer) => !('refused' in answer)).length;

describeOnBothDatabases('budgets', (open) => {
  let database: TestDatabase;
  let nowMs = NOON;
  const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
  const started: Budgets[] = [];
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    nowMs = NOON;
    database = await open(usageMigrations);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const budgets of started.splice(0)) await budgets.stop();
  });

  function budgetsWith(options: Partial<BudgetsOptions> = {}): Budgets {
    const budgets = new Budgets({ storage: database.storage, clock, logger, ...options });
    started.push(budgets);
    return budgets;
  }

  /** Another process, ready; `go` starts it and gives its first word. */
  async function otherProcess(
    task: string,
    amount: number,
  ): Promise<{ child: ChildProcess; go: () => Promise<string> }> {
    const child = spawn(
      process.execPath,
      [...NODE_ARGUMENTS, fixture, task, database.location, String(amount)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    children.push(child);
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    const go = async (): Promise<string> => {
      child.stdin.write('go\n');
      const [line] = (await once(lines, 'line')) as [string];
      return line;
    };
    return { child, go };
  }

  it('a budget of 100 grants exactly 100 of 400 concurrent reservations of 1 against 100', async () => {
    const budgets = budgetsWith();
    const answers = await Promise.all(
      Array.from({ length: 400 }, async () => budgets.reserve(of('key_a', [hundred]), one)),
    );
    expect(countGranted(answers)).toBe(100);
    const [view] = await budgets.view('key_a', [hundred]);
    expect(view).toMatchObject({ used: '100', reserved: '100', resets_at: null });
  });

  it('a budget of 100 grants exactly 100 when two processes take 1 at a time, 400 times each, at once', async () => {
    const others = [await otherProcess('race', 400), await otherProcess('race', 400)];
    const counts = await Promise.all(others.map(async (other) => Number(await other.go())));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
    // Else the one was done before the other began, and nothing was shown.
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('two processes that take blocks of a large budget grant it to the last request, and no more', async () => {
    const others = [await otherProcess('drain', 50_000), await otherProcess('drain', 50_000)];
    const counts = await Promise.all(others.map(async (other) => Number(await other.go())));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(50_000);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('a reservation takes from all budgets of a key or from none', async () => {
    const budgets = budgetsWith();
    const usd: Budget = { name: 'money', unit: 'usd', amount: '0.50', period: 'month' };
    const day: Budget = { name: 'day', unit: 'tokens', amount: '1000', period: 'day' };
    const both = [day, usd];
    granted(
      await budgets.reserve(of('key_a', both), spend({ requests: 1, tokens: 600, usdNano: 100_000_000 })),
    );
    const refusal = refused(
      await budgets.reserve(of('key_a', both), spend({ tokens: 100, usdNano: 400_000_001 })),
    );
    expect(refusal).toMatchObject({ refused: { name: 'money' }, left: '0.40', needed: '0.400000001' });
    const views = await budgets.view('key_a', both);
    expect(views.map(({ used }) => used)).toEqual(['600', '0.10']);
    expect(views.map(({ resets_at }) => resets_at)).toEqual([
      '2026-03-15T00:00:00.000Z',
      '2026-04-01T00:00:00.000Z',
    ]);
  });

  it('a reservation takes from the budgets of all holders or from none, and a refusal names the holder', async () => {
    const budgets = budgetsWith();
    const holder = (kind: 'key' | 'owner', id: string, amount: string): BudgetHolder => ({
      kind,
      id,
      name: id,
      budgets: [{ ...hundred, amount }],
    });
    const parent = holder('key', 'key_parent', '50');
    const owner = holder('owner', 'own_a', '30');
    const family = (id: string): BudgetHolder[] => [holder('key', id, '100'), parent, owner];
    const used = async (): Promise<(string | undefined)[]> => {
      const views = await budgets.views([...family('key_a'), holder('key', 'key_b', '100')]);
      return [...views.values()].map(([view]) => view?.used);
    };
    const first = granted(await budgets.reserve(family('key_a'), spend({ requests: 20 })));
    const refusal = refused(await budgets.reserve(family('key_b'), spend({ requests: 11 })));
    expect(refusal.refused.holder).toEqual({ kind: 'owner', id: 'own_a' });
    expect(await used()).toEqual(['20', '20', '20', '0']);
    await budgets.settle(first, spend({ requests: 5 }));
    expect(await used()).toEqual(['5', '5', '5', '0']);
    const asks = Array.from({ length: 60 }, async (_, i) =>
      budgets.reserve(family(i % 2 ? 'key_a' : 'key_b'), one),
    );
    expect(countGranted(await Promise.all(asks))).toBe(25);
    expect((await used()).slice(1, 3)).toEqual(['30', '30']);
  });

  it('a refusal says how much is left if a request may need more, and when to try again', async () => {
    const budgets = budgetsWith();
    const hourly: Budget = { name: 'h', unit: 'tokens', amount: '100', period: 'hour' };
    const ask = (tokens: number) => budgets.reserve(of('key_a', [hourly]), spend({ tokens }));
    const running = granted(await ask(60));
    const waiting = refused(await ask(41));
    expect(waiting).toMatchObject({ left: '40', needed: '41' });
    expect(waiting.retryAfterSeconds).toBe(1);
    await budgets.settle(running, spend({ tokens: 60 }));
    expect(refused(await ask(41)).retryAfterSeconds).toBe(3_600);
    expect(refused(await ask(101)).retryAfterSeconds).toBeNull();
    granted(await ask(40));
    expect(refused(await ask(1)).left).toBe('0');
  });

  it('a reservation settles once: the second call counts nothing', async () => {
    const budgets = budgetsWith();
    const reservation = granted(await budgets.reserve(of('key_a', [hundred]), spend({ requests: 50 })));
    await Promise.all([budgets.settle(reservation, one), budgets.settle(reservation, one)]);
    await budgets.settle(reservation, spend({ requests: 30 }));
    expect((await budgets.view('key_a', [hundred]))[0]).toMatchObject({ used: '1', reserved: '0' });
  });

  it('use above the reservation counts in full, and an invalid number counts as nothing', async () => {
    const budgets = budgetsWith();
    const first = granted(await budgets.reserve(of('key_a', [hundred]), one));
    await budgets.settle(first, spend({ requests: 150 }));
    expect((await budgets.view('key_a', [hundred]))[0]?.used).toBe('150');
    expect(refused(await budgets.reserve(of('key_a', [hundred]), one)).left).toBe('0');
    const second = granted(await budgets.reserve(of('key_b', [hundred]), one));
    await budgets.settle(second, spend({ requests: Number.NaN }));
    expect((await budgets.view('key_b', [hundred]))[0]?.used).toBe('0');
  });

  it('use in a unit without an estimate is counted, and asks no budget', async () => {
    const budgets = budgetsWith();
    const gpu: Budget = { name: 'gpu', unit: 'gpu_seconds', amount: '1.5', period: 'day' };
    const reservation = granted(await budgets.reserve(of('key_a', [gpu]), one));
    await budgets.settle(reservation, spend({ requests: 1, gpuMs: 2_250 }));
    expect((await budgets.view('key_a', [gpu]))[0]).toMatchObject({ used: '2.25', reserved: '0' });
    granted(await budgets.reserve(of('key_a', [gpu]), one));
    refused(await budgets.reserve(of('key_a', [gpu]), spend({ gpuMs: 1 })));
  });

  it('a budget begins anew in the next period; a request over its end settles where it began', async () => {
    const budgets = budgetsWith({ leaseMs: 3_600_000 });
    const hourly: Budget = { ...hundred, period: 'hour' };
    nowMs = NOON - 1_000;
    const straddling = granted(await budgets.reserve(of('key_a', [hourly]), spend({ requests: 100 })));
    refused(await budgets.reserve(of('key_a', [hourly]), one));
    nowMs = NOON + 1_000;
    granted(await budgets.reserve(of('key_a', [hourly]), one));
    await budgets.settle(straddling, spend({ requests: 90 }));
    expect((await budgets.view('key_a', [hourly]))[0]).toMatchObject({ used: '1', reserved: '1' });
    nowMs = NOON - 1;
    expect((await budgets.view('key_a', [hourly]))[0]).toMatchObject({ used: '90', reserved: '0' });
  });

  it('a budget whose unit changes begins anew; one that grows keeps its use', async () => {
    const budgets = budgetsWith();
    await budgets.settle(granted(await budgets.reserve(of('key_a', [hundred]), one)), one);
    const changed: Budget[] = [
      { ...hundred, unit: 'tokens' },
      { ...hundred, amount: '200' },
    ];
    expect((await budgets.view('key_a', changed)).map(({ used }) => used)).toEqual(['0', '1']);
  });

  it('one call shows the budgets of many keys, and of keys without budgets', async () => {
    const budgets = budgetsWith();
    granted(await budgets.reserve(of('key_a', [hundred]), spend({ requests: 7 })));
    const views = await budgets.views([
      { id: 'key_a', budgets: [hundred] },
      { id: 'key_b', budgets: [hundred] },
      { id: 'key_c', budgets: [] },
    ]);
    expect([...views].map(([id, [view]]) => [id, view?.used])).toEqual([
      ['key_a', '7'],
      ['key_b', '0'],
      ['key_c', undefined],
    ]);
  });

  it("one invalid budget does not affect anybody else's reservation", async () => {
    const budgets = budgetsWith();
    const odd: Budget = { ...hundred, name: 'n\0\ud800'.repeat(200) };
    const wrong: Budget = { ...hundred, amount: 'much' };
    const answers = await Promise.allSettled([
      budgets.reserve(of('key_a', [hundred]), one),
      budgets.reserve(of('key_b', [wrong]), one),
      budgets.reserve(of('key_c', [odd]), one),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await budgets.view('key_c', [odd]))[0]).toMatchObject({ name: odd.name, used: '1' });
  });

  it('a key without budgets never touches the database', async () => {
    const budgets = budgetsWith();
    await database.storage.close();
    const reservation = granted(await budgets.reserve(of('key_a', []), one));
    expect(granted(await budgets.reserve(of('key_b', []), one))).toBe(reservation);
    await budgets.settle(reservation, one);
  });

  it('the reservations of a killed process are free again when they expire, and nothing of them is counted', async () => {
    const { child, go } = await otherProcess('hold', 60);
    const budgets = budgetsWith({ clock: systemClock, flushMs: 300, leaseMs: 2_000 });
    expect(await go()).toBe('1');
    // Longer than it lasts by itself: while its process lives it is renewed.
    await sleep(3_000);
    refused(await budgets.reserve(of('key_a', [hundred]), spend({ requests: 60 })));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await sleep(2_100);
    expect((await budgets.view('key_a', [hundred]))[0]).toMatchObject({ used: '0', reserved: '0' });
    granted(await budgets.reserve(of('key_a', [hundred]), spend({ requests: 100 })));
  });

  it('expired reservations and old periods are deleted', async () => {
    const budgets = budgetsWith({ flushMs: 30 });
    const monthly: Budget = { ...hundred, period: 'month' };
    await budgets.settle(granted(await budgets.reserve(of('key_a', [hundred, monthly]), one)), one);
    await (
      await database.reopen()
    ).transaction(async (tx) => {
      const { insertLease, writeBlocks } = await import('./budget-store.ts');
      await insertLease(tx, { id: 'lease_dead', seq: 1, expires_at: NOON });
      const slot = {
        holderId: 'key_a',
        name: 'b',
        unit: 'requests',
        period: 'total',
        periodStart: 0,
      } as const;
      await writeBlocks(tx, 'lease_dead', [{ slot, amount: 5, busy: 5 }]);
    });
    nowMs = Date.parse('2026-06-01T00:00:00Z');
    budgets.start();
    budgets.start();
    await expect.poll(() => rows('budget_blocks')).toBe(0);
    await expect.poll(() => rows('budget_use')).toBe(1);
    await budgets.stop();
    await budgets.stop();
  });

  it('use counts in full if the reservation expired and was deleted while its process stood still', async () => {
    const budgets = budgetsWith();
    const reservation = granted(await budgets.reserve(of('key_a', [hundred]), one));
    const sweeper = budgetsWith({ flushMs: 30 });
    nowMs = NOON + 200_000;
    sweeper.start();
    await expect.poll(() => rows('budget_blocks')).toBe(0);
    await budgets.settle(reservation, spend({ requests: 5 }));
    expect((await budgets.view('key_a', [hundred]))[0]?.used).toBe('5');
  });

  it('a settlement that the database does not accept is counted once, when it does', async () => {
    const budgets = budgetsWith();
    const reservations = await Promise.all(
      Array.from({ length: 5 }, async () => granted(await budgets.reserve(of('key_a', [hundred]), one))),
    );
    await rename('budget_use', 'budget_use_away');
    await Promise.all(
      reservations.map(async (reservation) => budgets.settle(reservation, spend({ requests: 2 }))),
    );
    await rename('budget_use_away', 'budget_use');
    await expect
      .poll(async () => (await budgets.view('key_a', [hundred]))[0])
      .toMatchObject({ used: '10', reserved: '0' });
  });

  async function rename(from: string, to: string): Promise<void> {
    await database.storage.transaction((tx) => tx.schema.alterTable(from).renameTo(to).execute());
  }

  async function rows(table: 'budget_use' | 'budget_blocks'): Promise<number> {
    const { db } = database.storage;
    type Tables = Record<'budget_use' | 'budget_blocks', { key_id: string }>;
    return (await db.withTables<Tables>().selectFrom(table).select('key_id').execute()).length;
  }
});
