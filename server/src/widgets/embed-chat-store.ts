import type { Db } from '../storage/index.ts';

/** One question of a visitor and its answer; `response` and `connection_information` JSON, `included` 1 or 0. */
export interface EmbedChatRow {
  id: number;
  embed_id: number;
  session_id: string;
  prompt: string;
  response: string;
  included: number;
  connection_information: string;
  created_at: number;
}

type Tables = { embed_chats: EmbedChatRow };

const tables = (db: Db) => db.withTables<Tables>();

export async function insertChat(tx: Db, row: EmbedChatRow): Promise<void> {
  await tables(tx).insertInto('embed_chats').values(row).execute();
}

/** In the order in which they were asked. @param from `last`: so many, the newest. */
export async function listChats(
  db: Db,
  embedId: number,
  { sessionId, onlyIncluded = false, last }: { sessionId?: string; onlyIncluded?: boolean; last: number },
): Promise<EmbedChatRow[]> {
  let query = tables(db).selectFrom('embed_chats').selectAll().where('embed_id', '=', embedId);
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
  if (onlyIncluded) query = query.where('included', '=', 1);
  return (await query.orderBy('id', 'desc').limit(last).execute()).reverse();
}

/** In the order in which they were asked, those after the one with the id `after`. */
export function chatsAfter(
  db: Db,
  embedId: number,
  { sessionId, after, limit }: { sessionId?: string | undefined; after: number; limit: number },
): Promise<EmbedChatRow[]> {
  let query = tables(db).selectFrom('embed_chats').selectAll().where('embed_id', '=', embedId);
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
  return query.where('id', '>', after).orderBy('id').limit(limit).execute();
}

/** How many chats each widget has had. */
export async function countChats(db: Db): Promise<Map<number, number>> {
  const rows = await tables(db)
    .selectFrom('embed_chats')
    .select((eb) => ['embed_id', eb.fn.countAll<number>().as('count')])
    .groupBy('embed_id')
    .execute();
  return new Map(rows.map(({ embed_id, count }) => [embed_id, count]));
}

/** A session begins anew: what was said stays for the widget's owner, and is history no longer. */
/** @returns how many chats that were. */
export async function forgetSession(tx: Db, embedId: number, sessionId: string): Promise<number> {
  const result = await tables(tx)
    .updateTable('embed_chats')
    .set({ included: 0 })
    .where('embed_id', '=', embedId)
    .where('session_id', '=', sessionId)
    .where('included', '=', 1)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
