import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { forgetMany, forgetSession, recentChats } from './embed-chat-store.ts';
import type { EmbedChatRow } from './tables.ts';

/** The chats of a session since it last began anew, oldest first. */
export async function sessionHistory(
  { storage }: WidgetsContext,
  { id }: Embed,
  sessionId: string,
): Promise<EmbedChatRow[]> {
  if (sessionId.includes('\0')) return [];
  return recentChats(storage.db, { embedId: id, sessionId }, SHOWN_MAX);
}

/** Anybody may ask for the history of a session: older chats are not read. */
const SHOWN_MAX = 200;

const VISITOR = { kind: 'anonymous' } as const;

/** Begins a session anew; recorded in the audit record if it had chats. */
export async function forget(
  { storage, audit }: WidgetsContext,
  { id, uuid }: Pick<Embed, 'id' | 'uuid'>,
  sessionId: string,
): Promise<void> {
  if (sessionId.includes('\0')) return;
  const entry = { action: 'embeds.forget', target: uuid };
  const begin = audit.begun(VISITOR, entry);
  const many = await forgetMany(storage, { embedId: id, sessionId }, begin);
  await storage.transaction(async (tx) => {
    const chats = many + (await forgetSession(tx, id, sessionId));
    if (chats > 0) await audit.record(tx, VISITOR, { ...entry, details: { chats } });
  });
}
