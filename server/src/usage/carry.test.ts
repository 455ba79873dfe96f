import pino from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases, type TestDatabase } from '../../test/databases.ts';
import type { Budget, BudgetPeriod } from '../access/index.ts';
import { Budgets, usageMigrations, type BudgetHolder, type Refusal, type Reservation } from './index.ts';

const NOON = Date.parse('2026-03-14T12:00:00Z');
const HOUR_MS = 3_600_000;
const logger = pino({ level: 'silent' });
const tokens = (amount: number) => ({ requests: 0, tokens: amount, usdNano: 0, gpuMs: 0 });
const budget = (name: string, period: BudgetPeriod = 'day', amount = '100'): Budget => ({
  name,
  unit: 'tokens',
  amount,
  period,
});
const granted = (answer: Reservation | Refusal): Reservation => {
  if ('refused' in answer) throw new Error(answer.refused.name);
  return answer;
};

describeOnBothDatabases('budgets that are changed', (open) => {
  let database: TestDatabase;
  let nowMs = NOON;
  const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };

  beforeEach(async () => {
    nowMs = NOON;
    database = await open(usageMigrations);
  });

  /** One process, and a key whose budgets are changed as `updateKey` changes them. */
  function openKey(first: Budget[]) {
    const budgets = new Budgets({ storage: database.storage, clock, logger });
    let own: readonly Budget[] = first;
    const holders = (): BudgetHolder[] => [{ kind: 'key', id: 'key_a', name: 'a', budgets: own }];
    const reserve = (amount: number) => budgets.reserve(holders(), tokens(amount));
    return {
      budgets,
      reserve,
      async spend(amount: number) {
        await budgets.settle(granted(await reserve(amount)), tokens(amount));
      },
      async change(...after: Budget[]) {
        await database.storage.transaction((tx) => budgets.carryOver(tx, 'key_a', own, after));
        own = after;
      },
      async used() {
        return (await budgets.view('key_a', own)).map(({ used }) => used);
      },
    };
  }

  it.each([
    ['renamed', budget('b')],
    ['made longer', budget('a', 'month')],
    ['made shorter', budget('a', 'hour')],
    ['renamed and made longer', budget('b', 'total')],
    ['renamed and made shorter', budget('b', 'hour')],
  ])('a budget that is %s keeps its use, and refuses requests above it', async (_, changed) => {
    const key = openKey([budget('a')]);
    await key.spend(60);
    await key.change(changed);
    expect(await key.used()).toEqual(['60']);
    expect(await key.reserve(41)).toHaveProperty('refused');
    await key.spend(40);
    expect(await key.used()).toEqual(['100']);
  });

  it('a budget that is removed and comes back within its period, also under another name, keeps its use', async () => {
    const key = openKey([budget('a')]);
    await key.spend(60);
    await key.change();
    await key.change(budget('a'));
    expect(await key.used()).toEqual(['60']);
    await key.change();
    await key.change(budget('b'));
    expect(await key.used()).toEqual(['60']);
    await key.spend(10);
    await key.change(budget('a'));
    expect(await key.used()).toEqual(['70']);
  });

  it('a budget in another unit begins at 0, and one of the next period too', async () => {
    const key = openKey([budget('a')]);
    await key.spend(60);
    await key.change({ ...budget('b'), unit: 'requests' });
    expect(await key.used()).toEqual(['0']);
    nowMs += 24 * HOUR_MS;
    await key.change(budget('c'));
    expect(await key.used()).toEqual(['0']);
  });

  it('use of days counts in their month, and a budget of the day knows the day better', async () => {
    const key = openKey([budget('day'), budget('all', 'total', '1000')]);
    await key.spend(50);
    nowMs += 24 * HOUR_MS;
    await key.spend(20);
    await key.change(budget('today'), budget('month', 'month'), budget('all', 'total', '1000'));
    expect(await key.used()).toEqual(['20', '70', '70']);
  });

  it('a budget that is added beside one of its unit begins with its use, and each request counts once', async () => {
    const key = openKey([budget('a')]);
    await key.spend(60);
    await key.change(budget('a', 'day', '1000'), budget('b'));
    expect(await key.used()).toEqual(['60', '60']);
    await key.spend(10);
    expect(await key.used()).toEqual(['70', '70']);
    expect(await key.reserve(31)).toHaveProperty('refused');
  });

  it('running requests during two renames of a budget are held and then counted under the last name', async () => {
    const key = openKey([budget('a')]);
    await key.spend(10);
    const running = granted(await key.reserve(50));
    await key.change(budget('b'));
    expect(await key.used()).toEqual(['60']);
    await key.spend(5);
    await key.change(budget('c'));
    expect(await key.used()).toEqual(['65']);
    expect(await key.reserve(36)).toHaveProperty('refused');
    await key.budgets.settle(running, tokens(20));
    expect(await key.used()).toEqual(['35']);
    await key.change(budget('a'));
    expect(await key.used()).toEqual(['35']);
    await key.spend(65);
    expect(await key.reserve(1)).toHaveProperty('refused');
  });

  it('use that another process has settled but not yet written counts under the new name', async () => {
    const large = (name: string): Budget => budget(name, 'day', '1000000');
    const [here, there] = [openKey([large('a')]), openKey([large('a')])];
    for (let i = 0; i < 5; i++) await there.spend(10);
    await here.change(large('b'));
    await there.budgets.stop();
    expect(await here.used()).toEqual(['50']);
  });
});
