import { aboveZero, SETTINGS, type Check, type SettingRow } from '../../settings/index.ts';
import {
  EMBEDDING_ENGINES,
  EMBEDDING_UPSTREAM,
  embeddingModelOf,
  LOCAL_PROVIDERS,
  modelOf,
  providerOf,
  PROVIDERS,
  VECTOR_DATABASE,
} from './providers.ts';
import type { Provider } from './providers.ts';

/** The facts from which settings are shown. */
export interface SystemFacts {
  mode: 'setup' | 'password' | 'multi-user';
  hasEmbeddings: boolean;
  /** The local chat model, if any. */
  localModel: string | null;
  /** Whether login tokens are issued; `only`: passwords are refused. */
  sso: 'off' | 'on' | 'only';
  /** Names of upstreams that have a key. */
  keyed: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
}

interface SystemRow extends SettingRow {
  /** Cannot be set. */
  isFixed?: true;
  /** undefined: not shown. */
  show?: (facts: SystemFacts) => unknown;
}

const notEmpty: Check = (value) => (value === '' ? 'Value cannot be empty' : undefined);

const isUrl: Check = (value) => {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'URL is not a valid URL.';
  // Everybody with system:read sees the address.
  return url.username + url.password + url.search === ''
    ? undefined
    : 'URL must hold neither a password nor a query: a key has a setting of its own.';
};

const startsWith =
  (start: string, what: string): Check =>
  (value) =>
    value.startsWith(start) ? undefined : `${what} must start with ${start}`;

const llmProvider: Check = (value) =>
  LOCAL_PROVIDERS.includes(value) || providerOf(value) !== undefined
    ? undefined
    : `${value.slice(0, 100)} is not a valid LLM provider.`;

const embeddingEngine: Check = (value) =>
  Object.hasOwn(EMBEDDING_ENGINES, value)
    ? undefined
    : `Invalid Embedding model type. Must be one of ${Object.keys(EMBEDDING_ENGINES).join(', ')}.`;

const vectorDatabase: Check = (value) =>
  value === VECTOR_DATABASE ? undefined : `Invalid VectorDB type. Must be one of ${VECTOR_DATABASE}.`;

/** Passwords are changed by their own routes, and the secrets that sign sessions with the master key. */
const never: Check = () => 'Cannot set this setting.';

/** Shown as stored; left out where it is not set. */
const value = (name: string, ...checks: Check[]): SystemRow => ({
  name,
  kind: 'system',
  checks,
  show: ({ values }) => values.get(name),
});

type Show = (facts: SystemFacts) => unknown;

const fixed = (name: string, show: Show): SystemRow => ({ name, kind: 'system', isFixed: true, show });
const always = (name: string, shown: unknown): SystemRow => fixed(name, () => shown);
/** Secrets of unsupported services are shown as not set: clients draw their forms from that. */
const unset = (...names: string[]): SystemRow[] => names.map((name) => always(name, false));
const secret = (name: string, checks: readonly Check[], show?: Show): SystemRow => ({
  name,
  kind: 'system',
  secret: true,
  checks,
  ...(show === undefined ? {} : { show }),
});

const providerRows = ({ id, base, key, keyStart, model, tokens }: Provider): SystemRow[] => {
  const checks = keyStart === undefined || key === undefined ? [] : [notEmpty, startsWith(keyStart, key)];
  return [
    ...(base === undefined ? [] : [value(base, notEmpty, isUrl)]),
    ...(key === undefined
      ? []
      : [secret(key, checks, ({ keyed, values }) => keyed.has(id) || values.has(key))]),
    value(model, notEmpty),
    ...(tokens === undefined ? [] : [value(tokens, aboveZero)]),
  ];
};

const OF_PROVIDERS = new Map(PROVIDERS.flatMap(providerRows).map((row) => [row.name, row]));

/** Settings of models in the order in which they are sent. */
const MODEL_NAMES =
  `OpenAiKey OpenAiModelPref AzureOpenAiKey AnthropicApiKey AnthropicModelPref GeminiLLMApiKey
  GeminiLLMModelPref LMStudioBasePath LMStudioTokenLimit LMStudioModelPref LocalAiApiKey LocalAiBasePath LocalAiModelPref
  LocalAiTokenLimit OllamaLLMAuthToken OllamaLLMBasePath OllamaLLMModelPref OllamaLLMTokenLimit NovitaLLMApiKey
  TogetherAiApiKey TogetherAiModelPref FireworksAiLLMApiKey FireworksAiLLMModelPref PerplexityApiKey PerplexityModelPref
  OpenRouterApiKey OpenRouterModelPref MistralApiKey MistralModelPref GroqApiKey GroqModelPref HuggingFaceLLMAccessToken
  KoboldCPPModelPref KoboldCPPBasePath KoboldCPPTokenLimit TextGenWebUIAPIKey LiteLLMModelPref LiteLLMTokenLimit
  LiteLLMBasePath LiteLLMApiKey MoonshotAiApiKey GenericOpenAiBasePath GenericOpenAiModelPref GenericOpenAiTokenLimit
  GenericOpenAiKey AwsBedrockLLMAccessKeyId AwsBedrockLLMAccessKey AwsBedrockLLMSessionToken CohereApiKey DeepSeekApiKey
  DeepSeekModelPref ApipieLLMApiKey XAIApiKey XAIModelPref PPIOApiKey CometApiLLMApiKey`.split(/\s+/);

const modelShown = ({ values, localModel }: SystemFacts): string | null => {
  const provider = providerOf(values.get('LLMProvider'));
  return provider === undefined ? localModel : (modelOf(provider, values) ?? null);
};

