import { cutOff } from './answer.ts';
import { apiError } from './errors.ts';
import type { components } from './generated/openapi.d.ts';
import { readEvents } from './sse.ts';
import { jsonRequest, streamed, type CallOptions, type Connection } from './transport.ts';

/** A passage that an answer was drawn from. */
export type Source = components['schemas']['Source'];

export interface WorkspaceQuestion {
  /** Of the workspace, such as `handbook`. */
  slug: string;
  message: string;
  /**
   * `query` answers from the documents only, `chat` also from what the model knows; `automatic` lets the model use tools.
   * @default the mode that the workspace is set to
   */
  mode?: 'automatic' | 'query' | 'chat' | undefined;
  /**
   * Any text: questions with the same one have a history of their own.
   * @default the history of the workspace
   */
  sessionId?: string | undefined;
  /** The slug of a thread, in place of a session. */
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

export function askWorkspace(
  connection: Connection,
  { slug, thread, ...body }: WorkspaceQuestion,
  { signal }: CallOptions = {},
): AsyncGenerator<WorkspaceAnswer> {
  const inThread = thread === undefined ? '' : `/thread/${encodeURIComponent(thread)}`;
  const path = `/v1/workspace/${encodeURIComponent(slug)}${inThread}/stream-chat`;
  return streamed(
    connection,
    () => jsonRequest(connection, path, { body, signal, accept: 'text/event-stream' }),
    pieces,
  );
}

async function* pieces(response: Response): AsyncGenerator<WorkspaceAnswer> {
  let hasText = false;
  let isOver = false;
  for await (const { data } of readEvents(response.body)) {
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
  if (!isOver) throw cutOff(response);
}
