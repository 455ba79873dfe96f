import { apiError, KeywardConnectionError } from './errors.ts';
import { readEvents } from './sse.ts';
import { brokenOff, placeOf } from './transport.ts';
import type { Send } from './transport.ts';

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  content: string;
}

/** A chat request as the OpenAI API has it; further members are passed on. */
export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  [member: string]: unknown;
}

/** A piece of a streamed answer as the OpenAI API has it. */
export interface ChatChunk {
  id?: string;
  model?: string;
  choices: {
    index: number;
    delta: { role?: string; content?: string | null; [member: string]: unknown };
    finish_reason?: string | null;
  }[];
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
}

/** A model may think long before its first word. */
const FIRST_BYTE_TIMEOUT_MS = 600_000;

/**
 * Streams a chat. Leaving the loop ends the request.
 * @throws KeywardApiError also for an error inside of the stream, KeywardConnectionError when it breaks off.
 */
export async function* chat(
  { send, url }: { send: Send; url: string },
  body: ChatRequest,
  { signal }: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ChatChunk> {
  const request = new Request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
    body: JSON.stringify({ ...body, stream: true }),
    ...(signal === undefined ? {} : { signal }),
  });
  const response = await send(request, { timeoutMs: FIRST_BYTE_TIMEOUT_MS });
  if (response.body === null) return;
  try {
    if (response.headers.get('content-type')?.includes('text/event-stream') === true)
      yield* chunksOf(response);
    else yield wholeAnswer(await response.json());
  } catch (error) {
    throw brokenOff(error, request);
  }
}

async function* chunksOf(response: Response): AsyncGenerator<ChatChunk> {
  let isComplete = false;
  for await (const { data } of readEvents(response.body as AsyncIterable<Uint8Array>)) {
    if (data === '[DONE]') return;
    const chunk = JSON.parse(data) as ChatChunk & { error?: unknown };
    if (chunk.error !== undefined && chunk.error !== null) throw apiError(chunk, response);
    // Some servers leave `[DONE]` out.
    isComplete ||= chunk.choices?.some(({ finish_reason }) => typeof finish_reason === 'string') ?? false;
    yield { ...chunk, choices: chunk.choices ?? [] };
  }
  if (!isComplete) throw new KeywardConnectionError(placeOf(response), 'broken_off', 'broke off its answer');
}

/** From an upstream that does not stream. */
function wholeAnswer(body: unknown): ChatChunk {
  const { choices, ...rest } = body as ChatChunk & {
    choices: { message?: ChatMessage; finish_reason?: string }[];
  };
  const given = choices as { message?: { content?: string }; finish_reason?: string }[];
  return {
    ...rest,
    choices: given.map(({ message, finish_reason }, index) => ({
      index,
      delta: { role: 'assistant', content: message?.content ?? '' },
      finish_reason: finish_reason ?? 'stop',
    })),
  };
}