/** Every name, in the order in which they are shown. `StorageDir` is not the real path, which would help an attacker. */
const ROWS: readonly SystemRow[] = [
  fixed('RequiresAuth', ({ mode }) => mode !== 'multi-user'),
  secret('AuthToken', [never], ({ mode }) => mode === 'password'),
  secret('JWTSecret', [never], () => true),
  always('StorageDir', 'storage'),
  fixed('MultiUserMode', ({ mode }) => mode === 'multi-user'),
  always('MemoryEnabled', false),
  always('MemoryAutoExtraction', false),
  always('DisableTelemetry', 'true'),
  {
    ...value('EmbeddingEngine', embeddingEngine),
    show: ({ values }) => values.get('EmbeddingEngine') ?? 'native',
  },
  fixed('HasExistingEmbeddings', ({ hasEmbeddings }) => hasEmbeddings),
  fixed('HasCachedEmbeddings', ({ hasEmbeddings }) => hasEmbeddings),
  value('EmbeddingBasePath', notEmpty, isUrl),
  { ...value('EmbeddingModelPref', notEmpty), show: ({ values }) => embeddingModelOf(values) },
  always('EmbeddingOutputDimensions', null),
  value('EmbeddingModelMaxChunkLength', aboveZero),
  always('OllamaEmbeddingBatchSize', 1),
  always('VoyageAiApiKey', false),
  secret(
    'GenericOpenAiEmbeddingApiKey',
    [],
    ({ keyed, values }) => keyed.has(EMBEDDING_UPSTREAM) || values.has('GenericOpenAiEmbeddingApiKey'),
  ),
  always('GenericOpenAiEmbeddingMaxConcurrentChunks', 500),
  always('GeminiEmbeddingApiKey', false),
  always('GenericOpenAiEmbeddingPassagePrefix', ''),
  always('GenericOpenAiEmbeddingQueryPrefix', ''),
  always('ImageGenerationProvider', null),
  {
    ...value('ImageGenerationModelPref'),
    show: ({ values }) => values.get('ImageGenerationModelPref') ?? null,
  },
  always('ImageGenerationDimensions', '1024x1024'),
  fixed('ImageGenerationOpenAiKey', ({ keyed }) => keyed.has('openai')),
  { ...value('VectorDB', notEmpty, vectorDatabase), show: () => VECTOR_DATABASE },
  ...unset('PineConeKey', 'ChromaApiKey', 'ChromaCloudApiKey', 'MilvusPassword', 'PGVectorConnectionString'),
  {
    ...value('LLMProvider', notEmpty, llmProvider),
    show: ({ values }) => values.get('LLMProvider') ?? 'local',
  },
  fixed('LLMModel', modelShown),
  ...MODEL_NAMES.map((name) => OF_PROVIDERS.get(name) ?? always(name, false)),
  always('WhisperProvider', null),
  always('TextToSpeechProvider', 'native'),
  ...unset('TTSOpenAIKey', 'TTSElevenLabsKey', 'TTSOpenAICompatibleKey'),
  always('DisableViewChatHistory', false),
  fixed('SimpleSSOEnabled', ({ sso }) => sso !== 'off'),
  fixed('SimpleSSONoLogin', ({ sso }) => sso === 'only'),
  always('SimpleSSONoLoginRedirect', null),
  secret('PasswordToken', [never]),
  secret('SigKey', [never]),
  secret('SigSalt', [never]),
  ...SETTINGS.filter(({ kind }) => kind === 'system'),
];

const BY_NAME = new Map(ROWS.map((row) => [row.name, row]));

/** undefined: the name is unknown or cannot be set. */
export function settableRow(name: string): SystemRow | undefined {
  const row = BY_NAME.get(name);
  return row?.isFixed === true ? undefined : row;
}

export const settableNames = (): string[] =>
  [...BY_NAME.keys()].filter((name) => settableRow(name) !== undefined);

/** Prefixes of settings of AnythingLLM that do not exist here. */
const FOREIGN =
  /^(?:Azure|AwsBedrock|HuggingFace|TextGenWebUI|Novita|Moonshot|Cohere|Apipie|PPIO|CometApi|Nvidia|DellPro|Foundry|GiteeAi|ZAi|Pine|Chroma|Weaviate|Qdrant|QDrant|Milvus|Zilliz|AstraDB|PGVector|Voyage|Whisper|TTS|TextToSpeech|STT|SpeechToText|Agent)[A-Z]/;

/** Whether a name means something in AnythingLLM: a change of it must not look successful. */
export const isForeign = (name: string): boolean => BY_NAME.get(name)?.isFixed === true || FOREIGN.test(name);

/** The settings under the names of the Developer API; of a secret only whether it is set. */
export const viewSystem = (facts: SystemFacts): Record<string, unknown> =>
  Object.fromEntries(ROWS.flatMap(({ name, show }) => (show === undefined ? [] : [[name, show(facts)]])));

const FOR_STRANGERS = [
  'RequiresAuth',
  'MultiUserMode',
  'SimpleSSOEnabled',
  'SimpleSSONoLogin',
  'SimpleSSONoLoginRedirect',
];

/** The settings that a login page needs; all that is shown without a login. */
export function viewForStrangers(facts: Pick<SystemFacts, 'mode' | 'sso'>): Record<string, unknown> {
  const none = { hasEmbeddings: false, localModel: null, keyed: new Set<string>(), values: new Map() };
  const all = viewSystem({ ...none, ...facts });
  return Object.fromEntries(FOR_STRANGERS.map((name) => [name, all[name]]));
}
