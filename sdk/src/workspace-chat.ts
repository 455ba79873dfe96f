import { apiError, KeywardConnectionError } from './errors.ts';
import type { components } from './generated/openapi.d.ts';
import { readEvents } from './sse.ts';
import { brokenOff, placeOf } from './transport.ts';
import type { Send } from './transport.ts';

/** A passage that an answer was drawn from. */
export type Source = components['schemas']['Source'];

export interface WorkspaceQuestion {
  /** The workspace's. */
  slug: string;
  message: string;
  /** Answers from the documents only, or also from what the model knows; the workspace's own mode. */
  mode?: 'automatic' | 'query' | 'chat' | undefined;
  /** A conversation of its own; the workspace's. */
  sessionId?: string | undefined;
  /** A thread's slug, in place of a session. */
  thread?: string | undefined;
}

/** `text`: a piece of the answer. `thought`: what an agent does. `sources`: at the end, what it was drawn from. */
export type WorkspaceAnswer =
  { kind: 'text'; text: string } | { kind: 'thought'; text: string } | { kind: 'sources'; sources: Source[] };

interface Frame {
  type?: string;
  textResponse?: string | null;
  thought?: string;
  sources?: Source[];
  error?: unknown;
}

/** A model may think long before its first word. */
const FIRST_BYTE_TIMEOUT_MS = 600_000;

/**
 * Asks a workspace; leaving the loop ends the request.
 * @throws KeywardApiError also for a failure inside of the stream, KeywardConnectionError when it breaks off.
 */
export async function* askWorkspace(
  { send, url }: { send: Send; url: string },
  { slug, thread, ...asked }: WorkspaceQuestion,
  { signal }: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<WorkspaceAnswer> {
  const inThread = thread === undefined ? '' : `/thread/${encodeURIComponent(thread)}`;
  const request = new Request(`${url}/v1/workspace/${encodeURIComponent(slug)}${inThread}/stream-chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(asked),
    ...(signal === undefined ? {} : { signal }),
  });
  const response = await send(request, { timeoutMs: FIRST_BYTE_TIMEOUT_MS });
  try {
    yield* pieces(response);
  } catch (error) {
    throw brokenOff(error, request);
  }
}

async function* pieces(response: Response): AsyncGenerator<WorkspaceAnswer> {
  let hasText = false;
  let isOver = false;
  for await (const { data } of readEvents((response.body ?? []) as AsyncIterable<Uint8Array>)) {
    const { type, textResponse, thought, sources, error } = JSON.parse(data) as Frame;
    if (type === 'abort') throw apiError({ error: String(error) }, response);
    // An agent says the whole again at its end; a refusal says it once.
    const isText = type === 'textResponseChunk' || (type === 'textResponse' && !hasText);
    if (isText && typeof textResponse === 'string' && textResponse !== '') {
      hasText = true;
      yield { kind: 'text', text: textResponse };
    }
    if (type === 'agentThought' && thought !== undefined) yield { kind: 'thought', text: thought };
    isOver ||= type === 'textResponse' || type === 'finalizeResponseStream';
    if (type === 'finalizeResponseStream') yield { kind: 'sources', sources: sources ?? [] };
  }
  if (!isOver) throw new KeywardConnectionError(placeOf(response), 'broken_off', 'broke off its answer');
}
