/** A provider of chat models; its upstream has the same name. */
export interface Provider {
  /** Its name in `LLMProvider`. */
  id: string;
  /** Of a hosted provider. */
  baseUrl?: string;
  /** The setting with the address of another one. */
  base?: string;
  /** The path of its OpenAI-compatible API. */
  basePath?: string;
  /** The setting with its key. */
  key?: string;
  keyStart?: string;
  /** The setting with the model of chats. */
  model: string;
  defaultModel?: string;
  /** The setting with how many tokens that model takes. */
  tokens?: string;
  /** Its list of models cannot be read: the upstream has the chosen model alone. */
  isUnlisted?: true;
}

type More = Omit<Provider, 'id' | 'baseUrl' | 'base' | 'model' | 'tokens'>;

/** A provider with a fixed address. @param name the prefix of its settings, such as `OpenAi` of `OpenAiModelPref`. */
const hosted = (name: string, id: string, baseUrl: string, more: More & { key: string }): Provider => ({
  id,
  baseUrl,
  model: `${name}ModelPref`,
  ...more,
});

/** A provider whose address is a setting. */
const own = (name: string, id: string, more: More = {}): Provider => ({
  id,
  base: `${name}BasePath`,
  model: `${name}ModelPref`,
  tokens: `${name}TokenLimit`,
  ...more,
});

const unlisted = { isUnlisted: true } as const;

export const PROVIDERS: readonly Provider[] = [
  hosted('OpenAi', 'openai', 'https://api.openai.com/v1', {
    key: 'OpenAiKey',
    keyStart: 'sk-',
    defaultModel: 'gpt-4o',
  }),
  hosted('Anthropic', 'anthropic', 'https://api.anthropic.com/v1', {
    key: 'AnthropicApiKey',
    keyStart: 'sk-ant-',
    ...unlisted,
  }),
  hosted('GeminiLLM', 'gemini', 'https://generativelanguage.googleapis.com/v1beta/openai', {
    key: 'GeminiLLMApiKey',
    ...unlisted,
  }),
  own('LMStudio', 'lmstudio'),
  own('LocalAi', 'localai', { key: 'LocalAiApiKey' }),
  own('OllamaLLM', 'ollama', { basePath: '/v1', key: 'OllamaLLMAuthToken' }),
  hosted('TogetherAi', 'togetherai', 'https://api.together.xyz/v1', { key: 'TogetherAiApiKey', ...unlisted }),
  hosted('FireworksAiLLM', 'fireworksai', 'https://api.fireworks.ai/inference/v1', {
    key: 'FireworksAiLLMApiKey',
  }),
  hosted('Perplexity', 'perplexity', 'https://api.perplexity.ai', { key: 'PerplexityApiKey', ...unlisted }),
  hosted('OpenRouter', 'openrouter', 'https://openrouter.ai/api/v1', { key: 'OpenRouterApiKey' }),
  hosted('Mistral', 'mistral', 'https://api.mistral.ai/v1', { key: 'MistralApiKey' }),
  hosted('Groq', 'groq', 'https://api.groq.com/openai/v1', { key: 'GroqApiKey' }),
  own('KoboldCPP', 'koboldcpp'),
  own('LiteLLM', 'litellm', { key: 'LiteLLMApiKey' }),
  own('GenericOpenAi', 'generic-openai', { key: 'GenericOpenAiKey', ...unlisted }),
  hosted('DeepSeek', 'deepseek', 'https://api.deepseek.com/v1', { key: 'DeepSeekApiKey' }),
  hosted('XAI', 'xai', 'https://api.x.ai/v1', { key: 'XAIApiKey' }),
];

/** `LLMProvider` of local models. */
export const LOCAL_PROVIDERS: readonly string[] = ['local', 'native'];

/** The values of `EmbeddingEngine` and their upstreams. */
export const EMBEDDING_UPSTREAM = 'embedding';
export const EMBEDDING_ENGINES: Readonly<Record<string, string | undefined>> = {
  native: undefined,
  openai: 'openai',
  mistral: 'mistral',
  openrouter: 'openrouter',
  localai: EMBEDDING_UPSTREAM,
  ollama: EMBEDDING_UPSTREAM,
  lmstudio: EMBEDDING_UPSTREAM,
  litellm: EMBEDDING_UPSTREAM,
  'generic-openai': EMBEDDING_UPSTREAM,
};

/** The only vector database, under the name that clients have for a built-in one. */
export const VECTOR_DATABASE = 'lancedb';

export const providerOf = (id: string | undefined): Provider | undefined =>
  PROVIDERS.find((provider) => provider.id === id);

type Values = ReadonlyMap<string, string>;

export const modelOf = ({ model, defaultModel }: Provider, values: Values): string | undefined =>
  values.get(model) ?? defaultModel;

/** The model without its upstream. */
export function embeddingModelOf(values: Values): string | undefined {
  const stored = values.get('EmbeddingModelPref');
  const upstream = EMBEDDING_ENGINES[values.get('EmbeddingEngine') ?? 'native'];
  const start = `${upstream ?? ''}/`;
  return upstream !== undefined && stored?.startsWith(start) === true ? stored.slice(start.length) : stored;
}
