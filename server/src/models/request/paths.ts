/* Kinds of paths of the OpenAI and Messages APIs, below `/v1`. */

const TEXT = new Set(['/chat/completions', '/completions', '/responses', '/responses/compact', '/messages']);

export const isText = (path: string): boolean => TEXT.has(path);

/** Of the Messages API: its errors have another form. */
export const isMessages = (path: string): boolean => path.startsWith('/messages');

/** Of the models that are no upstream's: the local ones, and those of workers. */
const SIMPLE = new Set(['/chat/completions', '/completions', '/embeddings']);

export const isSimple = (path: string): boolean => SIMPLE.has(path);

export const isImages = (path: string): boolean => path.startsWith('/images/');

export const isAudioInput = (path: string): boolean =>
  path === '/audio/transcriptions' || path === '/audio/translations';

/** A response that is stored at the upstream: reads, deletes or cancels it. */
export const STORED_RESPONSE = '/responses/{id}';

/** Stores its answer at the upstream, unless the request says otherwise. */
export const isStoring = (path: string): boolean => path === '/responses';

/** The Responses API. */
export const isResponses = (path: string): boolean => path.startsWith('/responses');

const FREE = new Set(['/messages/count_tokens', '/responses/input_tokens', STORED_RESPONSE]);

/** No upstream charges for it. */
export const isFree = (path: string): boolean => FREE.has(path);

/** Whether the tokens of the answer can be counted. */
export const answersWithText = (path: string): boolean => isText(path) || isAudioInput(path);

/** Words in the names of models that do not chat. */
const NO_CHAT =
  /embed|minilm|\be5\b|bge-|rerank|whisper|tts|transcri|dall-?e|image|flux|diffusion|moderation|realtime|sora/i;

/** By its name: upstreams list nothing else. */
export const isForChat = (model: string): boolean => !NO_CHAT.test(model);
