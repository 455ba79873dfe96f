import { expect, test } from 'vitest';
import { isWithin, type Needs } from './rights.ts';
import { NO_SELECTORS, type Selectors } from './selectors.ts';

const only = (...allow: string[]) => ({ allow, deny: [] });
const rights = (grants: string[], selectors: Partial<Selectors> = {}) => ({
  grants,
  selectors: { ...NO_SELECTORS, ...selectors },
  expiresAt: null,
});
const CHAT: Needs = { scopes: ['models:use'], types: ['model'] };

test('work with known needs stays within rights that have these scopes and selectors, whatever else was lost', () => {
  const caller = rights(['*'], { workspaces: only('a', 'b') });
  const left = rights(['models:*'], { workspaces: only('a'), workers: only('own_a') });
  expect(isWithin(left, { caller, needs: CHAT })).toBe(true);
  expect(isWithin(rights(['jobs:*']), { caller, needs: CHAT })).toBe(false);
  expect(isWithin(rights(['*'], { models: only('x') }), { caller, needs: CHAT })).toBe(false);
  expect(isWithin(rights(['*'], { models: { allow: [], deny: ['x'] } }), { caller, needs: CHAT })).toBe(
    false,
  );
});

test('work with unknown needs ends with any scope or name that its caller had', () => {
  const caller = rights(['jobs:read', 'models:use'], { workspaces: only('a', 'b') });
  expect(isWithin(rights(['jobs:*', 'models:use'], { workspaces: only('*') }), { caller })).toBe(true);
  expect(isWithin(rights(['models:use']), { caller })).toBe(false);
  expect(isWithin(rights(['*'], { workspaces: only('a') }), { caller })).toBe(false);
  expect(isWithin(rights(['*'], { models: only('x') }), { caller })).toBe(false);
});

test('work of a key goes on where an ancestor loses what the key never had', () => {
  const caller = rights(['models:use'], { models: only('x', 'y') });
  expect(isWithin(rights(['models:use'], { models: only('x', 'y', 'z') }), { caller })).toBe(true);
  expect(isWithin(rights(['models:use'], { models: only('x', 'z') }), { caller })).toBe(false);
});

test('work from an address that is no longer allowed ends, and work without an address does not depend on it', () => {
  const caller = rights(['*']);
  const left = rights(['*'], { ips: ['10.0.0.0/8'] });
  expect(isWithin(left, { caller, needs: CHAT, ip: '10.1.2.3' })).toBe(true);
  expect(isWithin(left, { caller, needs: CHAT, ip: '192.0.2.1' })).toBe(false);
  expect(isWithin(left, { caller, needs: CHAT, ip: '' })).toBe(false);
  expect(isWithin(left, { caller })).toBe(true);
});
