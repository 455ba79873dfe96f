import { expect, test } from 'vitest';
import { callsTools, usual, windowOf, workspaceChoice } from './model-choice.ts';

const plain = { isLocal: false, isUsual: false, setting: undefined };

test.for([
  ['gpt-4o-mini', 128_000],
  ['gpt-4-turbo-2024', 128_000],
  ['gpt-4-0613', 8_192],
  ['gpt-4.1-nano', 1_000_000],
  ['claude-sonnet-4', 200_000],
  ['something-else', 4_096],
] as const)('The window of %s is known by the beginning of its name: %d tokens', ([name, tokens]) => {
  expect(windowOf(name, plain)).toBe(tokens);
});

test('The window setting applies to the usual model, and to unknown models', () => {
  const setting = '10000';
  expect(windowOf('gpt-4o', { ...plain, isUsual: true, setting })).toBe(10_000);
  expect(windowOf('gpt-4o', { ...plain, setting })).toBe(128_000);
  expect(windowOf('something-else', { ...plain, setting })).toBe(10_000);
});

test.for(['', '0', '-1', '1.5', 'many'])(
  'A window setting that is not a positive whole number is ignored: %s',
  (setting) => {
    expect(windowOf('something-else', { ...plain, isUsual: true, setting })).toBe(4_096);
  },
);

test('The window of the local model does not depend on the setting', () => {
  expect(windowOf('gpt-4o', { isLocal: true, isUsual: true, setting: '10000' })).toBe(3_600);
});

test('A model calls tools if a pattern matches its plain or its qualified name', () => {
  expect(callsTools(['openai/gpt-4o-mini', 'gpt-4o-mini'])).toBe(true);
  expect(callsTools(['openai/gpt-3.5-turbo', 'gpt-3.5-turbo'])).toBe(false);
  expect(callsTools(['local/tiny', 'tiny'], 'other, tiny ,')).toBe(true);
  expect(callsTools(['local/tiny', 'tiny'], 'local/*')).toBe(true);
});

test('With an empty list of patterns, no model calls tools', () => {
  expect(callsTools(['openai/gpt-4o', 'gpt-4o'], '')).toBe(false);
});

const view = (id: string, owned_by = 'far') => ({ id, owned_by });

test('Without any choice the local model answers, otherwise the first one that chats', () => {
  const [embedder, first, local] = [view('embedder'), view('first'), view('tiny', 'far, local')];
  expect(usual([embedder, first, local])).toBe('tiny');
  expect(usual([embedder, first])).toBe('first');
  expect(usual([embedder])).toBeUndefined();
});

test('An agent uses the model for agents of the workspace, otherwise the one for chats', () => {
  const choices = { chatProvider: 'far', chatModel: 'chats', agentProvider: 'near', agentModel: 'agents' };
  expect(workspaceChoice(choices, true)).toEqual({ provider: 'near', model: 'agents' });
  expect(workspaceChoice(choices, false)).toEqual({ provider: 'far', model: 'chats' });
  expect(workspaceChoice({ ...choices, agentModel: '' }, true)).toEqual({ provider: 'far', model: 'chats' });
  expect(workspaceChoice({ ...choices, agentModel: null, chatModel: '' }, true)).toBeUndefined();
});
