import { expect, test } from 'vitest';
import { faultOf } from '../../settings/index.ts';
import { PROVIDERS } from './providers.ts';
import { isForeign, settableNames, settableRow, viewForStrangers, viewSystem } from './system-table.ts';
import type { SystemFacts } from './system-table.ts';

const faultIn = (name: string, value: string): string | undefined => {
  const row = settableRow(name);
  return row === undefined ? 'nothing to set' : faultOf(row, value);
};
const facts = (more: Partial<SystemFacts> = {}): SystemFacts => ({
  mode: 'setup',
  hasEmbeddings: false,
  localModel: 'tiny',
  sso: 'off',
  keyed: new Set(),
  values: new Map(),
  ...more,
});

test('every setting of every provider may be set, is shown, and shows a key as whether there is one', () => {
  const shown = viewSystem(facts({ values: new Map(settableNames().map((name) => [name, 'x'])) }));
  for (const { base, key, model, tokens } of PROVIDERS) {
    for (const name of [base, model, tokens].filter((one) => one !== undefined))
      expect([name, settableRow(name)?.name, shown[name]]).toEqual([name, name, 'x']);
    for (const name of [key].filter((one) => one !== undefined))
      expect([name, settableRow(name)?.secret, shown[name]]).toEqual([name, true, true]);
  }
});

test('no secret is shown, whatever is set', () => {
  const values = new Map(settableNames().map((name) => [name, `value of ${name}`]));
  const text = JSON.stringify(viewSystem(facts({ values, keyed: new Set(PROVIDERS.map(({ id }) => id)) })));
  for (const name of settableNames().filter((one) => settableRow(one)?.secret === true))
    expect(text).not.toContain(`value of ${name}"`);
});

test('a key that its upstream keeps is shown as set, and one of another provider is not', () => {
  const shown = viewSystem(facts({ keyed: new Set(['openai']) }));
  expect([shown['OpenAiKey'], shown['ImageGenerationOpenAiKey'], shown['AnthropicApiKey']]).toEqual([
    true,
    true,
    false,
  ]);
});

test('a login page learns whether a password is needed and how to log in, and nothing else', () => {
  expect(viewForStrangers({ mode: 'multi-user', sso: 'only' })).toEqual({
    RequiresAuth: false,
    MultiUserMode: true,
    SimpleSSOEnabled: true,
    SimpleSSONoLogin: true,
    SimpleSSONoLoginRedirect: null,
  });
});

test('the model that is shown is the one of the provider that is set, else the local one', () => {
  const modelIn = (values: [string, string][]) => viewSystem(facts({ values: new Map(values) }))['LLMModel'];
  expect(modelIn([])).toBe('tiny');
  expect(modelIn([['LLMProvider', 'openai']])).toBe('gpt-4o');
  expect(
    modelIn([
      ['LLMProvider', 'openai'],
      ['OpenAiModelPref', 'o3'],
    ]),
  ).toBe('o3');
  expect(modelIn([['LLMProvider', 'anthropic']])).toBeNull();
});

test('the embedding model is shown without the upstream of its engine', () => {
  const values = new Map([
    ['EmbeddingEngine', 'ollama'],
    ['EmbeddingModelPref', 'embedding/nomic'],
  ]);
  expect(viewSystem(facts({ values }))['EmbeddingModelPref']).toBe('nomic');
});

test.for([
  ['LLMProvider', 'openai', undefined],
  ['LLMProvider', 'native', undefined],
  ['LLMProvider', 'nobody', 'nobody is not a valid LLM provider.'],
  ['LLMProvider', '', 'Value cannot be empty\n is not a valid LLM provider.'],
  ['OpenAiKey', 'sk-1', undefined],
  ['OpenAiKey', '1', 'OpenAiKey must start with sk-'],
  ['LocalAiApiKey', '', undefined],
  ['LMStudioBasePath', 'http://127.0.0.1:1234/v1', undefined],
  ['LMStudioBasePath', 'ftp://127.0.0.1', 'URL is not a valid URL.'],
  [
    'LMStudioBasePath',
    'https://a:b@host/v1',
    'URL must hold neither a password nor a query: a key has a setting of its own.',
  ],
  [
    'LMStudioBasePath',
    'https://host/v1?key=1',
    'URL must hold neither a password nor a query: a key has a setting of its own.',
  ],
  ['LMStudioTokenLimit', '0', 'Value must be greater than zero'],
  [
    'EmbeddingEngine',
    'toString',
    'Invalid Embedding model type. Must be one of native, openai, mistral, openrouter, localai, ollama, lmstudio, litellm, generic-openai.',
  ],
  ['VectorDB', 'lancedb', undefined],
  ['VectorDB', 'chroma', 'Invalid VectorDB type. Must be one of lancedb.'],
  ['JWTSecret', 'x', 'Cannot set this setting.'],
  ['PasswordToken', 'x', 'Cannot set this setting.'],
  ['LLMModel', 'x', 'nothing to set'],
] as const)('%s of %j is refused with %s', ([name, value, fault]) => {
  expect(faultIn(name, value)).toBe(fault);
});

test('a name that clients know from elsewhere is not one that could be set, and never both', () => {
  for (const name of ['PineConeKey', 'WhisperProvider', 'LLMModel', 'StorageDir', 'AgentSearchKey'])
    expect([name, isForeign(name), settableRow(name)]).toEqual([name, true, undefined]);
  expect(settableNames().filter(isForeign)).toEqual([]);
  for (const name of ['toString', '__proto__', 'nonsense', ''])
    expect([isForeign(name), settableRow(name)]).toEqual([false, undefined]);
});
