import { embeddingModelOf, modelOf } from './environment.ts';
import { EMBEDDING_UPSTREAM, providerOf, PROVIDERS, VECTOR_DATABASE } from './providers.ts';
import { MODEL_NAMES, SPEECH_SECRETS, VECTOR_SECRETS } from './system-names.ts';

/** What the server knows beside its settings. */
export interface SystemFacts {
  mode: 'setup' | 'password' | 'multi-user';
  hasEmbeddings: boolean;
  /** The chat model that runs beside the server; null: there is none. */
  localModel: string | null;
  /** Whether login tokens are issued; `only`: passwords open nothing. */
  sso: 'off' | 'on' | 'only';
  /** Names of upstreams that have a key. */
  keyed: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
}

/**
 * The settings of the instance by the names that clients know, in their order. A secret is shown as whether there is one. Of
 * the place where data is kept nothing is told: a path helps nobody but whoever breaks in.
 */
export function viewSystem(facts: SystemFacts): Record<string, unknown> {
  return {
    ...viewAccess(facts),
    MemoryEnabled: false,
    MemoryAutoExtraction: false,
    DisableTelemetry: 'true',
    ...viewEmbedding(facts),
    ImageGenerationProvider: null,
    ImageGenerationModelPref: facts.values.get('ImageGenerationModelPref') ?? null,
    ImageGenerationDimensions: '1024x1024',
    ImageGenerationOpenAiKey: facts.keyed.has('openai'),
    VectorDB: VECTOR_DATABASE,
    ...none(VECTOR_SECRETS),
    ...viewModels(facts),
    WhisperProvider: null,
    TextToSpeechProvider: 'native',
    ...none(SPEECH_SECRETS),
    DisableViewChatHistory: false,
    ...viewSso(facts),
  };
}

const none = (names: readonly string[]): Record<string, false> =>
  Object.fromEntries(names.map((name) => [name, false]));

/** What a page needs to know before anybody has logged in, and all that strangers are told. */
export const viewForStrangers = (facts: Pick<SystemFacts, 'mode' | 'sso'>) => ({
  RequiresAuth: facts.mode !== 'multi-user',
  MultiUserMode: facts.mode === 'multi-user',
  ...viewSso(facts),
});

const viewSso = ({ sso }: Pick<SystemFacts, 'sso'>) => ({
  SimpleSSOEnabled: sso !== 'off',
  SimpleSSONoLogin: sso === 'only',
  SimpleSSONoLoginRedirect: null,
});

const viewAccess = ({ mode }: SystemFacts) => ({
  RequiresAuth: mode !== 'multi-user',
  AuthToken: mode === 'password',
  JWTSecret: true,
  StorageDir: 'storage',
  MultiUserMode: mode === 'multi-user',
});

const viewEmbedding = ({ values, hasEmbeddings, keyed }: SystemFacts) => ({
  EmbeddingEngine: values.get('EmbeddingEngine') ?? 'native',
  HasExistingEmbeddings: hasEmbeddings,
  HasCachedEmbeddings: hasEmbeddings,
  EmbeddingBasePath: values.get('EmbeddingBasePath'),
  EmbeddingModelPref: embeddingModelOf(values),
  EmbeddingOutputDimensions: null,
  EmbeddingModelMaxChunkLength: values.get('EmbeddingModelMaxChunkLength'),
  OllamaEmbeddingBatchSize: 1,
  VoyageAiApiKey: false,
  GenericOpenAiEmbeddingApiKey: keyed.has(EMBEDDING_UPSTREAM) || values.has('GenericOpenAiEmbeddingApiKey'),
  GenericOpenAiEmbeddingMaxConcurrentChunks: 500,
  GeminiEmbeddingApiKey: false,
  GenericOpenAiEmbeddingPassagePrefix: '',
  GenericOpenAiEmbeddingQueryPrefix: '',
});

function viewModels({ values, keyed, localModel }: SystemFacts): Record<string, unknown> {
  const id = values.get('LLMProvider');
  const provider = providerOf(id);
  const isSecretSet = (name: string): boolean => {
    const owner = PROVIDERS.find(({ key }) => key === name);
    return owner !== undefined && (keyed.has(owner.id) || values.has(name));
  };
  return {
    LLMProvider: id ?? 'local',
    LLMModel: provider === undefined ? localModel : (modelOf(provider, values) ?? null),
    ...Object.fromEntries(
      MODEL_NAMES.map(([name, kind]) => [name, kind === 'secret' ? isSecretSet(name) : values.get(name)]),
    ),
  };
}
