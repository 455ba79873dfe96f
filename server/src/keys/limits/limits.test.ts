import { describe, expect, test } from 'vitest';
import type { Limit } from '../../access/index.ts';
import { RequestLimits, type LimitHolder } from './limits.ts';

function setUp(): { limits: RequestLimits; at: (ms: number) => void } {
  let nowMs = 0;
  const limits = new RequestLimits({ nowMs: () => 0, monotonicMs: () => nowMs });
  return { limits, at: (ms) => (nowMs = ms) };
}

const window = (requests: number, window_seconds: number, name = 'w'): Limit => ({
  name,
  requests,
  window_seconds,
});

/** A key alone, without a family. */
const of = (id: string, limits: readonly Limit[]): LimitHolder[] => [{ kind: 'key', id, limits }];

function random(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

describe('a window', () => {
  test('a limit never admits more than its requests within any span, and never refuses below it: against a plain model', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const { limits, at } = setUp();
      const requests = 1 + Math.floor(next() * 12);
      const windowMs = 1000 * (1 + Math.floor(next() * 3));
      const list = [window(requests, windowMs / 1000)];
      const admitted: { at: number; cost: number }[] = [];
      let nowMs = 0;
      for (let i = 0; i < 200; i++) {
        nowMs += Math.floor(next() * next() * 600);
        at(nowMs);
        const cost = 1 + Math.floor(next() * 3);
        const used = admitted
          .filter((one) => one.at > nowMs - windowMs)
          .reduce((sum, one) => sum + one.cost, 0);
        const free = used + cost <= requests;
        expect(limits.fullLimit(of('k', list), cost) === undefined).toBe(free);
        const admission = limits.admit(of('k', list), { cost });
        expect(admission.admitted, `seed ${seed} step ${i}`).toBe(free);
        if (admission.admitted) admitted.push({ at: nowMs, cost });
        const left = requests - used - (free ? cost : 0);
        expect(limits.view('k', list)[0]?.remaining).toBe(left);
      }
    }
  });

  test('waiting as long as a refusal says is enough, and a millisecond less is not', () => {
    const { limits, at } = setUp();
    const list = [window(3, 10)];
    for (const ms of [0, 1_000, 2_000]) {
      at(ms);
      limits.admit(of('k', list));
    }
    at(5_000);
    const refusal = limits.admit(of('k', list), { cost: 2 });
    expect(refusal).toMatchObject({ admitted: false, retryAfterSeconds: 6 });
    at(10_999);
    expect(limits.admit(of('k', list), { cost: 2 }).admitted).toBe(false);
    at(11_000);
    expect(limits.admit(of('k', list), { cost: 2 }).admitted).toBe(true);
  });

  test('a request that costs more than the whole limit is refused, and takes nothing', () => {
    const { limits } = setUp();
    expect(limits.admit(of('k', [window(3, 10)]), { cost: 4 })).toMatchObject({
      admitted: false,
      retryAfterSeconds: 10,
    });
    expect(limits.admit(of('k', [window(3, 10)]), { cost: 3 }).admitted).toBe(true);
  });

  test('a request takes from each of several limits, or from none', () => {
    const { limits, at } = setUp();
    const list = [window(2, 1, 'short'), window(3, 100, 'long'), { name: 'at once', concurrent: 5 }];
    expect(limits.admit(of('k', list)).admitted).toBe(true);
    expect(limits.admit(of('k', list)).admitted).toBe(true);
    expect(limits.admit(of('k', list))).toMatchObject({ admitted: false, limit: { name: 'short' } });
    expect(limits.view('k', list).map(({ remaining }) => remaining)).toEqual([0, 1, 3]);
    at(1_000);
    expect(limits.admit(of('k', list)).admitted).toBe(true);
    expect(limits.admit(of('k', list))).toMatchObject({ admitted: false, limit: { name: 'long' } });
    expect(limits.view('k', list).map(({ remaining }) => remaining)).toEqual([1, 0, 2]);
  });

  test('keys do not share their limits', () => {
    const { limits } = setUp();
    expect(limits.admit(of('a', [window(1, 10)])).admitted).toBe(true);
    expect(limits.admit(of('b', [window(1, 10)])).admitted).toBe(true);
    expect(limits.admit(of('a', [window(1, 10)])).admitted).toBe(false);
  });
});

