import { expect, test } from 'vitest';
import { bothGrant, bothSelect, decide, expand, GRANTS, SCOPES } from './index.ts';
import type { NameSelector, Selectors } from './index.ts';
import { random } from './random.fixture.ts';

const NAMES = ['a', 'b', 'p/a', 'p/b', 'p/q/a', 'q/a', 'p'];
const PATTERNS = [...NAMES, 'p/*', 'p/q/*', 'q/*', 'p*', 'p/q*', '*'];
const RANGES = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '192.0.2.0/24', '::/0', '::ffff:10.1.0.0/112'];
const ADDRESSES = ['10.1.2.3', '10.1.9.9', '10.9.9.9', '192.0.2.5', '203.0.113.1', '2001:db8::1'];

function held(next: () => number): { grants: string[]; selectors: Selectors } {
  const some = <T>(from: readonly T[], most: number): T[] =>
    Array.from({ length: Math.floor(next() * (most + 1)) }, () => from[Math.floor(next() * from.length)]!);
  const names = (): NameSelector => ({ allow: some(PATTERNS, 3), deny: some(PATTERNS.slice(0, -1), 2) });
  return {
    grants: some(GRANTS, 3),
    selectors: { workspaces: names(), models: names(), workers: names(), ips: some(RANGES, 3) },
  };
}

const QUESTIONS = [
  ...SCOPES.map((action) => ({ action })),
  ...NAMES.map((id) => ({ resource: { type: 'model' as const, id } })),
  ...NAMES.map((id) => ({ resource: { type: 'workspace' as const, id } })),
  ...NAMES.map((id) => ({ resource: { type: 'worker' as const, id } })),
  ...ADDRESSES.map((ip) => ({ ip })),
];

test('an intersection allows exactly what each of its two sides allows, for random grants and selectors', () => {
  let allowed = 0;
  for (let seed = 1; seed <= 2_000; seed++) {
    const next = random(seed);
    const [a, b] = [held(next), held(next)];
    const both = {
      grants: bothGrant(a.grants, b.grants),
      selectors: bothSelect(a.selectors, b.selectors),
    };
    const may = ({ grants, selectors }: typeof a, question: (typeof QUESTIONS)[number]) =>
      decide({ scopes: expand(grants), selectors }, question).allowed;
    for (const question of QUESTIONS) {
      const expected = may(a, question) && may(b, question);
      if (expected) allowed++;
      expect(may(both, question), `seed ${seed}, ${JSON.stringify(question)}`).toBe(expected);
    }
  }
  expect(allowed).toBeGreaterThan(4_000);
});

test('an intersection with itself is no longer than it was, or eight generations would grow without end', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { selectors, grants } = held(random(seed));
    const both = bothSelect(selectors, selectors);
    expect(both.models.allow.length).toBeLessThanOrEqual(new Set(selectors.models.allow).size);
    expect(both.ips.length).toBeLessThanOrEqual(new Set(selectors.ips).size);
    expect(bothGrant(grants, grants).length).toBeLessThanOrEqual(new Set(grants).size);
  }
});
