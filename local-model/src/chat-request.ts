import { ApiError } from './api-error.ts';
import type { ChatMessage, GrammarFormat, Sampling } from './chat-model.ts';
import { Fields } from './fields.ts';
import { grammarSchema } from './json-schema.ts';
import { checkChat, checkCompletion } from './parameters.ts';

/** Suggested by the makers of the model. OpenAI's default of 1 is too high for such a small model. */
const DEFAULT_TEMPERATURE = 0.2;
const DEFAULT_TOP_P = 0.9;
const DEFAULT_TOP_K = 40;
/** Without a penalty the small model repeats itself; JSON, which repeats its signs, gets none. */
const DEFAULT_CHAT_FREQUENCY_PENALTY = 0.3;
const DEFAULT_CHAT_TOKENS = 512;
const DEFAULT_COMPLETION_TOKENS = 16;
const MESSAGES_LIMIT = 2_000;
const STOPS_LIMIT = 4;
const STOP_CHARS_LIMIT = 256;
const PENALTY = { min: -2, max: 2 };
const TOKENS = { min: 1, max: 1_000_000, integer: true };
const SEED = { min: -(2 ** 63), max: 2 ** 63, integer: true };

export interface StreamOptions {
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

export interface ChatRequest extends StreamOptions {
  readonly messages: readonly ChatMessage[];
  readonly grammar: GrammarFormat | undefined;
  readonly sampling: Sampling;
}

export interface CompletionRequest extends StreamOptions {
  readonly prompt: string;
  readonly sampling: Sampling;
}

/** Reads the body of a chat completion. Throws 400 naming the field. */
export function readChatRequest(fields: Fields): ChatRequest {
  checkChat(fields);
  const maxTokens = fields.number('max_completion_tokens', TOKENS) ?? fields.number('max_tokens', TOKENS);
  const grammar = readGrammar(fields);
  const sampling = readSampling(fields, {
    maxTokens: maxTokens ?? DEFAULT_CHAT_TOKENS,
    frequencyPenalty: grammar ? 0 : DEFAULT_CHAT_FREQUENCY_PENALTY,
  });
  return { messages: readMessages(fields), sampling, grammar, ...readStreamOptions(fields) };
}

/** Reads the body of a raw completion. Throws 400 naming the field. */
export function readCompletionRequest(fields: Fields): CompletionRequest {
  checkCompletion(fields);
  if ((fields.number('best_of', TOKENS) ?? 1) !== 1) throw ApiError.badField('best_of', 'must be 1');
  let prompt = fields.value('prompt');
  // Several client libraries send one prompt as a list.
  if (Array.isArray(prompt) && prompt.length === 1) prompt = prompt[0];
  if (typeof prompt !== 'string') throw ApiError.badField('prompt', 'must be one string', 'invalid_type');
  const maxTokens = fields.number('max_tokens', TOKENS) ?? DEFAULT_COMPLETION_TOKENS;
  const sampling = readSampling(fields, { maxTokens, frequencyPenalty: 0 });
  return { prompt, sampling, ...readStreamOptions(fields) };
}

function readStreamOptions(fields: Fields): StreamOptions {
  const stream = fields.boolean('stream') ?? false;
  const includeUsage = fields.object('stream_options')?.boolean('include_usage') ?? false;
  return { stream, includeUsage };
}

function readSampling(fields: Fields, defaults: Pick<Sampling, 'maxTokens' | 'frequencyPenalty'>): Sampling {
  if ((fields.number('n', TOKENS) ?? 1) !== 1) {
    throw ApiError.badField(
      'n',
      'must be 1: the local model gives one answer a request',
      'unsupported_value',
    );
  }
  const seed = fields.number('seed', SEED);
  return {
    maxTokens: defaults.maxTokens,
    temperature: fields.number('temperature', { min: 0, max: 2 }) ?? DEFAULT_TEMPERATURE,
    topP: fields.number('top_p', { min: 0, max: 1 }) ?? DEFAULT_TOP_P,
    topK: fields.number('top_k', { min: 0, max: 1_000_000, integer: true }) ?? DEFAULT_TOP_K,
    // The sampler uses an unsigned 32-bit seed.
    seed: seed === undefined ? undefined : seed >>> 0,
    frequencyPenalty: fields.number('frequency_penalty', PENALTY) ?? defaults.frequencyPenalty,
    presencePenalty: fields.number('presence_penalty', PENALTY) ?? 0,
    stop: readStops(fields),
  };
}

function readStops(fields: Fields): readonly string[] {
  const value = fields.value('stop') ?? [];
  const stops: unknown[] = Array.isArray(value) ? value : [value];
  if (stops.length > STOPS_LIMIT) throw ApiError.badField('stop', `must be at most ${STOPS_LIMIT} strings`);
  return stops.map((stop) => {
    if (typeof stop === 'string' && stop !== '' && stop.length <= STOP_CHARS_LIMIT) return stop;
    throw ApiError.badField(
      'stop',
      `must be a string of 1 to ${STOP_CHARS_LIMIT} characters, or a list of them`,
    );
  });
}

function readGrammar(fields: Fields): GrammarFormat | undefined {
  const format = fields.object('response_format');
  const type = format?.string('type');
  if (!format || type === 'text') return undefined;
  if (type === 'json_object') return 'json';
  if (type !== 'json_schema') {
    throw ApiError.badField('response_format.type', 'must be text, json_object or json_schema');
  }
  const schema = format.object('json_schema')?.value('schema');
  return { schema: grammarSchema(schema) };
}

function readMessages(fields: Fields): readonly ChatMessage[] {
  const list = fields.value('messages');
  if (!Array.isArray(list)) throw ApiError.badField('messages', 'must be a list', 'invalid_type');
  if (list.length === 0 || list.length > MESSAGES_LIMIT) {
    throw ApiError.badField('messages', `must hold 1 to ${MESSAGES_LIMIT} messages`);
  }
  return list.map((item, index) => readMessage(new Fields(item, `messages[${index}]`)));
}

function readMessage(message: Fields): ChatMessage {
  const role = message.string('role');
  message.refuse(['tool_calls', 'function_call', 'tool_call_id', 'audio']);
  const text = readContent(message);
  if (role === 'system' || role === 'developer') return { role: 'system', text };
  if (role === 'user' || role === 'assistant') return { role, text };
  throw ApiError.badField(message.name('role'), 'must be system, developer, user or assistant');
}

function readContent(message: Fields): string {
  const content = message.value('content');
  if (typeof content === 'string') return content;
  const name = message.name('content');
  if (!Array.isArray(content))
    throw ApiError.badField(name, 'must be a string or a list of parts', 'invalid_type');
  const parts = content.map((item, index) => {
    const part = new Fields(item, `${name}[${index}]`);
    if (part.string('type') !== 'text') {
      throw ApiError.badField(part.name('type'), 'must be text: the local model reads nothing else');
    }
    const text = part.string('text');
    if (text === undefined) throw ApiError.badField(part.name('text'), 'must be a string', 'invalid_type');
    return text;
  });
  return parts.join('\n');
}
