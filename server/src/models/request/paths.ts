/* Kinds of paths of the OpenAI and Messages APIs, below `/v1`. */

const TEXT = new Set(['/chat/completions', '/completions', '/responses', '/messages']);

export const isText = (path: string): boolean => TEXT.has(path);

/** Of the Messages API: its errors have another form. */
export const isMessages = (path: string): boolean => path.startsWith('/messages');

/** Of the models that are no upstream's: the local ones, and those of workers. */
const SIMPLE = new Set(['/chat/completions', '/completions', '/embeddings']);

export const isSimple = (path: string): boolean => SIMPLE.has(path);

export const isImages = (path: string): boolean => path.startsWith('/images/');

export const isAudioInput = (path: string): boolean =>
  path === '/audio/transcriptions' || path === '/audio/translations';

/** Counts tokens; no upstream charges for it. */
export const isCounting = (path: string): boolean => path === '/messages/count_tokens';

/** Whether the tokens of the answer can be counted. */
export const answersWithText = (path: string): boolean => isText(path) || isAudioInput(path);

/** Words in the names of models that do not chat. */
const NO_CHAT =
  /embed|minilm|\be5\b|bge-|rerank|whisper|tts|transcri|dall-?e|image|flux|diffusion|moderation|realtime|sora/i;

/** By its name: upstreams list nothing else. */
export const isForChat = (model: string): boolean => !NO_CHAT.test(model);
