import type { Conversation } from '../../workspaces/index.ts';
import { viewMessages } from '../../workspaces/index.ts';
import type { Answer } from '../../http/index.ts';
import type { Services } from '../../http/index.ts';
import { listText, streamed } from '../streaming.ts';

/** `{history}` of a conversation, however long. */
export function historyAnswer(
  { workspaces }: Services,
  conversation: Conversation,
  options: { limit: number; order: 'asc' | 'desc' },
): Promise<Answer> {
  async function* pages(): AsyncGenerator<unknown[]> {
    for await (const chats of workspaces.chats.history(conversation, options)) yield viewMessages(chats);
  }
  return streamed('application/json; charset=utf-8', listText('history', pages()));
}
