import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { forgetMany, forgetSession, listChats } from './embed-chat-store.ts';

/** What a page shows of a session when it is opened again: no sources, those are not for visitors. */
export async function sessionHistory(
  { storage }: WidgetsContext,
  { id }: Embed,
  sessionId: string,
): Promise<Record<string, unknown>[]> {
  if (sessionId.includes('\0')) return [];
  const rows = await listChats(storage.db, id, { sessionId, onlyIncluded: true, last: SHOWN_MAX });
  return rows.flatMap(({ id: chatId, prompt, response, createdAt }) => {
    const { text, type, metrics } = JSON.parse(response) as Record<string, unknown>;
    const sentAt = Math.floor(createdAt / 1000);
    return [
      { role: 'user', content: prompt, sentAt, attachments: [], chatId },
      { type, role: 'assistant', content: text, sources: [], chatId, sentAt, feedbackScore: null, metrics },
    ];
  });
}

/** Anybody may ask for it: what is older is no longer looked at. */
const SHOWN_MAX = 200;

const VISITOR = { kind: 'anonymous' } as const;

/** The session begins anew. A visitor needs no key: the audit record is told where there was something to forget. */
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
