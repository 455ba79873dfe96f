/* What a path of the OpenAI and Messages APIs, below `/v1`, takes and gives. */

const TEXT = new Set(['/chat/completions', '/completions', '/responses', '/messages']);

/** Writes a text. */
export const isText = (path: string): boolean => TEXT.has(path);

/** Makes or changes images. */
export const isImages = (path: string): boolean => path.startsWith('/images/');

/** Takes a recording, in a form. */
export const isAudioInput = (path: string): boolean =>
  path === '/audio/transcriptions' || path === '/audio/translations';

/** Counts tokens and makes nothing: no upstream charges for it. */
export const isCounting = (path: string): boolean => path === '/messages/count_tokens';

/** Answers with a text, of which tokens can be counted. */
export const answersWithText = (path: string): boolean => isText(path) || isAudioInput(path);

/** Names of models that do not chat. */
const NO_CHAT = /embed|minilm|bge-|whisper|tts|dall-e|image|moderation|rerank|transcribe|realtime|sora/i;

/** By its name, which is all that upstreams tell. */
export const isForChat = (model: string): boolean => !NO_CHAT.test(model);
