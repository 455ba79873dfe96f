import { describe, expect, test } from 'vitest';
import { ROLE_GRANTS, SCOPES } from '../../server/src/access/index.ts';
import { changesOf } from '../src/keys/holdings/changes.ts';
import { changeBody, EMPTY_DRAFT, mintBody, type Draft } from '../src/keys/holdings/draft.ts';
import { SCOPE_GROUPS, scopesOf } from '../src/keys/holdings/scopes.ts';
import { sentence } from '../src/keys/holdings/sentence.ts';
import { summaryOf, TASKS, taskOf, withTasks } from '../src/keys/holdings/tasks.ts';

const NOW_MS = Date.UTC(2027, 0, 1);
const draft = (fields: Partial<Draft>): Draft => ({ ...EMPTY_DRAFT, name: 'reports', ...fields });
const said = (fields: Partial<Draft>): string => sentence(draft(fields), NOW_MS);

describe('the scopes of the console', () => {
  test('are those of the server, each with words', () => {
    expect(SCOPE_GROUPS.flatMap(({ scopes }) => scopes.map(([scope]) => scope)).toSorted()).toEqual(
      [...SCOPES].toSorted(),
    );
  });

  test('the tasks for workers and administrators give exactly the roles of the server', () => {
    expect(taskOf('worker')?.scopes).toEqual(ROLE_GRANTS.miner);
    expect(taskOf('everything')?.scopes).toEqual(ROLE_GRANTS.admin);
    expect(mintBody(draft({ scopes: [...(taskOf('worker')?.scopes ?? [])] }))).toMatchObject({
      role: 'miner',
    });
  });

  test('a task that is left takes its scopes along, but for those that another one needs', () => {
    const both = withTasks([], { before: [], after: ['models', 'batches'] });
    expect(scopesOf(both)).toEqual(['models:use', 'batches:read', 'batches:write']);
    expect(withTasks(both, { before: ['models', 'batches'], after: ['models'] })).toEqual(['models:use']);
  });

  test('each task is summarised with words and without a scope', () => {
    expect(TASKS.filter(({ scopes }) => summaryOf(scopes).includes(':'))).toEqual([]);
    expect(summaryOf(['users:manage'])).toBe('users:manage');
    expect(summaryOf([])).toBe('nothing');
  });
});

describe('the sentence of a key', () => {
  test.for<[Partial<Draft>, string]>([
    [{}, 'This key may do nothing yet.'],
    [{ scopes: ['*'] }, 'This key may do everything.'],
    [
      { scopes: ['models:use'], parent: 'key_4fT9aBcDeF12' },
      'This key may use any model, within the bounds of its parent.',
    ],
    [
      {
        scopes: ['workspaces:read', 'workspaces:chat'],
        workspaces: { allow: ['handbook'], deny: [] },
        limits: [{ name: 'm', requests: 100, window_seconds: 60 }],
        budgets: [{ name: 'b', unit: 'usd', amount: '5', period: 'month' }],
        expires: '2027-03-01T12:00:00Z',
      },
      'This key may chat with the workspace handbook, at most 100 requests a minute and 5 USD a month, until 1 March 2027.',
    ],
    [
      { scopes: ['models:use'], models: { allow: ['gpt-*', 'o1'], deny: ['gpt-4'] }, ips: ['10.0.0.0/8'] },
      'This key may use the models gpt-* and o1 except gpt-4, from 10.0.0.0/8 only.',
    ],
    [
      {
        scopes: ['jobs:submit'],
        workers: { owners: ['own_1'], deny: [] },
        limits: [{ name: 'r', max_running: 1 }],
      },
      'This key may submit jobs to workers of own_1, at most 1 job running.',
    ],
    [
      { scopes: ['*'], models: { allow: ['gpt-4'], deny: [] } },
      'This key may do everything, with the model gpt-4 only.',
    ],
    [
      { scopes: ['keys:*', 'users:manage'], limits: [{ name: 'w', requests: 7, window_seconds: 90 }] },
      'This key may hand out keys, check keys, and manage users, at most 7 requests in 90 seconds.',
    ],
  ])('%j reads as %s', ([fields, text]) => {
    expect(said(fields)).toBe(text);
  });
});

describe('what a change of a key does', () => {
  const before = draft({
    scopes: ['models:use', 'jobs:*'],
    models: { allow: ['gpt-4'], deny: [] },
    limits: [{ name: 'm', requests: 100, window_seconds: 60 }],
    budgets: [{ name: 'b', unit: 'usd', amount: '5', period: 'month' }],
  });
  const effects = (fields: Partial<Draft>): string[] =>
    changesOf(before, { ...before, ...fields }, NOW_MS).map(({ effect, text }) => `${effect}: ${text}`);

  test.for<[Partial<Draft>, string[]]>([
    [
      { scopes: ['models:use', 'jobs:submit'] },
      ['takes: It may no longer see jobs.', 'takes: It may no longer cancel jobs.'],
    ],
    [{ scopes: ['models:use', 'jobs:*', 'users:manage'] }, ['gives: It may manage users.']],
    [{ models: { allow: [], deny: [] } }, ['gives: Any model, no longer gpt-4 only.']],
    [{ models: { allow: ['o1'], deny: [] } }, ['gives: The model o1.', 'takes: No longer the model gpt-4.']],
    [{ ips: ['10.0.0.1'] }, ['takes: No other address than 10.0.0.1.']],
    [{ limits: [] }, ['gives: No longer at most 100 requests a minute.']],
    [
      { limits: [{ name: 'm', requests: 50, window_seconds: 60 }] },
      ['takes: At most 50 requests a minute; before 100 requests a minute.'],
    ],
    [
      { limits: [{ name: 'm', requests: 50, window_seconds: 1 }] },
      ['gives: At most 50 requests a second; before 100 requests a minute.'],
    ],
    [{ expires: '2027-02-01T00:00:00Z' }, ['takes: It works until 1 February 2027.']],
    [{ name: 'other', tags: ['a'] }, ['keeps: Its name will be other.', 'keeps: Its tags are a.']],
    [{}, []],
  ])('%j is said as %j', ([fields, texts]) => {
    expect(effects(fields)).toEqual(texts);
  });

  test('the request names the changed fields alone', () => {
    expect(changeBody(before, before)).toEqual({});
    expect(changeBody(before, { ...before, ips: ['10.0.0.1'], limits: [] })).toEqual({
      selectors: { ips: ['10.0.0.1'] },
      limits: [],
    });
  });
});
