import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalised, reduce, type Ballot, type Reducer } from './reducers.ts';

const ballotsOf = (...outputs: unknown[]): Ballot[] =>
  outputs.map((output, at) => ({ member: `m${at}`, output, atMs: at }));

describe('a majority', () => {
  test('wins with more than half of all members, whatever the form of the text', () => {
    const outcome = reduce({ name: 'majority' }, ballotsOf('Paris.', ' "paris"', 'Rome'), 3);
    expect(outcome).toMatchObject({ result: 'Paris.', isReached: true, reason: null });
    expect(outcome.agreement).toBeCloseTo(2 / 3);
    expect(outcome.votes).toEqual([
      { answer: 'Paris.', count: 2, members: ['m0', 'm1'] },
      { answer: 'Rome', count: 1, members: ['m2'] },
    ]);
  });

  test('is not reached with half of the members, as those without an output agree with nobody', () => {
    const outcome = reduce({ name: 'majority' }, ballotsOf('a', 'a'), 4);
    expect(outcome).toMatchObject({ result: null, isReached: false, agreement: 0.5 });
    expect(outcome.reason).toBe('2 of 4 members give the most frequent answer; more than half is needed.');
  });

  test('is not reached without any output', () => {
    expect(reduce({ name: 'majority' }, [], 3)).toMatchObject({
      result: null,
      agreement: 0,
      reason: 'No member has given an output.',
    });
  });
});

describe('a threshold', () => {
  test('is reached by exactly its part, and says so below it', () => {
    const ballots = ballotsOf('a', 'a', 'b', 'c');
    expect(reduce({ name: 'threshold', threshold: 0.5 }, ballots, 4)).toMatchObject({ result: 'a' });
    const below = reduce({ name: 'threshold', threshold: 0.75 }, ballots, 4);
    expect(below).toMatchObject({ result: null, isReached: false, threshold: 0.75 });
    expect(below.reason).toContain('0.75 is needed');
  });

  test('is not reached by two answers at once', () => {
    const tie = reduce({ name: 'threshold', threshold: 0.5 }, ballotsOf('a', 'b'), 2);
    expect(tie).toMatchObject({ isReached: false, reason: expect.stringContaining('as many give another') });
  });
});

test('an output that is nothing but marks before a letter is compared in one pass, however long it is', () => {
  // In 8 MiB, the most of an output, a search that begins anew at each mark takes days.
  const long = '!'.repeat(4_000_000);
  const outcome = reduce({ name: 'majority' }, ballotsOf(`${long}x`, `"${long}X!"`, long), 3);
  expect(outcome.votes.map(({ count }) => count)).toEqual([2, 1]);
});

test('the first output is the one that came first, not the one of the first member', () => {
  const ballots = [
    { member: 'slow', output: 'x', atMs: 9 },
    { member: 'fast', output: 'y', atMs: 3 },
  ];
  expect(reduce({ name: 'first' }, ballots, 3)).toMatchObject({ result: 'y', isReached: true });
  expect(reduce({ name: 'first' }, [], 3)).toMatchObject({ result: null, isReached: false });
});

test('a merge keeps all outputs in the order of the members', () => {
  expect(reduce({ name: 'merge' }, ballotsOf('a', 'b'), 2)).toMatchObject({ result: 'a\n\nb', agreement: 1 });
  expect(reduce({ name: 'merge' }, ballotsOf([1], [2, 3]), 3).result).toEqual([1, 2, 3]);
  expect(reduce({ name: 'merge' }, ballotsOf({ a: 1 }, 'b'), 2).result).toEqual([{ a: 1 }, 'b']);
});

test('JSON answers are equal whatever the order of their members, and a text is not a number', () => {
  expect(normalised({ a: 1, b: { c: 2, d: 3 } })).toBe(normalised({ b: { d: 3, c: 2 }, a: 1 }));
  expect(normalised('1')).not.toBe(normalised(1));
  expect(normalised({ a: 1 })).not.toBe(normalised([['a', 1]]));
});

const answers = fc.array(fc.oneof(fc.constantFrom('a', 'A.', 'b', ' c '), fc.jsonValue()), { maxLength: 12 });
const reducers = fc.oneof(
  fc.constantFrom<Reducer>({ name: 'majority' }, { name: 'first' }, { name: 'merge' }),
  fc
    .double({ min: 0.01, max: 1, noNaN: true })
    .map((threshold): Reducer => ({ name: 'threshold', threshold })),
);

describe('for all outputs', () => {
  test('each output is one vote, and the agreement is a part of the members', () => {
    fc.assert(
      fc.property(answers, reducers, fc.nat(5), (outputs, reducer, silent) => {
        const outcome = reduce(reducer, ballotsOf(...outputs), outputs.length + silent);
        const voters = outcome.votes.flatMap(({ members }) => members);
        expect(voters.toSorted()).toEqual(outputs.map((_, at) => `m${at}`).toSorted());
        for (const { count, members } of outcome.votes) expect(count).toBe(members.length);
        expect(outcome.agreement).toBeGreaterThanOrEqual(0);
        expect(outcome.agreement).toBeLessThanOrEqual(1);
        expect(outcome.reason === null).toBe(outcome.isReached);
      }),
    );
  });

  test('a consensus is reached only where its part agrees, and by one answer alone', () => {
    fc.assert(
      fc.property(answers, fc.double({ min: 0.01, max: 1, noNaN: true }), (outputs, threshold) => {
        const outcome = reduce({ name: 'threshold', threshold }, ballotsOf(...outputs), outputs.length);
        const enough = outcome.votes.filter(({ count }) => count / outputs.length >= threshold);
        const isTie = outcome.votes[0]?.count === outcome.votes[1]?.count;
        expect(outcome.isReached).toBe(enough.length > 0 && !isTie);
        expect(outcome.result).toEqual(outcome.isReached ? enough[0]?.answer : null);
      }),
    );
  });

  test('the order of the members changes neither the votes nor whether a consensus is reached', () => {
    fc.assert(
      fc.property(answers, (outputs) => {
        const ballots = ballotsOf(...outputs);
        const [one, other] = [ballots, ballots.toReversed()].map((some) =>
          reduce({ name: 'majority' }, some, outputs.length),
        );
        expect(other?.isReached).toBe(one?.isReached);
        const counts = (outcome: typeof one) => outcome?.votes.map(({ count }) => count);
        expect(counts(other)).toEqual(counts(one));
      }),
    );
  });
});
