import { EMBEDDING_ENGINES, LOCAL_PROVIDERS, PROVIDERS, VECTOR_DATABASE } from './providers.ts';

/** What is wrong with a value, in the words that clients show; undefined: nothing. */
type Check = (value: string) => string | undefined;

export interface Rule {
  checks: Check[];
  /** Never shown again, and kept sealed. */
  secret?: true;
}

const VALUE_MAX_CHARACTERS = 4_096;

const notEmpty: Check = (value) => (value === '' ? 'Value cannot be empty' : undefined);

const aboveZero: Check = (value) => {
  if (value.trim() === '' || Number.isNaN(Number(value))) return 'Value must be a number';
  return Number(value) <= 0 ? 'Value must be greater than zero' : undefined;
};

const isUrl: Check = (value) => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'URL is not a valid URL.';
  // It is shown to whoever may read settings.
  return url.username + url.password + url.search === ''
    ? undefined
    : 'URL must hold neither a password nor a query: a key has a setting of its own.';
};

const startsWith =
  (start: string, what: string): Check =>
  (value) =>
    value.startsWith(start) ? undefined : `${what} must start with ${start}`;

const llmProvider: Check = (value) =>
  LOCAL_PROVIDERS.includes(value) || PROVIDERS.some(({ id }) => id === value)
    ? undefined
    : `${value.slice(0, 100)} is not a valid LLM provider.`;

const embeddingEngine: Check = (value) =>
  Object.hasOwn(EMBEDDING_ENGINES, value)
    ? undefined
    : `Invalid Embedding model type. Must be one of ${Object.keys(EMBEDDING_ENGINES).join(', ')}.`;

const vectorDatabase: Check = (value) =>
  value === VECTOR_DATABASE ? undefined : `Invalid VectorDB type. Must be one of ${VECTOR_DATABASE}.`;

const never: Check = () => 'Cannot set this setting.';

const RULES = new Map<string, Rule>([
  ['LLMProvider', { checks: [notEmpty, llmProvider] }],
  ['EmbeddingEngine', { checks: [embeddingEngine] }],
  ['EmbeddingBasePath', { checks: [notEmpty, isUrl] }],
  ['EmbeddingModelPref', { checks: [notEmpty] }],
  ['EmbeddingModelMaxChunkLength', { checks: [aboveZero] }],
  ['GenericOpenAiEmbeddingApiKey', { checks: [], secret: true }],
  ['VectorDB', { checks: [notEmpty, vectorDatabase] }],
  ['ImageGenerationModelPref', { checks: [] }],
  // Keyward's own names from here on.
  ['RerankModelPref', { checks: [] }],
  ['LLMModelPref', { checks: [] }],
  ['LLMTokenLimit', { checks: [aboveZero] }],
  ['LLMToolModels', { checks: [] }],
  ['ImageModelPref', { checks: [] }],
  ['WidgetChatsPerAddressPerMinute', { checks: [aboveZero] }],
  ['WidgetChatsPerAddressPerDay', { checks: [aboveZero] }],
  // Passwords and what signs sessions are changed where they belong (sessions, the master key), not by name.
  ...['AuthToken', 'PasswordToken', 'JWTSecret', 'SigKey', 'SigSalt'].map((name): [string, Rule] => [
    name,
    { checks: [never], secret: true },
  ]),
  ...PROVIDERS.flatMap(({ base, key, keyStart, model, tokens }): [string, Rule][] => [
    ...(base === undefined ? [] : [[base, { checks: [notEmpty, isUrl] }] as [string, Rule]]),
    ...(key === undefined
      ? []
      : [
          [
            key,
            {
              checks: keyStart === undefined ? [] : [notEmpty, startsWith(keyStart, key)],
              secret: true,
            },
          ] as [string, Rule],
        ]),
    [model, { checks: [notEmpty] }],
    ...(tokens === undefined ? [] : [[tokens, { checks: [aboveZero] }] as [string, Rule]]),
  ]),
]);

/** undefined: no setting of this name. */
export const ruleOf = (name: string): Rule | undefined => RULES.get(name);

export const settableNames = (): string[] => [...RULES.keys()];

/** @returns what is wrong, one line each; undefined: nothing. */
export function faultOf({ checks }: Rule, value: string): string | undefined {
  if (value.length > VALUE_MAX_CHARACTERS) return 'Value is too long';
  if (/\p{Cc}/u.test(value)) return 'Value must be one line of text';
  const faults = checks.map((check) => check(value)).filter((fault) => fault !== undefined);
  return faults.length === 0 ? undefined : faults.join('\n');
}
