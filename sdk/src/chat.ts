import { cutOff } from './answer.ts';
import { apiError } from './errors.ts';
import type { components } from './generated/openapi.d.ts';
import { readEvents } from './sse.ts';
import { jsonRequest, MODEL_TIMEOUT_MS, streamed } from './transport.ts';
import type { CallOptions, Connection, Outgoing } from './transport.ts';

/** A part of a message that is not only text. Further kinds are passed on. */
export type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } }
  | { type: 'input_audio'; input_audio: { data: string; format: string } }
  | { type: 'file'; file: { file_id?: string; filename?: string; file_data?: string } };

/** A function that the model wants called. */
export interface ToolCall {
  id: string;
  type: 'function';
  /** `arguments` is JSON as the model wrote it, which may be wrong. */
  function: { name: string; arguments: string };
}

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** Null in a message of the assistant that only calls tools. */
  content?: string | ContentPart[] | null;
  name?: string;
  /** Of the assistant. */
  tool_calls?: ToolCall[];
  /** Of a message with the role `tool`: the call that it answers. */
  tool_call_id?: string;
}

/** A function that the model may call. */
export interface Tool {
  type: 'function';
  /** `parameters` is a JSON Schema. */
  function: { name: string; description?: string; parameters?: Record<string, unknown>; strict?: boolean };
}

/** A chat request as the OpenAI API has it; further members are passed on. */
export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  tools?: Tool[];
  tool_choice?: 'none' | 'auto' | 'required' | { type: 'function'; function: { name: string } };
  /** In tokens, those of the model's reasoning among them. */
  max_completion_tokens?: number;
  temperature?: number;
  stream_options?: { include_usage?: boolean };
  [member: string]: unknown;
}

/** A whole answer to a chat. */
export type ChatCompletion = components['schemas']['ChatCompletion'];
/** A piece of a streamed answer. */
export type ChatChunk = components['schemas']['ChatCompletionChunk'];

/** A request for embeddings as the OpenAI API has it; further members are passed on. */
export interface EmbeddingsRequest {
  model: string;
  input: string | string[] | number[] | number[][];
  [member: string]: unknown;
}

/** One vector for each input. */
export type Embeddings = components['schemas']['Embeddings'];

const CHAT = '/v1/chat/completions';

export function chat(
  connection: Connection,
  body: ChatRequest,
  { signal }: CallOptions = {},
): AsyncGenerator<ChatChunk> {
  const accept = 'text/event-stream, application/json';
  return streamed(
    connection,
    () => jsonRequest(connection, CHAT, { body: { ...body, stream: true }, signal, accept }),
    chunksOf,
  );
}

export async function complete(
  connection: Connection,
  body: ChatRequest,
  { signal }: CallOptions = {},
): Promise<ChatCompletion> {
  return whole(connection, jsonRequest(connection, CHAT, { body: { ...body, stream: false }, signal }));
}

export async function embed(
  connection: Connection,
  body: EmbeddingsRequest,
  { signal }: CallOptions = {},
): Promise<Embeddings> {
  return whole(connection, jsonRequest(connection, '/v1/embeddings', { body, signal }));
}

async function whole<T>({ send }: Connection, request: Outgoing): Promise<T> {
  return (await (await send(request, { defaultTimeoutMs: MODEL_TIMEOUT_MS })).json()) as T;
}

async function* chunksOf(response: Response): AsyncGenerator<ChatChunk> {
  if (response.body === null) return;
  if (response.headers.get('content-type')?.includes('text/event-stream') !== true) {
    yield onlyChunk((await response.json()) as ChatCompletion);
    return;
  }
  let isComplete = false;
  for await (const { data } of readEvents(response.body)) {
    if (data === '[DONE]') return;
    const chunk = JSON.parse(data) as ChatChunk & { error?: unknown };
    if (chunk.error !== undefined && chunk.error !== null) throw apiError(chunk, response);
    // Some servers leave `[DONE]` out.
    isComplete ||= chunk.choices?.some(({ finish_reason }) => typeof finish_reason === 'string') ?? false;
    yield { ...chunk, choices: chunk.choices ?? [] };
  }
  if (!isComplete) throw cutOff(response);
}

/** From an upstream that does not stream. */
function onlyChunk({ choices, ...rest }: ChatCompletion): ChatChunk {
  return {
    ...rest,
    object: 'chat.completion.chunk',
    choices: choices.map(({ message: { tool_calls: calls, ...message }, finish_reason }, index) => ({
      index,
      delta: {
        ...message,
        ...(calls === undefined ? {} : { tool_calls: calls.map((call, at) => ({ ...call, index: at })) }),
      },
      finish_reason: finish_reason ?? 'stop',
    })),
  };
}
