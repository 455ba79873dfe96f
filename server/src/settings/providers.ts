/**
 * A provider of chat models as clients of the Developer API know it by name. Each is one upstream of the same name; its
 * settings are spread over several names, which stand here and nowhere else.
 */
export interface Provider {
  /** What `LLMProvider` calls it. */
  id: string;
  /** Where it is, if that is always the same. */
  baseUrl?: string;
  /** The setting that says where it is. */
  base?: string;
  /** What its own address lacks of an OpenAI-compatible one. */
  basePath?: string;
  /** The setting with its key. */
  key?: string;
  keyStart?: string;
  /** The setting with the model of chats. */
  model: string;
  defaultModel?: string;
  /** The setting with how many tokens that model takes. */
  tokens?: string;
  /** Its list of models cannot be used as it is: it has the chosen one and no other. */
  isUnlisted?: true;
}

export const PROVIDERS: readonly Provider[] = [
  {
    id: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    key: 'OpenAiKey',
    keyStart: 'sk-',
    model: 'OpenAiModelPref',
    defaultModel: 'gpt-4o',
  },
  {
    id: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    key: 'AnthropicApiKey',
    keyStart: 'sk-ant-',
    model: 'AnthropicModelPref',
    isUnlisted: true,
  },
  {
    id: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    key: 'GeminiLLMApiKey',
    model: 'GeminiLLMModelPref',
    isUnlisted: true,
  },
  {
    id: 'lmstudio',
    base: 'LMStudioBasePath',
    model: 'LMStudioModelPref',
    tokens: 'LMStudioTokenLimit',
  },
  {
    id: 'localai',
    base: 'LocalAiBasePath',
    key: 'LocalAiApiKey',
    model: 'LocalAiModelPref',
    tokens: 'LocalAiTokenLimit',
  },
  {
    id: 'ollama',
    base: 'OllamaLLMBasePath',
    basePath: '/v1',
    key: 'OllamaLLMAuthToken',
    model: 'OllamaLLMModelPref',
    tokens: 'OllamaLLMTokenLimit',
  },
  {
    id: 'togetherai',
    baseUrl: 'https://api.together.xyz/v1',
    key: 'TogetherAiApiKey',
    model: 'TogetherAiModelPref',
    isUnlisted: true,
  },
  {
    id: 'fireworksai',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    key: 'FireworksAiLLMApiKey',
    model: 'FireworksAiLLMModelPref',
  },
  {
    id: 'perplexity',
    baseUrl: 'https://api.perplexity.ai',
    key: 'PerplexityApiKey',
    model: 'PerplexityModelPref',
    isUnlisted: true,
  },
  {
    id: 'openrouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    key: 'OpenRouterApiKey',
    model: 'OpenRouterModelPref',
  },
  {
    id: 'mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    key: 'MistralApiKey',
    model: 'MistralModelPref',
  },
  {
    id: 'groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    key: 'GroqApiKey',
    model: 'GroqModelPref',
  },
  {
    id: 'koboldcpp',
    base: 'KoboldCPPBasePath',
    model: 'KoboldCPPModelPref',
    tokens: 'KoboldCPPTokenLimit',
  },
  {
    id: 'litellm',
    base: 'LiteLLMBasePath',
    key: 'LiteLLMApiKey',
    model: 'LiteLLMModelPref',
    tokens: 'LiteLLMTokenLimit',
  },
  {
    id: 'generic-openai',
    base: 'GenericOpenAiBasePath',
    key: 'GenericOpenAiKey',
    model: 'GenericOpenAiModelPref',
    tokens: 'GenericOpenAiTokenLimit',
    isUnlisted: true,
  },
  {
    id: 'deepseek',
    baseUrl: 'https://api.deepseek.com/v1',
    key: 'DeepSeekApiKey',
    model: 'DeepSeekModelPref',
  },
  {
    id: 'xai',
    baseUrl: 'https://api.x.ai/v1',
    key: 'XAIApiKey',
    model: 'XAIModelPref',
  },
];

/** `LLMProvider` of the models that run beside the server. */
export const LOCAL_PROVIDERS: readonly string[] = ['local', 'native'];

/** Engines that `EmbeddingEngine` may name, and the upstream that each one is. */
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

/** The one vector database there is, by the name that clients have for one that is built in. */
export const VECTOR_DATABASE = 'lancedb';

export const providerOf = (id: string | undefined): Provider | undefined =>
  PROVIDERS.find((provider) => provider.id === id);
