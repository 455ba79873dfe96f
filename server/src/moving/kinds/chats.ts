import { bringChat, type Chat } from '../../workspaces/index.ts';
import { readResponse } from '../response.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

/** A row beyond it would not come back from a database in one piece. */
const CHAT_MAX_CHARACTERS = 64 * 1024 * 1024;

export const chats: Step<SourceRow, Chat> = {
  kind: 'chat',
  count: (source) => source.count('workspace_chats'),
  things: (source) => rowsOf(source, 'workspace_chats'),
  prepare: (_db, thing, move) => prepare(thing, move),
  write: bringChat,
};

function prepare({ row }: Thing<SourceRow>, { targets, clock }: Move): Prepared<Chat> {
  const workspaceId = targets.number('workspace', row.id('workspaceId'));
  const threadId = targets.number('thread', row.id('thread_id'));
  const userId = targets.number('user', row.id('user_id'));
  if (workspaceId === undefined) return { left: 'its workspace is gone or was left out' };
  // Without its thread or its user it would turn up in a conversation that it was never part of.
  if (row.id('thread_id') !== undefined && threadId === undefined)
    return { left: 'its thread is gone or was left out' };
  if (row.id('user_id') !== undefined && userId === undefined)
    return { left: 'its user is gone or was left out' };
  const prompt = row.text('prompt');
  const answer = row.text('response');
  if (prompt === undefined || answer === undefined) return { left: 'its prompt or its answer is no text' };
  if (prompt.length + answer.length > CHAT_MAX_CHARACTERS) return { left: 'it is longer than 64 MiB' };
  const { response, isWhole } = readResponse(answer);
  const createdAt = row.time('createdAt') ?? clock.nowMs();
  return {
    ready: {
      id: row.id('id') ?? 0,
      workspaceId,
      threadId: threadId ?? null,
      userId: userId ?? null,
      apiSessionId: row.filled('api_session_id') ?? null,
      prompt,
      response,
      isIncluded: row.flag('include') ?? true,
      isGood: row.flag('feedbackScore') ?? null,
      createdAt,
      updatedAt: row.time('lastUpdatedAt') ?? createdAt,
    },
    changed: isWhole ? [] : ['its answer was no JSON of the usual form: it is kept as plain text'],
  };
}
