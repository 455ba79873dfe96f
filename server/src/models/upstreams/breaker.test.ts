import { beforeEach, describe, expect, test } from 'vitest';
import { MovableClock } from '../models.fixture.ts';
import { Breakers, type Trial } from './breaker.ts';

const LINE = 'up_1 gpt-test';
const ATTACKER = 'own_attacker';
const VICTIM = 'own_victim';

describe('a line to one model of one upstream', () => {
  let clock: MovableClock;
  let breakers: Breakers;
  beforeEach(() => {
    clock = new MovableClock();
    breakers = new Breakers(clock);
  });
  const enter = (caller = VICTIM): Trial => {
    const trial = breakers.enter(LINE, caller);
    if (trial === undefined) throw new Error(`${caller} is not let through`);
    return trial;
  };
  const times = (count: number, act: (at: number) => void): void => {
    for (let at = 0; at < count; at++) act(at);
  };
  const isOpen = (caller = VICTIM): boolean => breakers.isOpen(LINE, caller);

  test('A breaker opens after five failures in a row, for this model and everybody', () => {
    times(4, () => enter(ATTACKER).failed());
    expect(isOpen()).toBe(false);
    enter(ATTACKER).failed();
    expect([isOpen(), isOpen(ATTACKER)]).toEqual([true, true]);
    expect(breakers.isOpen('up_1 other', VICTIM)).toBe(false);
    expect(breakers.isOpen('up_2 gpt-test', VICTIM)).toBe(false);
    expect(breakers.retryInMs(LINE, VICTIM)).toBeGreaterThan(9_000);
  });

  test('Failures that one or two callers may have caused do not open a breaker', () => {
    times(100, (at) => enter(at % 2 === 0 ? ATTACKER : 'own_accomplice').doubted());
    expect([isOpen(), isOpen(ATTACKER)]).toEqual([false, false]);
    enter('own_third').doubted();
    expect(isOpen()).toBe(true);
  });

  test('Failures that are probably the upstream’s open the breaker of one caller only', () => {
    times(5, () => enter(ATTACKER).suspected());
    expect([isOpen(ATTACKER), isOpen()]).toEqual([true, false]);
    expect(breakers.retryInMs(LINE, ATTACKER)).toBeGreaterThan(9_000);
    expect(breakers.retryInMs(LINE, VICTIM)).toBe(0);
    enter(VICTIM).succeeded();
    expect(isOpen(ATTACKER)).toBe(true);
    clock.aheadMs += 10_001;
    enter(ATTACKER).suspected();
    expect(breakers.retryInMs(LINE, ATTACKER)).toBeGreaterThan(19_000);
    clock.aheadMs += 20_001;
    enter(ATTACKER).succeeded();
    expect(isOpen(ATTACKER)).toBe(false);
  });

  test('Failures of three callers open a breaker for everybody', () => {
    times(3, () => enter(ATTACKER).suspected());
    enter('own_accomplice').suspected();
    expect(isOpen()).toBe(false);
    enter('own_third').suspected();
    expect([isOpen(), isOpen('own_fourth')]).toEqual([true, true]);
  });

  test('Failures do not open a breaker while other callers are answered', () => {
    times(10, () => {
      const slow = enter(ATTACKER);
      enter(VICTIM).succeeded();
      slow.failed();
    });
    const slow = Array.from({ length: 10 }, () => enter(ATTACKER));
    enter(VICTIM).succeeded();
    for (const trial of slow) trial.failed();
    expect(isOpen()).toBe(false);
  });

  test('Callers that leave do not open a breaker', () => {
    times(20, () => enter(ATTACKER).unknown());
    expect(isOpen()).toBe(false);
  });

  test('Waiting callers probe an open breaker before the caller that opened it', () => {
    times(5, () => enter(ATTACKER).failed());
    expect(isOpen(VICTIM)).toBe(true);
    clock.aheadMs += 10_001;
    expect(isOpen(ATTACKER)).toBe(true);
    enter(VICTIM).succeeded();
    expect([isOpen(VICTIM), isOpen(ATTACKER)]).toEqual([false, false]);
  });

  test('A probe is not blocked by one slow request, nor by one caller who leaves again and again', () => {
    times(5, () => enter(ATTACKER).failed());
    clock.aheadMs += 10_001;
    enter(ATTACKER);
    expect(isOpen(VICTIM)).toBe(true);
    clock.aheadMs += 5_001;
    enter(VICTIM).unknown();
    times(3, () => {
      const probe = enter(ATTACKER);
      expect(isOpen(VICTIM)).toBe(true);
      probe.unknown();
      expect(isOpen(ATTACKER)).toBe(true);
      enter(VICTIM).unknown();
      clock.aheadMs += 5_001;
    });
  });

  test('A failed probe keeps a breaker open for everybody only if the upstream failed', () => {
    times(5, () => enter(ATTACKER).failed());
    clock.aheadMs += 10_001;
    enter(ATTACKER).doubted();
    enter(VICTIM).succeeded();
    expect(isOpen(ATTACKER)).toBe(false);
    times(5, () => enter(VICTIM).failed());
    clock.aheadMs += 10_001;
    enter(VICTIM).failed();
    expect(breakers.retryInMs(LINE, VICTIM)).toBeGreaterThan(19_000);
  });

  test('Requests that were running when a breaker opened do not change it', () => {
    const underWay = Array.from({ length: 9 }, () => enter());
    for (const trial of underWay) trial.failed();
    expect(breakers.retryInMs(LINE, VICTIM)).toBeLessThanOrEqual(10_000);
  });

  test('The breakers of all models of an upstream close when it has recovered', () => {
    times(5, () => enter().failed());
    times(5, () => breakers.enter('up_1 other', ATTACKER)?.suspected());
    breakers.recovered('up_1');
    expect([isOpen(), breakers.isOpen('up_1 other', ATTACKER)]).toEqual([false, false]);
  });
});