describe('requests at once', () => {
  const list: Limit[] = [{ name: 'c', concurrent: 100 }];

  test('a limit of 100 at once admits 100 of 400, each release admits one more, a second release none', () => {
    const { limits } = setUp();
    const releases = Array.from({ length: 400 }, () => limits.admit(of('k', list))).flatMap((admission) =>
      admission.admitted ? [admission.release] : [],
    );
    expect(releases).toHaveLength(100);
    for (const release of releases.slice(0, 10)) {
      release();
      release();
    }
    const more = Array.from({ length: 50 }, () => limits.admit(of('k', list))).filter(
      ({ admitted }) => admitted,
    );
    expect(more).toHaveLength(10);
  });

  test('a question about a limit on concurrency shows it and takes no place', () => {
    const { limits } = setUp();
    const one: Limit[] = [{ name: 'c', concurrent: 1 }];
    for (let i = 0; i < 3; i++)
      expect(limits.admit(of('k', one), { hold: false, cost: 5 }).admitted).toBe(true);
    expect(limits.fullLimit(of('k', one), 5)).toBeUndefined();
    expect(limits.admit(of('k', one)).admitted).toBe(true);
    expect(limits.admit(of('k', one), { hold: false }).admitted).toBe(false);
    expect(limits.fullLimit(of('k', one))).toEqual(one[0]);
  });
});

describe('limits of a family', () => {
  const family = (...all: Limit[][]): LimitHolder[] =>
    all.map((limits, index) => ({
      kind: index === all.length - 1 ? 'owner' : 'key',
      id: `h${index}`,
      limits,
    }));

  test('a request takes from the limits of all holders or from none', () => {
    const { limits } = setUp();
    const holders = family([window(5, 10)], [window(3, 10)], [window(2, 10)]);
    expect(limits.admit(holders).admitted).toBe(true);
    expect(limits.admit(holders).admitted).toBe(true);
    const full = limits.admit(holders);
    expect(full).toMatchObject({ admitted: false, holder: { kind: 'owner', id: 'h2' } });
    const left = holders.map(({ id, limits: own }) => limits.view(id, own)[0]?.remaining);
    expect(left).toEqual([3, 1, 0]);
  });

  test('a request holds and releases its places of all holders together', () => {
    const { limits } = setUp();
    const two: Limit[] = [{ name: 'c', concurrent: 2 }];
    const sibling = (id: string): LimitHolder[] => [
      { kind: 'key', id, limits: [{ name: 'own', concurrent: 2 }] },
      { kind: 'key', id: 'parent', limits: [...two] },
    ];
    const [first] = [limits.admit(sibling('a')), limits.admit(sibling('b'))];
    expect(limits.admit(sibling('a'))).toMatchObject({ admitted: false, holder: { id: 'parent' } });
    expect(limits.view('a', [{ name: 'own', concurrent: 2 }])).toMatchObject([{ remaining: 1 }]);
    if (first?.admitted) first.release();
    expect(limits.admit(sibling('a')).admitted).toBe(true);
    expect(limits.admit(sibling('b')).admitted).toBe(false);
  });
});

