import { expect, test } from 'vitest';
import type { Workspace } from '../workspaces/index.ts';
import { callsTools, chooseModel, windowOf } from './model-choice.ts';

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
const workspace = {
  chatProvider: null as string | null,
  chatModel: null as string | null,
  agentProvider: null as string | null,
  agentModel: null as string | null,
};

/** The choice where these models and settings are known. */
function choose(
  more: { workspace?: Partial<typeof workspace>; model?: string; isAgent?: boolean },
  models = [view('embedder'), view('first'), view('tiny', 'far, local'), view('far/own')],
  settings: Record<string, string> = {},
) {
  const context = {
    models: {
      isIncomplete: false,
      findModel: async (name: string) => models.find(({ id }) => id === name),
      listModels: async () => models,
    },
    settings: { many: async () => new Map(Object.entries(settings)) },
  };
  return chooseModel(context as unknown as Parameters<typeof chooseModel>[0], {
    workspace: { ...workspace, ...more.workspace } as unknown as Workspace,
    isAgent: more.isAgent ?? false,
    model: more.model,
    selector: undefined,
  });
}

test('The model of a chat is the choice of the caller, the workspace, the setting, the local model, the first', async () => {
  const own = { workspace: { chatModel: 'own' } };
  const setting = { LLMModelPref: 'preferred' };
  expect((await choose({ ...own, model: 'asked' }, undefined, setting)).name).toBe('asked');
  expect((await choose(own, undefined, setting)).name).toBe('own');
  expect((await choose({}, undefined, setting)).name).toBe('preferred');
  expect((await choose({}, undefined, { LLMModelPref: '' })).name).toBe('tiny');
  expect((await choose({}, [view('embedder'), view('first')])).name).toBe('first');
});

test('The provider of a workspace is the upstream of its model, if that has it', async () => {
  expect((await choose({ workspace: { chatProvider: 'far', chatModel: 'own' } })).name).toBe('far/own');
  expect((await choose({ workspace: { chatProvider: 'near', chatModel: 'own' } })).name).toBe('own');
});

test('An agent uses the model for agents of the workspace, otherwise the one for chats', async () => {
  const models = { chatModel: 'chats', agentModel: 'agents' };
  expect((await choose({ isAgent: true, workspace: models })).name).toBe('agents');
  expect((await choose({ isAgent: false, workspace: models })).name).toBe('chats');
  expect((await choose({ isAgent: true, workspace: { ...models, agentModel: '' } })).name).toBe('chats');
});

test('A model gets the temperature 0.7, unless it is local or refuses one', async () => {
  const local = [view('tiny', 'local')];
  expect((await choose({ model: 'any' })).temperature).toBe(0.7);
  expect((await choose({ model: 'tiny' }, local)).temperature).toBeUndefined();
  expect((await choose({ model: 'far/o3-mini' })).temperature).toBeUndefined();
});

test('Without a model that chats, the error says to add an upstream', async () => {
  await expect(choose({}, [view('embedder')])).rejects.toMatchObject({ code: 'model_not_found' });
});
