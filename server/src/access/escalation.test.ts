import { describe, expect, test } from 'vitest';
import {
  BUDGET_PERIODS,
  childExcesses,
  decide,
  excesses,
  expand,
  GRANTS,
  loosenings,
  NO_SELECTORS,
  SCOPES,
} from './index.ts';
import type { Budget, BudgetPeriod, Limit, NameSelector, Wanted } from './index.ts';
import { random } from './random.fixture.ts';

const NAMES = ['a', 'b', 'p/a', 'p/b', 'p/q/a', 'q/a', 'p'];
const PATTERNS = [...NAMES, 'p/*', 'p/q/*', 'q/*', 'p*', 'p/q*', '*'];
const RANGES = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.3',
  '192.0.2.0/24',
  '::/0',
  '2001:db8::/32',
  '::ffff:10.1.0.0/112',
  '0.0.0.0/0',
];
const ADDRESSES = [
  '10.1.2.3',
  '10.1.9.9',
  '10.9.9.9',
  '192.0.2.5',
  '203.0.113.1',
  '2001:db8::1',
  '::1',
  '::ffff:10.1.2.3',
];
const END = 1_000_000;

function wanted(seed: number): Wanted {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const some = <T>(from: readonly T[], most: number): T[] =>
    Array.from({ length: Math.floor(next() * (most + 1)) }, () => pick(from));
  const names = (): NameSelector => ({ allow: some(PATTERNS, 2), deny: some(PATTERNS.slice(0, -1), 1) });
  const limits: Limit[] = [];
  if (next() < 0.5) limits.push({ name: 'w', requests: pick([1, 2, 3]), window_seconds: pick([1, 2, 4]) });
  if (next() < 0.3) limits.push({ name: 'c', concurrent: pick([1, 2]) });
  const budgets: Budget[] = [];
  if (next() < 0.5)
    budgets.push({
      name: 'b',
      unit: pick(['usd', 'tokens']),
      amount: pick(['1', '2']),
      period: pick(BUDGET_PERIODS),
    });
  return {
    grants: some(GRANTS, 3),
    selectors: { workspaces: names(), models: names(), workers: names(), ips: some(RANGES, 2) },
    expiresAt: pick([null, END, END + 1, END - 1]),
    limits,
    budgets,
  };
}

const asCaller = (held: Wanted) => ({ scopes: expand(held.grants), selectors: held.selectors });

const BUDGET: Budget = { name: 'b', unit: 'usd', amount: '1', period: 'day' };

const unbounded: Wanted = {
  grants: ['*'],
  selectors: NO_SELECTORS,
  expiresAt: null,
  limits: [],
  budgets: [],
};

