import { expect, test } from 'vitest';
import { specOf } from '../spec.ts';
import type { Lane } from './lanes.ts';
import { Waiters, type Waiter } from './waiters.ts';

function laneOf(...models: string[]): Lane {
  const { spec } = specOf('inference', { models });
  return {
    id: 1,
    ownerId: 'own_1',
    keyId: 'key_1',
    priority: 5,
    spec,
    head: 0,
    arrivals: 1,
    fullUntilMs: 0,
    boundBy: [],
    freed: 0,
  };
}

/** A poll that waits. */
function waiting(
  waiters: Waiters,
  workerId: string,
  { models = ['m'], loaded = [] as string[], mustKeep = false },
): Waiter {
  const waiter: Waiter = { workerId, seeker: undefined, isScout: false, wake: () => undefined };
  waiters.add(waiter);
  const named = models.map((name) => ({ name }));
  const capabilities = { gpus: [], models: named, labels: {}, types: ['inference'] };
  const worker = { id: workerId, name: workerId, ownerId: 'own_2', region: null, priceNano: null };
  const candidate = { ...worker, capabilities, missingModels: [] };
  waiters.offers(waiter, { candidate, loaded: new Set(loaded), mustKeep });
  return waiter;
}

test('A job goes to the poll that waits longest of those that have its model', () => {
  const waiters = new Waiters();
  waiting(waiters, 'other', { models: ['n'] });
  const first = waiting(waiters, 'first', {});
  const second = waiting(waiters, 'second', {});
  expect(waiters.bestFor(laneOf('m'), undefined)).toBe(first);
  expect(waiters.bestFor(laneOf('m'), first)).toBe(second);
  expect(waiters.bestFor(laneOf('missing'), undefined)).toBeUndefined();
});

test('A worker that has the model loaded comes before one that waits longer', () => {
  const waiters = new Waiters();
  waiting(waiters, 'first', { models: ['m', 'n'], loaded: ['n'] });
  const loaded = waiting(waiters, 'loaded', { models: ['n', 'm'], loaded: ['m'] });
  expect(waiters.bestFor(laneOf('m'), undefined)).toBe(loaded);
});

test('A worker that must keep its model gets no offer of a job for another one', () => {
  const waiters = new Waiters();
  waiting(waiters, 'busy', { models: ['m', 'n'], loaded: ['n'], mustKeep: true });
  expect(waiters.bestFor(laneOf('m'), undefined)).toBeUndefined();
});

test('A job that names no model goes to the poll that waits longest', () => {
  const waiters = new Waiters();
  const first = waiting(waiters, 'first', { models: [] });
  waiting(waiters, 'second', { loaded: ['m'] });
  expect(waiters.bestFor(laneOf(), undefined)).toBe(first);
});

test('A poll that was woken or has left gets no offer, and its worker has no poll any more', () => {
  const waiters = new Waiters();
  const woken = waiting(waiters, 'one', { loaded: ['m'] });
  const left = waiting(waiters, 'one', { loaded: ['m'] });
  waiters.noOffers(woken);
  expect(waiters.bestFor(laneOf('m'), undefined)).toBe(left);
  waiters.remove(left);
  expect(waiters.bestFor(laneOf('m'), undefined)).toBeUndefined();
  expect([...waiters.of('one')]).toEqual([woken]);
  waiters.remove(woken);
  expect([[...waiters.of('one')], waiters.size]).toEqual([[], 0]);
});
