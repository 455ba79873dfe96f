import { sql, type RawBuilder } from 'kysely';
import { SliceRows } from '../base/slices.ts';
import { inParts, type Db, type Storage } from '../storage/index.ts';
import { tables, type EmbedChatRow } from './tables.ts';

/** As the index has it, to the letter: with a parameter in its place the index does not apply. */
const IS_INCLUDED = sql<boolean>`included = 1`;

export async function insertChat(tx: Db, row: EmbedChatRow): Promise<void> {
  await tables(tx).insertInto('embed_chats').values(row).execute();
}

/** In the order in which they were asked. @param from `last`: so many, the newest. */
export async function listChats(
  db: Db,
  embedId: number,
  { sessionId, onlyIncluded = false, last }: { sessionId?: string; onlyIncluded?: boolean; last: number },
): Promise<EmbedChatRow[]> {
  let query = tables(db).selectFrom('embed_chats').selectAll().where('embedId', '=', embedId);
  if (sessionId !== undefined) query = query.where('sessionId', '=', sessionId);
  if (onlyIncluded) query = query.where(IS_INCLUDED);
  return (await query.orderBy('id', 'desc').limit(last).execute()).reverse();
}

/** In the order in which they were asked, those after the one with the id `after`. */
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

/** How many chats each widget has had. */
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

/** What may be millions of rows, ahead of the end of widgets. @param ofThem those with which widgets' ids. */
export async function emptyEmbeds(
  storage: Storage,
  ofThem: RawBuilder<unknown>,
  begin: (tx: Db) => Promise<void>,
): Promise<void> {
  const where = sql<boolean>`embed_id in (${ofThem})`;
  for (const table of ['embed_chats', 'embed_admissions'])
    await inParts(storage, { table, where, change: sql`delete from ${sql.table(table)}` }, begin);
}

/** Of all widgets of a workspace: what the module `workspaces` needs of this one. */
export const emptyWidgets = (
  storage: Storage,
  workspaceId: number,
  begin: (tx: Db) => Promise<void>,
): Promise<void> =>
  emptyEmbeds(storage, sql`select id from embeds where workspace_id = ${workspaceId}`, begin);

/** All but the newest of very many, ahead of `forgetSession`. @returns how many. */
export function forgetMany(
  storage: Storage,
  { embedId, sessionId }: { embedId: number; sessionId: string },
  begin: (tx: Db) => Promise<void>,
): Promise<number> {
  const where = sql<boolean>`embed_id = ${embedId} and session_id = ${sessionId} and ${IS_INCLUDED}`;
  const change = sql`update embed_chats set included = 0`;
  return inParts(storage, { table: 'embed_chats', where, change, isById: true }, begin);
}

/** A session begins anew: what was said stays for the widget's owner, and is history no longer. @returns how many chats. */
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