describe('excesses', () => {
  test('a maker may do everything that its child may do, for random makers and requests', () => {
    let passed = 0;
    for (let seed = 1; seed <= 30_000; seed++) {
      const maker = wanted(seed);
      // Half of the wishes are the maker's own with one part exchanged, so that many pass.
      const wish = seed % 2 === 0 ? wanted(-seed) : { ...maker, ...part(wanted(-seed), seed) };
      if (excesses(maker, wish).length > 0) continue;
      passed++;
      expect(exceeds(maker, wish), `seed ${seed}`).toBeUndefined();
    }
    expect(passed).toBeGreaterThan(3_000);
  });

  function part(of: Wanted, seed: number): Partial<Wanted> {
    const member = (['grants', 'selectors', 'expiresAt', 'limits', 'budgets'] as const)[seed % 5] ?? 'grants';
    return { [member]: of[member] };
  }

  /** Something that the child may do and the maker may not, found by trying. */
  function exceeds(maker: Wanted, child: Wanted): string | undefined {
    const [up, down] = [asCaller(maker), asCaller(child)];
    const questions = [
      ...SCOPES.map((action) => ({ action })),
      ...NAMES.flatMap((id) => [
        { resource: { type: 'model' as const, id } },
        { resource: { type: 'workspace' as const, id } },
      ]),
      ...ADDRESSES.map((ip) => ({ ip })),
    ];
    for (const question of questions) {
      if (decide(down, question).allowed && !decide(up, question).allowed) return JSON.stringify(question);
    }
    if ((child.expiresAt ?? Infinity) > (maker.expiresAt ?? Infinity)) return 'expiry';
    return undefined;
  }

  test('a child has no wider bounds than its maker, which may do everything that the child may do', () => {
    let passed = 0;
    for (let seed = 1; seed <= 10_000; seed++) {
      const maker = wanted(seed);
      const child = { ...maker, ...part(wanted(-seed), seed) };
      if (childExcesses(maker, child).length > 0) continue;
      passed++;
      expect(
        exceeds(maker, { ...child, expiresAt: child.expiresAt ?? maker.expiresAt }),
        `seed ${seed}`,
      ).toBe(undefined);
    }
    expect(passed).toBeGreaterThan(3_000);
    expect(childExcesses({ ...unbounded, budgets: [BUDGET] }, unbounded)).toEqual([]);
    const larger = { ...unbounded, budgets: [{ ...BUDGET, amount: '2' }] };
    expect(childExcesses({ ...unbounded, budgets: [BUDGET] }, larger)).toMatchObject([{ field: 'budgets' }]);
  });

  test('a change that loosens nothing keeps each limit and budget under its name, and gives nothing', () => {
    let passed = 0;
    for (let seed = 1; seed <= 10_000; seed++) {
      const before = wanted(seed);
      const after = { ...before, ...part(wanted(-seed), seed) };
      expect(loosenings(before, before)).toEqual([]);
      if (loosenings(before, after).length > 0) continue;
      passed++;
      expect(exceeds(before, after), `seed ${seed}`).toBe(undefined);
      for (const { name, unit, period } of before.budgets)
        expect(after.budgets).toContainEqual(expect.objectContaining({ name, unit, period }));
      for (const { name } of before.limits)
        expect(after.limits).toContainEqual(expect.objectContaining({ name }));
    }
    expect(passed).toBeGreaterThan(3_000);
  });

  test('a key that equals its maker, or holds less, has no excess', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const maker = wanted(seed);
      expect(excesses(maker, maker)).toEqual([]);
      expect(excesses(unbounded, maker)).toEqual([]);
    }
  });

  test('each excess is named by its field', () => {
    const maker: Wanted = {
      grants: ['models:use'],
      selectors: {
        workspaces: { allow: ['w'], deny: [] },
        models: { allow: [], deny: ['m'] },
        workers: { allow: ['own_a'], deny: [] },
        ips: ['10.0.0.0/8'],
      },
      expiresAt: END,
      limits: [{ name: 'l', requests: 1, window_seconds: 1 }],
      budgets: [{ name: 'b', unit: 'usd', amount: '1', period: 'day' }],
    };
    expect(excesses(maker, unbounded).map(({ field }) => field)).toEqual([
      'scopes',
      'selectors.workspaces.allow',
      'selectors.models.deny',
      'selectors.workers.owners',
      'selectors.ips',
      'expires_at',
      'limits',
      'budgets',
    ]);
  });

  /** Times, in units of a tenth of a second, at which a limit lets requests through that come without pause. */
  function greedy({ requests, window_seconds }: { requests: number; window_seconds: number }): number[] {
    const admitted: number[] = [];
    for (let at = 0; at < 200; at++) {
      while (admitted.filter((before) => before > at - window_seconds * 10).length < requests)
        admitted.push(at);
    }
    return admitted;
  }

  test('a limit within another never lets more through in any window', () => {
    for (const own of limits()) {
      for (const child of limits()) {
        if (excesses({ ...unbounded, limits: [own] }, { ...unbounded, limits: [child] }).length > 0) continue;
        const admitted = greedy(child);
        for (const from of admitted) {
          const within = admitted.filter((at) => at >= from && at < from + own.window_seconds * 10);
          expect(within.length).toBeLessThanOrEqual(own.requests);
        }
      }
    }
  });

  const limits = () =>
    [1, 2, 3].flatMap((requests) =>
      [1, 2, 5].map((window_seconds) => ({
        name: `${requests}/${window_seconds}`,
        requests,
        window_seconds,
      })),
    );

  const DAY_MS = 86_400_000;
  function periodOf(at: number, period: BudgetPeriod): string {
    const date = new Date(at);
    const monday = at - ((date.getUTCDay() + 6) % 7) * DAY_MS;
    const iso = date.toISOString();
    return {
      hour: iso.slice(0, 13),
      day: iso.slice(0, 10),
      week: new Date(monday).toISOString().slice(0, 10),
      month: iso.slice(0, 7),
      total: '',
    }[period];
  }

  test('a budget within another never spends more in any of its periods, where months cut weeks too', () => {
    const start = Date.parse('2026-01-01T00:00:00Z');
    const hours = Array.from({ length: 24 * 130 }, (_, hour) => start + hour * 3_600_000);
    for (const own of BUDGET_PERIODS) {
      for (const child of BUDGET_PERIODS) {
        const budget = (period: BudgetPeriod): Budget => ({ name: 'b', unit: 'usd', amount: '1', period });
        if (
          excesses({ ...unbounded, budgets: [budget(own)] }, { ...unbounded, budgets: [budget(child)] })
            .length > 0
        )
          continue;
        // Spent as soon as possible, and as late as possible.
        for (const order of [hours, hours.toReversed()]) {
          const spentIn = new Set<string>();
          const perOwn = new Map<string, number>();
          for (const at of order) {
            if (spentIn.has(periodOf(at, child))) continue;
            spentIn.add(periodOf(at, child));
            perOwn.set(periodOf(at, own), (perOwn.get(periodOf(at, own)) ?? 0) + 1);
          }
          // A child's period has one amount: two of them that end and begin in one period of the maker exceed it.
          const ends = new Map<string, Set<string>>();
          for (const at of hours) {
            const set = ends.get(periodOf(at, own)) ?? new Set();
            ends.set(periodOf(at, own), set.add(periodOf(at, child)));
          }
          for (const [period, children] of ends)
            expect(children.size, `${child} within ${own} ${period}`).toBe(1);
          for (const count of perOwn.values()) expect(count).toBe(1);
        }
      }
    }
  });

  test.each([
    ['8999999.000000001', '8999999', false],
    ['8999999', '8999999.000000001', true],
    ['1.50', '1.5', true],
    ['2', '10', true],
    ['10', '2', false],
    ['999999999999.999999999', '999999999999.999999998', false],
  ])('a budget of %s is within one of %s: %s', (amount, bound, within) => {
    const of = (text: string): Wanted => ({
      ...unbounded,
      budgets: [{ name: 'b', unit: 'usd', amount: text, period: 'day' }],
    });
    expect(excesses(of(bound), of(amount)).length === 0).toBe(within);
  });

  test.each([
    [{ unit: 'tokens' }, false],
    [{ period: 'hour' }, false],
    [{ period: 'week' }, true],
    [{ period: 'month' }, true],
  ] as const)('a budget of 1 usd a day bounds one with %j: %s', (change, within) => {
    const own: Budget = { name: 'b', unit: 'usd', amount: '1', period: 'day' };
    const found = excesses(
      { ...unbounded, budgets: [own] },
      { ...unbounded, budgets: [{ ...own, ...change }] },
    );
    expect(found.length === 0).toBe(within);
  });
});
