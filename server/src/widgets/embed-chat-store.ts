import { sql, type RawBuilder } from 'kysely';
import { SliceRows } from '../base/slices.ts';
import { inParts, type Db, type Storage } from '../storage/index.ts';
import { tables, type EmbedChatRow } from './tables.ts';

/** Written as in the index, which does not apply to a parameter. */
const IS_INCLUDED = sql<boolean>`included = 1`;

export async function insertChat(tx: Db, row: EmbedChatRow): Promise<void> {
  await tables(tx).insertInto('embed_chats').values(row).execute();
}

/** The newest `last` chats of a session since it last began anew, oldest first. */
export async function recentChats(
  db: Db,
  { embedId, sessionId }: { embedId: number; sessionId: string },
  last: number,
): Promise<EmbedChatRow[]> {
  const session = tables(db).selectFrom('embed_chats').selectAll().where('embedId', '=', embedId);
  const included = session.where('sessionId', '=', sessionId).where(IS_INCLUDED);
  return (await included.orderBy('id', 'desc').limit(last).execute()).reverse();
}

export function chatsAfter(
  db: Db,
  embedId: number,
  { sessionId, after, limit }: { sessionId?: string | undefined; after: number; limit: number },
): Promise<EmbedChatRow[]> {
  let query = tables(db).selectFrom('embed_chats').selectAll().where('embedId', '=', embedId);
  if (sessionId !== undefined) query = query.where('sessionId', '=', sessionId);
  return query.where('id', '>', after).orderBy('id').limit(limit).execute();
}

interface Place {
  embed: number;
  chat: number;
}

/** The number of chats of each widget. */
export async function countChats(db: Db): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const size = new SliceRows();
  let after: Place | undefined = { embed: 0, chat: 0 };
  while (after !== undefined) {
    const { embed, chat }: Place = after;
    after = await size.take(async (most): Promise<Place | undefined> => {
      const { rows } = await sql<{ embed_id: number; count: number; last: number }>`
        select embed_id, count(*) as count, max(id) as last from (
          select embed_id, id from embed_chats where (embed_id, id) > (${embed}, ${chat})
          order by embed_id, id limit ${most}) as part
        group by embed_id order by embed_id`.execute(db);
      for (const { embed_id, count } of rows) counts.set(embed_id, (counts.get(embed_id) ?? 0) + count);
      const last = rows.at(-1);
      const isDone = rows.reduce((sum, { count }) => sum + count, 0) < most;
      return isDone || last === undefined ? undefined : { embed: last.embed_id, chat: last.last };
    });
  }
  return counts;
}

/** Deletes the rows of widgets, which may be millions, before the widgets. @param ofThem selects the ids of widgets. */
export async function emptyEmbeds(
  storage: Storage,
  ofThem: RawBuilder<unknown>,
  begin: (tx: Db) => Promise<void>,
): Promise<void> {
  const where = sql<boolean>`embed_id in (${ofThem})`;
  for (const table of ['embed_chats', 'embed_admissions'])
    await inParts(storage, { table, where, change: sql`delete from ${sql.table(table)}` }, begin);
}

/** The same of all widgets of a workspace; for the module `workspaces`. */
export const emptyWidgets = (
  storage: Storage,
  workspaceId: number,
  begin: (tx: Db) => Promise<void>,
): Promise<void> =>
  emptyEmbeds(storage, sql`select id from embeds where workspace_id = ${workspaceId}`, begin);

/** Hides most of very many chats, before `forgetSession`. @returns how many. */
export function forgetMany(
  storage: Storage,
  { embedId, sessionId }: { embedId: number; sessionId: string },
  begin: (tx: Db) => Promise<void>,
): Promise<number> {
  const where = sql<boolean>`embed_id = ${embedId} and session_id = ${sessionId} and ${IS_INCLUDED}`;
  const change = sql`update embed_chats set included = 0`;
  return inParts(storage, { table: 'embed_chats', where, change, isById: true }, begin);
}

/** Hides the chats of a session from the page and the model, not from the owner. @returns how many. */
export async function forgetSession(tx: Db, embedId: number, sessionId: string): Promise<number> {
  const result = await tables(tx)
    .updateTable('embed_chats')
    .set({ included: 0 })
    .where('embedId', '=', embedId)
    .where('sessionId', '=', sessionId)
    .where(IS_INCLUDED)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
