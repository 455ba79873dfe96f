import { expect, test } from 'vitest';
import { GRANTS } from '../access/index.ts';
import { oneOf } from './one-of.ts';

test.for([
  ['keys:raed', 'keys:read'],
  ['key:write', 'keys:write'],
  ['Models:Use', 'models:use'],
  ['workspace:chat', 'workspaces:chat'],
  ['marketplace', 'marketplace:*'],
] as const)('The mistyped scope %s gets its nearest scopes, and no list of all', ([given, near]) => {
  const text = oneOf(GRANTS, given);
  expect(text).toMatch(/^is not known; did you mean \S+( or \S+){0,2}\?$/);
  expect(text).toContain(near);
});

test('A word that is near to none gets the form, and is not repeated', () => {
  const text = oneOf(GRANTS, 'hunter2hunter2hunter2hunter2');
  expect(text).toBe(`must be one of ${GRANTS.length} words such as keys:read, keys:write, keys:verify`);
  expect(oneOf(GRANTS, 7)).toBe(text);
  expect(oneOf(['day', 'week'], 'dya')).toBe('must be one of day, week');
});
