import type { Actor } from '../access/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Chat, Workspaces } from '../workspaces/index.ts';
import type { Attachment, Source, Turn } from './message.ts';
import type { Conversation } from './request.ts';

/** Identifies a conversation of a workspace. */
export interface ConversationPlace {
  workspaceId: number;
  threadId: number | null;
  apiSessionId: string | null;
  userId: number | null;
}

/** A stored conversation of a workspace, a thread or a session. @param actor for the audit record of a reset. */
export function workspaceConversation(
  { storage, workspaces: { chats } }: { storage: Storage; workspaces: Workspaces },
  actor: Actor,
  place: ConversationPlace,
): Conversation {
  return {
    recent: async (limit) => (await chats.recent(place, limit)).map(turnOf),
    record: async ({ prompt, mode, isIncluded, ...kept }) => {
      const { text, sources, attachments, metrics, thoughts, outputs } = kept;
      const response = {
        text,
        sources: [...sources],
        attachments: withinRoom(attachments),
        type: mode,
        metrics,
        ...(thoughts === undefined ? {} : { thoughts }),
        ...(outputs === undefined ? {} : { outputs: [...outputs] }),
      };
      const chat = { ...place, prompt, response: withoutNul(response), isIncluded };
      return (await storage.transaction((tx) => chats.record(tx, chat))).id;
    },
    // Without a user, the turns of all users.
    reset: () => {
      const { userId, ...conversation } = place;
      return chats.resetBy(actor, userId === null ? conversation : { ...conversation, userId });
    },
  };
}

/** Of one turn. They are read with each later question and with the history, twenty turns at a time. */
const ATTACHMENTS_MAX_CHARACTERS = 8 * 1024 * 1024;

/** The attachments that fit into the limit. */
function withinRoom(attachments: readonly Attachment[]): Attachment[] {
  let room = ATTACHMENTS_MAX_CHARACTERS;
  return attachments.filter(({ contentString }) => {
    if (contentString.length > room) return false;
    room -= contentString.length;
    return true;
  });
}

const turnOf = ({ prompt, response }: Chat): Turn => ({
  prompt,
  text: response.text,
  sources: response.sources as Source[],
  attachments: response.attachments as Attachment[],
});

/** PostgreSQL cannot store U+0000, which a model's answer may contain. */
function withoutNul<T>(value: T): T {
  const json = JSON.stringify(value);
  if (!json.includes(String.raw`\u0000`)) return value;
  return JSON.parse(json, (_name, item: unknown) =>
    typeof item === 'string' ? item.replaceAll('\0', '') : item,
  ) as T;
}
