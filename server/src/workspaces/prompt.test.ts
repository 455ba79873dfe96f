import { expect, test } from 'vitest';
import { expandPrompt } from './prompt.ts';

const facts = {
  user: { username: 'ann', bio: 'likes tea' },
  workspace: { id: 7, name: 'Docs' },
  nowMs: Date.parse('2026-11-21T13:05:00.000Z'),
  custom: new Map([['company', 'Acme']]),
};

test.for([
  ['It is {datetime}.', 'It is Saturday, November 21, 2026, 13:05 UTC.'],
  ['{date} / {time}', 'Saturday, November 21, 2026 / 13:05 UTC'],
  ['{user.name}: {user.bio}', 'ann: likes tea'],
  ['{workspace.name} {workspace.id}', 'Docs 7'],
  ['{company} {COMPANY} { company }', 'Acme Acme Acme'],
  ['{nothing} {} {a b} {{date}}', '{nothing} {} {a b} {Saturday, November 21, 2026}'],
])('the prompt %s becomes %s', ([template = '', expanded]) => {
  expect(expandPrompt(template, facts)).toBe(expanded);
});

test('a prompt without a user has no name in it', () => {
  expect(expandPrompt('<{user.name}{user.bio}>', { ...facts, user: null })).toBe('<>');
});

test('midnight is the hour 00, and a value in braces is not replaced again', () => {
  const nowMs = Date.parse('2026-11-21T00:00:00.000Z');
  const user = { username: '{company}', bio: '{user.name}' };
  expect(expandPrompt('{time} {user.name} {user.bio}', { ...facts, user, nowMs })).toBe(
    '00:00 UTC {company} {user.name}',
  );
});

test('a hostile template takes no longer than its length', () => {
  const template = '{'.repeat(200_000);
  expect(expandPrompt(template, facts)).toBe(template);
});
