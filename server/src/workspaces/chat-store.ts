import { sql } from 'kysely';
import type { Db } from '../storage/index.ts';
import type { Chat, ChatResponse, Conversation } from './chat.ts';
import { coveredSlug } from './coverage.ts';
import type { Viewer } from './coverage.ts';
import { tables } from './rows.ts';
import type { ChatRow } from './rows.ts';

/** What chats that were brought from elsewhere may lack. */
const NO_RESPONSE: ChatResponse = { text: '', sources: [], type: 'chat', attachments: [], metrics: {} };

const fromRow = (row: ChatRow): Chat => ({
  id: row.id,
  workspaceId: row.workspace_id,
  threadId: row.thread_id,
  userId: row.user_id,
  apiSessionId: row.api_session_id,
  prompt: row.prompt,
  response: { ...NO_RESPONSE, ...(JSON.parse(row.response) as Partial<ChatResponse>) },
  isIncluded: row.included === 1,
  isGood: row.feedback_score === null ? null : row.feedback_score > 0,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export async function insertChat(tx: Db, chat: Chat): Promise<void> {
  await tables(tx)
    .insertInto('workspace_chats')
    .values({
      id: chat.id,
      workspace_id: chat.workspaceId,
      thread_id: chat.threadId,
      user_id: chat.userId,
      api_session_id: chat.apiSessionId,
      prompt: chat.prompt,
      response: JSON.stringify(chat.response),
      included: chat.isIncluded ? 1 : 0,
      feedback_score: null,
      created_at: chat.createdAt,
      updated_at: chat.updatedAt,
    })
    .execute();
}

const inConversation = ({ workspaceId, threadId, apiSessionId, userId }: Conversation) => {
  const conditions = [
    sql<boolean>`workspace_id = ${workspaceId}`,
    sameOrNull('thread_id', threadId),
    sameOrNull('api_session_id', apiSessionId),
  ];
  if (userId !== undefined) conditions.push(sameOrNull('user_id', userId));
  return sql<boolean>`(${sql.join(conditions, sql` and `)})`;
};

const sameOrNull = (column: string, value: string | number | null) =>
  value === null ? sql<boolean>`${sql.ref(column)} is null` : sql<boolean>`${sql.ref(column)} = ${value}`;

/** When somebody said something since then, the earliest first; `limit` times at most. */
export async function chatTimes(
  db: Db,
  { userId, sinceMs, limit }: { userId: number; sinceMs: number; limit: number },
): Promise<number[]> {
  const rows = await tables(db)
    .selectFrom('workspace_chats')
    .select('created_at')
    .where('user_id', '=', userId)
    .where('created_at', '>', sinceMs)
    .orderBy('created_at')
    .limit(limit)
    .execute();
  return rows.map(({ created_at }) => created_at);
}

export interface ChatPage {
  order: 'asc' | 'desc';
  limit: number;
  /** The id after which to go on, in the direction of `order`. */
  after?: number | undefined;
}

/** The chats of a conversation that were not reset. */
export async function includedChats(db: Db, place: Conversation, page: ChatPage): Promise<Chat[]> {
  const { order, limit, after } = page;
  let query = tables(db)
    .selectFrom('workspace_chats')
    .selectAll()
    .where(inConversation(place))
    .where('included', '=', 1);
  if (after !== undefined) query = query.where('id', order === 'asc' ? '>' : '<', after);
  const rows = await query.orderBy('id', order).limit(limit).execute();
  return rows.map(fromRow);
}

export async function excludeChats(tx: Db, place: Conversation, updatedAt: number): Promise<number> {
  const result = await tables(tx)
    .updateTable('workspace_chats')
    .set({ included: 0, updated_at: updatedAt })
    .where(inConversation(place))
    .where('included', '=', 1)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** @returns whether the workspace has this chat. */
export async function scoreChat(
  tx: Db,
  { id, workspaceId }: { id: number; workspaceId: number },
  { isGood, updatedAt }: { isGood: boolean | null; updatedAt: number },
): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('workspace_chats')
    .set({ feedback_score: isGood === null ? null : Number(isGood), updated_at: updatedAt })
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** A chat with what lists of all chats show of its workspace. */
export interface PlacedChat extends Chat {
  workspace: { name: string; slug: string; openAiPrompt: string | null };
}

const withWorkspace = (db: Db, viewer: Viewer) =>
  tables(db)
    .selectFrom('workspace_chats as chat')
    .innerJoin('workspaces as workspace', 'workspace.id', 'chat.workspace_id')
    .where(coveredSlug(viewer, sql.ref('workspace.slug')))
    .selectAll('chat')
    .select([
      'workspace.name as workspace_name',
      'workspace.slug as workspace_slug',
      'workspace.open_ai_prompt as workspace_prompt',
    ]);

type PlacedRow = ChatRow & {
  workspace_name: string;
  workspace_slug: string;
  workspace_prompt: string | null;
};

const placed = (row: PlacedRow): PlacedChat => ({
  ...fromRow(row),
  workspace: { name: row.workspace_name, slug: row.workspace_slug, openAiPrompt: row.workspace_prompt },
});

/** Of all workspaces that the viewer covers, newest first. */
export async function newestChats(
  db: Db,
  viewer: Viewer,
  { limit, offset }: { limit: number; offset: number },
): Promise<PlacedChat[]> {
  const rows = await withWorkspace(db, viewer)
    .orderBy('chat.id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(placed);
}

/** Of all workspaces that the viewer covers, oldest first; by workspace where `byWorkspace`. For exports, page by page. */
export async function chatsAfter(
  db: Db,
  viewer: Viewer,
  { after, limit, byWorkspace }: { after: PlacedChat | undefined; limit: number; byWorkspace: boolean },
): Promise<PlacedChat[]> {
  let query = withWorkspace(db, viewer);
  if (after !== undefined && byWorkspace) {
    query = query.where((eb) =>
      eb.or([
        eb('chat.workspace_id', '>', after.workspaceId),
        eb.and([eb('chat.workspace_id', '=', after.workspaceId), eb('chat.id', '>', after.id)]),
      ]),
    );
  } else if (after !== undefined) query = query.where('chat.id', '>', after.id);
  if (byWorkspace) query = query.orderBy('chat.workspace_id');
  const rows = await query.orderBy('chat.id').limit(limit).execute();
  return rows.map(placed);
}
