import { ApiError } from './api-error.ts';
import type { Fields } from './fields.ts';

const SAMPLING = ['temperature', 'top_p', 'top_k', 'seed', 'frequency_penalty', 'presence_penalty', 'stop'];
const COMMON = ['model', 'n', 'max_tokens', 'stream', 'stream_options', ...SAMPLING];

/** Members that change no answer here: of the caller, of caches, of tools and of effort. docs/models.md lists them. */
const WITHOUT_EFFECT = [
  'user',
  'safety_identifier',
  'metadata',
  'service_tier',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'parallel_tool_calls',
  'reasoning_effort',
  'verbosity',
];

const CHAT = [...COMMON, 'messages', 'max_completion_tokens', 'response_format', ...WITHOUT_EFFECT];
const RAW = [...COMMON, 'prompt', 'best_of', 'user'];
const EMBEDDINGS = ['model', 'input', 'dimensions', 'encoding_format', 'user'];

/** Refuses all other members: without what they ask for, the answer would be a wrong one. */
export function checkChat(fields: Fields): void {
  const choice = fields.value('tool_choice');
  const isHarmless = choice === undefined || choice === 'none' || choice === 'auto';
  if (!isHarmless) throw noTools('tool_choice');
  const modalities = fields.value('modalities') ?? ['text'];
  if (!Array.isArray(modalities) || modalities.some((kind) => kind !== 'text'))
    throw ApiError.badField(
      'modalities',
      'must be ["text"]: the local model answers with text',
      'unsupported_value',
    );
  fields.refuseOthers([...CHAT, 'tool_choice', 'modalities']);
}

export const checkCompletion = (fields: Fields): void => fields.refuseOthers(RAW);

export const checkEmbeddings = (fields: Fields): void => fields.refuseOthers(EMBEDDINGS);

const noTools = (field: string): ApiError =>
  ApiError.badField(
    field,
    'must be none, auto or left out: the local model has no tools',
    'unsupported_value',
  );