describe('changed limits', () => {
  test('a limit that is renamed keeps its count, also when its name comes back', () => {
    const { limits, at } = setUp();
    limits.admit(of('k', [window(2, 60, 'a')]));
    expect(limits.view('k', [window(2, 60, 'b')])).toMatchObject([{ remaining: 1 }]);
    at(30_000);
    limits.admit(of('k', [window(2, 60, 'b')]));
    at(61_000);
    limits.admit(of('k', [window(2, 60, 'b')]));
    expect(limits.view('k', [window(2, 60, 'a')])).toMatchObject([{ remaining: 0 }]);
  });

  test('a limit beside a looser one begins with the count of that one', () => {
    const { limits } = setUp();
    for (let i = 0; i < 3; i++) limits.admit(of('k', [window(5, 60, 'a')]));
    const both = [window(1_000, 60, 'a'), window(5, 60, 'b')];
    expect(limits.view('k', both)).toMatchObject([{ remaining: 997 }, { remaining: 2 }]);
  });

  test('a renamed limit on concurrency knows the running requests, and counts their end once', () => {
    const { limits } = setUp();
    const held = limits.admit(of('k', [{ name: 'c', concurrent: 1 }]));
    const renamed: Limit[] = [{ name: 'd', concurrent: 1 }];
    expect(limits.admit(of('k', renamed)).admitted).toBe(false);
    if (held.admitted) held.release();
    expect(limits.view('k', renamed)).toMatchObject([{ remaining: 1 }]);
  });

  test('a narrower, wider or longer limit of the same name continues with its count', () => {
    const { limits, at } = setUp();
    for (let i = 0; i < 5; i++) limits.admit(of('k', [window(10, 10)]));
    expect(limits.admit(of('k', [window(5, 10)])).admitted).toBe(false);
    expect(limits.view('k', [window(3, 10)])).toMatchObject([{ remaining: 0 }]);
    expect(limits.view('k', [window(6, 20)])).toMatchObject([{ remaining: 1 }]);
    at(15_000);
    expect(limits.view('k', [window(6, 20)])).toMatchObject([{ remaining: 1 }]);
    expect(limits.view('k', [window(6, 10)])).toMatchObject([{ remaining: 6 }]);
  });

  test('a limit that is away for a while (quarantine) comes back with its count', () => {
    const { limits } = setUp();
    const own = [window(2, 60, 'own'), { name: 'c', concurrent: 1 }];
    const held = limits.admit(of('k', own));
    limits.admit(of('k', [window(60, 60, 'quarantine')]));
    limits.admit(of('k', []));
    expect(limits.view('k', own)).toMatchObject([{ remaining: 1 }, { remaining: 0 }]);
    if (held.admitted) held.release();
    expect(limits.view('k', own)).toMatchObject([{ remaining: 1 }, { remaining: 1 }]);
  });

  test('a release after a change is counted once', () => {
    const { limits } = setUp();
    const before: Limit[] = [{ name: 'c', concurrent: 1 }];
    const after: Limit[] = [{ name: 'c', concurrent: 2 }];
    const admission = limits.admit(of('k', before));
    expect(limits.admit(of('k', after)).admitted).toBe(true);
    expect(limits.admit(of('k', after)).admitted).toBe(false);
    if (admission.admitted) admission.release();
    expect(limits.view('k', after)).toMatchObject([{ remaining: 1 }]);
  });
});

describe('memory', () => {
  test('memory forgets the limits of quiet keys, and keeps those of busy ones', () => {
    const { limits, at } = setUp();
    for (let i = 0; i < 1_000; i++) limits.admit(of(`k${i}`, [window(5, 10)]));
    const held = limits.admit(of('held', [{ name: 'c', concurrent: 1 }]));
    expect(limits.size).toBe(1_001);
    at(70_000);
    limits.admit(of('new', [window(5, 10)]));
    expect(limits.size).toBe(2);
    expect(limits.admit(of('held', [{ name: 'c', concurrent: 1 }])).admitted).toBe(false);
    if (held.admitted) held.release();
    at(140_000);
    limits.admit(of('new', [window(5, 10)]));
    expect(limits.size).toBe(1);
  });

  test('a key without limits takes no memory', () => {
    const { limits } = setUp();
    expect(limits.admit(of('k', [])).admitted).toBe(true);
    expect(limits.view('k', [])).toEqual([]);
    expect(limits.size).toBe(0);
  });
});
