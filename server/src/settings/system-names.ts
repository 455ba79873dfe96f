/**
 * Names of the settings that a client of the Developer API may look for, in the order in which they are sent. `secret`: shown
 * as whether there is one. `value`: shown as it is, left out where it is not set. Secrets of providers that there are
 * none of here are shown as not set: clients draw their forms from that.
 */
export const VECTOR_SECRETS = [
  'PineConeKey',
  'ChromaApiKey',
  'ChromaCloudApiKey',
  'MilvusPassword',
  'PGVectorConnectionString',
] as const;

export const MODEL_NAMES: readonly [name: string, kind: 'secret' | 'value'][] = [
  ['OpenAiKey', 'secret'],
  ['OpenAiModelPref', 'value'],
  ['AzureOpenAiKey', 'secret'],
  ['AnthropicApiKey', 'secret'],
  ['AnthropicModelPref', 'value'],
  ['GeminiLLMApiKey', 'secret'],
  ['GeminiLLMModelPref', 'value'],
  ['LMStudioBasePath', 'value'],
  ['LMStudioTokenLimit', 'value'],
  ['LMStudioModelPref', 'value'],
  ['LocalAiApiKey', 'secret'],
  ['LocalAiBasePath', 'value'],
  ['LocalAiModelPref', 'value'],
  ['LocalAiTokenLimit', 'value'],
  ['OllamaLLMAuthToken', 'secret'],
  ['OllamaLLMBasePath', 'value'],
  ['OllamaLLMModelPref', 'value'],
  ['OllamaLLMTokenLimit', 'value'],
  ['NovitaLLMApiKey', 'secret'],
  ['TogetherAiApiKey', 'secret'],
  ['TogetherAiModelPref', 'value'],
  ['FireworksAiLLMApiKey', 'secret'],
  ['FireworksAiLLMModelPref', 'value'],
  ['PerplexityApiKey', 'secret'],
  ['PerplexityModelPref', 'value'],
  ['OpenRouterApiKey', 'secret'],
  ['OpenRouterModelPref', 'value'],
  ['MistralApiKey', 'secret'],
  ['MistralModelPref', 'value'],
  ['GroqApiKey', 'secret'],
  ['GroqModelPref', 'value'],
  ['HuggingFaceLLMAccessToken', 'secret'],
  ['KoboldCPPModelPref', 'value'],
  ['KoboldCPPBasePath', 'value'],
  ['KoboldCPPTokenLimit', 'value'],
  ['TextGenWebUIAPIKey', 'secret'],
  ['LiteLLMModelPref', 'value'],
  ['LiteLLMTokenLimit', 'value'],
  ['LiteLLMBasePath', 'value'],
  ['LiteLLMApiKey', 'secret'],
  ['MoonshotAiApiKey', 'secret'],
  ['GenericOpenAiBasePath', 'value'],
  ['GenericOpenAiModelPref', 'value'],
  ['GenericOpenAiTokenLimit', 'value'],
  ['GenericOpenAiKey', 'secret'],
  ['AwsBedrockLLMAccessKeyId', 'secret'],
  ['AwsBedrockLLMAccessKey', 'secret'],
  ['AwsBedrockLLMSessionToken', 'secret'],
  ['CohereApiKey', 'secret'],
  ['DeepSeekApiKey', 'secret'],
  ['DeepSeekModelPref', 'value'],
  ['ApipieLLMApiKey', 'secret'],
  ['XAIApiKey', 'secret'],
  ['XAIModelPref', 'value'],
  ['PPIOApiKey', 'secret'],
  ['CometApiLLMApiKey', 'secret'],
];

export const SPEECH_SECRETS = ['TTSOpenAIKey', 'TTSElevenLabsKey', 'TTSOpenAICompatibleKey'] as const;

/** Names that are shown and cannot be set. */
const ONLY_SHOWN = new Set([
  'RequiresAuth',
  'StorageDir',
  'MultiUserMode',
  'MemoryEnabled',
  'MemoryAutoExtraction',
  'DisableTelemetry',
  'HasExistingEmbeddings',
  'HasCachedEmbeddings',
  'EmbeddingOutputDimensions',
  'OllamaEmbeddingBatchSize',
  'GenericOpenAiEmbeddingMaxConcurrentChunks',
  'GeminiEmbeddingApiKey',
  'GenericOpenAiEmbeddingPassagePrefix',
  'GenericOpenAiEmbeddingQueryPrefix',
  'ImageGenerationProvider',
  'ImageGenerationDimensions',
  'ImageGenerationOpenAiKey',
  'LLMModel',
  'DisableViewChatHistory',
  'SimpleSSOEnabled',
  'SimpleSSONoLogin',
  'SimpleSSONoLoginRedirect',
]);

/** Beginnings of names that are known elsewhere, and nothing that could be set here. */
const FOREIGN =
  /^(?:Azure|AwsBedrock|HuggingFace|TextGenWebUI|Novita|Moonshot|Cohere|Apipie|PPIO|CometApi|Nvidia|DellPro|Foundry|GiteeAi|ZAi|Pine|Chroma|Weaviate|Qdrant|QDrant|Milvus|Zilliz|AstraDB|PGVector|Voyage|Whisper|TTS|TextToSpeech|STT|SpeechToText|Agent)[A-Z]/;

/** Whether a name means something to those who come from elsewhere: then it must not look as if it had been set. */
export const isForeign = (name: string): boolean => ONLY_SHOWN.has(name) || FOREIGN.test(name);
