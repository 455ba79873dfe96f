import { sql } from 'kysely';
import { SliceRows } from '../../base/slices.ts';
import { inParts, type Db, type Storage } from '../../storage/index.ts';
import type { Chat, ChatResponse, Conversation } from '../chat.ts';
import { coveredSlug, isUnbound, type Viewer } from '../coverage.ts';
import { tables, type ChatRow } from './rows.ts';

/** Members that an imported chat may lack. */
const NO_RESPONSE: ChatResponse = { text: '', sources: [], type: 'chat', attachments: [], metrics: {} };

const fromRow = ({ response, included, feedbackScore, ...row }: ChatRow): Chat => ({
  ...row,
  response: { ...NO_RESPONSE, ...(JSON.parse(response) as Partial<ChatResponse>) },
  isIncluded: included === 1,
  isGood: feedbackScore === null ? null : feedbackScore > 0,
});

const scoreOf = (isGood: boolean | null): number | null => (isGood === null ? null : Number(isGood));

export async function insertChat(tx: Db, { response, isIncluded, isGood, ...chat }: Chat): Promise<void> {
  await tables(tx)
    .insertInto('workspace_chats')
    .values({
      ...chat,
      response: JSON.stringify(response),
      included: Number(isIncluded),
      feedbackScore: scoreOf(isGood),
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

/** Written as in the index, which does not apply to a parameter. */
const IS_INCLUDED = sql<boolean>`included = 1`;

const sameOrNull = (column: string, value: string | number | null) =>
  value === null ? sql<boolean>`${sql.ref(column)} is null` : sql<boolean>`${sql.ref(column)} = ${value}`;

export async function chatTimes(
  db: Db,
  { userId, sinceMs, limit }: { userId: number; sinceMs: number; limit: number },
): Promise<number[]> {
  const rows = await tables(db)
    .selectFrom('workspace_chats')
    .select('createdAt')
    .where('userId', '=', userId)
    .where('createdAt', '>', sinceMs)
    .orderBy('createdAt')
    .limit(limit)
    .execute();
  return rows.map(({ createdAt }) => createdAt);
}

/** The chats of a conversation that were not reset, behind the id `after` in the direction of `order`. */
export async function includedChats(
  db: Db,
  place: Conversation,
  { order, limit, after }: { order: 'asc' | 'desc'; limit: number; after?: number | undefined },
): Promise<Chat[]> {
  let query = tables(db)
    .selectFrom('workspace_chats')
    .selectAll()
    .where(inConversation(place))
    .where(IS_INCLUDED);
  if (after !== undefined) query = query.where('id', order === 'asc' ? '>' : '<', after);
  const rows = await query.orderBy('id', order).limit(limit).execute();
  return rows.map(fromRow);
}

/** Excludes most of very many chats, before `excludeChats`. @returns how many. */
export function excludeMany(
  storage: Storage,
  place: Conversation,
  { updatedAt, begin }: { updatedAt: number; begin: (tx: Db) => Promise<void> },
): Promise<number> {
  const change = sql`update workspace_chats set included = 0, updated_at = ${updatedAt}`;
  const where = sql<boolean>`${inConversation(place)} and ${IS_INCLUDED}`;
  return inParts(storage, { table: 'workspace_chats', where, change, isById: true }, begin);
}

export async function excludeChats(tx: Db, place: Conversation, updatedAt: number): Promise<number> {
  const result = await tables(tx)
    .updateTable('workspace_chats')
    .set({ included: 0, updatedAt })
    .where(inConversation(place))
    .where(IS_INCLUDED)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** @returns whether the workspace has this chat and, where a user is given, it is theirs. */
export async function scoreChat(
  tx: Db,
  { id, workspaceId, userId }: { id: number; workspaceId: number; userId?: number | undefined },
  { isGood, updatedAt }: { isGood: boolean | null; updatedAt: number },
): Promise<boolean> {
  let update = tables(tx)
    .updateTable('workspace_chats')
    .set({ feedbackScore: scoreOf(isGood), updatedAt })
    .where('id', '=', id)
    .where('workspaceId', '=', workspaceId);
  if (userId !== undefined) update = update.where('userId', '=', userId);
  const result = await update.executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export interface PlacedChat extends Chat {
  workspace: { name: string; slug: string; openAiPrompt: string | null };
}

/** Not a join: SQLite would begin it at the workspaces and sort all chats for each page. */
function covered(db: Db, viewer: Viewer) {
  const query = tables(db).selectFrom('workspace_chats').selectAll();
  if (isUnbound(viewer)) return query;
  const workspaces = tables(db)
    .selectFrom('workspaces')
    .select('id')
    .where(coveredSlug(viewer, sql.ref('slug')));
  return query.where('workspaceId', 'in', workspaces);
}

async function place(db: Db, rows: readonly ChatRow[]): Promise<PlacedChat[]> {
  const ids = [...new Set(rows.map(({ workspaceId }) => workspaceId))];
  if (ids.length === 0) return [];
  const found = await tables(db)
    .selectFrom('workspaces')
    .select(['id', 'name', 'slug', 'openAiPrompt'])
    .where('id', 'in', ids)
    .execute();
  const byId = new Map(found.map(({ id, ...workspace }) => [id, workspace]));
  return rows.flatMap((row) => {
    const workspace = byId.get(row.workspaceId);
    // Removed between the two reads.
    return workspace === undefined ? [] : [{ ...fromRow(row), workspace }];
  });
}

/** Of all workspaces that the viewer covers, newest first. `hasMore`: there are older ones. */
export async function newestChats(
  db: Db,
  viewer: Viewer,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ chats: PlacedChat[]; hasMore: boolean }> {
  const ids = await walk(db, viewer, { order: 'desc', skip: offset, limit: limit + 1 });
  const rows = await rowsOf(db, ids.slice(0, limit));
  return { chats: await place(db, rows), hasMore: ids.length > limit };
}

interface Walk {
  order: 'asc' | 'desc';
  byWorkspace?: boolean;
  after?: ExportPlace | undefined;
  skip?: number;
  limit: number;
}

/**
 * The ids of chats that the viewer covers, slice by slice: a far page, or a key that covers few of a million chats, would
 * otherwise read all of them in one statement. Guarded by all-chats.test.ts.
 */
async function walk(db: Db, viewer: Viewer, options: Walk): Promise<number[]> {
  const { order, byWorkspace = false, limit } = options;
  const columns = byWorkspace ? sql`(workspace_id, id)` : sql`(id)`;
  const tupleOf = ({ workspaceId, id }: ExportPlace) =>
    byWorkspace ? sql`(${workspaceId}, ${id})` : sql`(${id})`;
  const [behind, upTo] = order === 'asc' ? [sql`>`, sql`<=`] : [sql`<`, sql`>=`];
  const size = new SliceRows();
  const ids: number[] = [];
  let { after, skip = 0 } = options;
  do {
    const part = await size.take(async (rows) => {
      const begun = after === undefined ? ALL : sql<boolean>`${columns} ${behind} ${tupleOf(after)}`;
      const ordered = (query: ReturnType<typeof covered>) =>
        (byWorkspace ? query.orderBy('workspaceId', order) : query).orderBy('id', order);
      const all = tables(db).selectFrom('workspace_chats').selectAll().where(begun);
      const end = await ordered(all)
        .clearSelect()
        .select(['workspaceId', 'id'])
        .limit(1)
        .offset(rows - 1)
        .executeTakeFirst();
      const within = end === undefined ? ALL : sql<boolean>`${columns} ${upTo} ${tupleOf(end)}`;
      const found = ordered(covered(db, viewer).where(begun).where(within)).clearSelect().select('id');
      return { end, ids: (await found.execute()).map(({ id }) => id) };
    });
    ids.push(...part.ids.slice(skip, skip + limit - ids.length));
    skip -= Math.min(skip, part.ids.length);
    after = part.end;
  } while (after !== undefined && ids.length < limit);
  return ids;
}

const ALL = sql<boolean>`(1 = 1)`;

/** In the order of the ids. */
async function rowsOf(db: Db, ids: readonly number[]): Promise<ChatRow[]> {
  if (ids.length === 0) return [];
  const rows = await tables(db).selectFrom('workspace_chats').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export interface ExportPlace {
  workspaceId: number;
  id: number;
}

/** A page of an export, oldest first; by workspace where `byWorkspace`. `last`: the place before the next page, if any. */
export async function chatsAfter(
  db: Db,
  viewer: Viewer,
  page: { after: ExportPlace | undefined; limit: number; byWorkspace: boolean },
): Promise<{ chats: PlacedChat[]; last: ExportPlace | undefined }> {
  const ids = await walk(db, viewer, { ...page, order: 'asc' });
  const rows = await rowsOf(db, ids);
  const last = ids.length < page.limit ? undefined : rows.at(-1);
  return { chats: await place(db, rows), last };
}
