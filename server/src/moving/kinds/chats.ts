import { jsonIn } from '../../base/json-text.ts';
import { isObject } from '../../base/is-object.ts';
import { bringEmbedChat, type EmbedChatRow } from '../../widgets/index.ts';
import { bringChat, type Chat, type ChatResponse } from '../../workspaces/index.ts';
import type { SourceRow } from '../source-row.ts';
import { gone, rowStep } from '../step.ts';

/** No database returns a longer row in one piece. */
const CHAT_MAX_CHARACTERS = 64 * 1024 * 1024;

export const chats = rowStep<Chat>({
  kind: 'chat',
  table: 'workspace_chats',
  prepare: ({ row }, { targets, clock }) => {
    const workspaceId = targets.number('workspace', row.id('workspaceId'));
    const threadId = targets.number('thread', row.id('thread_id'));
    const userId = targets.number('user', row.id('user_id'));
    if (workspaceId === undefined) return gone('workspace');
    // Without its thread or its user it would appear in another conversation.
    if (row.id('thread_id') !== undefined && threadId === undefined) return gone('thread');
    if (row.id('user_id') !== undefined && userId === undefined) return gone('user');
    const turn = turnOf(row);
    if ('left' in turn) return turn;
    const createdAt = row.time('createdAt') ?? clock.nowMs();
    return {
      ready: {
        id: row.id('id') ?? 0,
        workspaceId,
        threadId: threadId ?? null,
        userId: userId ?? null,
        apiSessionId: row.filled('api_session_id') ?? null,
        prompt: turn.prompt,
        response: turn.response,
        isIncluded: row.flag('include') ?? true,
        isGood: row.flag('feedbackScore') ?? null,
        createdAt,
        updatedAt: row.time('lastUpdatedAt') ?? createdAt,
      },
      changed: turn.changed,
    };
  },
  write: bringChat,
});

export const embedChats = rowStep<EmbedChatRow>({
  kind: 'embed chat',
  table: 'embed_chats',
  prepare: ({ row }, { targets, clock }) => {
    const embedId = targets.number('embed', row.id('embed_id'));
    const sessionId = row.filled('session_id');
    if (embedId === undefined) return gone('widget');
    if (sessionId === undefined) return { left: 'it belongs to no session' };
    const turn = turnOf(row);
    if ('left' in turn) return turn;
    return {
      ready: {
        id: row.id('id') ?? 0,
        embedId,
        sessionId,
        prompt: turn.prompt,
        response: JSON.stringify(turn.response),
        included: (row.flag('include') ?? true) ? 1 : 0,
        connectionInformation: JSON.stringify(parsedObject(row.text('connection_information')) ?? {}),
        createdAt: row.time('createdAt') ?? clock.nowMs(),
      },
      changed: turn.changed,
    };
  },
  write: bringEmbedChat,
});

type Turn = { prompt: string; response: ChatResponse; changed: string[] };

/** The question and the answer. An answer that is not JSON with a text is kept as plain text. */
function turnOf(row: SourceRow): Turn | { left: string } {
  const prompt = row.text('prompt');
  const answer = row.text('response');
  if (prompt === undefined || answer === undefined) return { left: 'its prompt or its answer is no text' };
  if (prompt.length + answer.length > CHAT_MAX_CHARACTERS) return { left: 'it is longer than 64 MiB' };
  const parsed = parsedObject(answer);
  const isWhole = typeof parsed?.['text'] === 'string';
  const given = parsed !== undefined && isWhole ? parsed : { text: answer };
  return {
    prompt,
    response: {
      ...given,
      text: String(given['text']).replaceAll('\0', ''),
      sources: list(given['sources']),
      type: typeof given['type'] === 'string' ? given['type'] : 'chat',
      attachments: list(given['attachments']),
      metrics: isObject(given['metrics']) ? given['metrics'] : {},
    },
    changed: isWhole ? [] : ['its answer was not the usual JSON: it is kept as plain text'],
  };
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function parsedObject(text = '{}'): Record<string, unknown> | undefined {
  const parsed = jsonIn(text);
  return isObject(parsed) ? parsed : undefined;
}
