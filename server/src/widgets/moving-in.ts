import { idLike, type Db } from '../storage/index.ts';
import { DEFAULTS, readSettings } from './embed.ts';
import type { Embed, EmbedSettings, GivenSettings } from './embed.ts';
import { insertChat } from './embed-chat-store.ts';
import { findEmbed, insertEmbed, listEmbeds } from './embed-store.ts';
import type { EmbedChatRow } from './tables.ts';
import { shownAddress } from './visitor.ts';

/*
 * For widgets that were made elsewhere and move in: the pages that show them know their uuid. Each `bring` is called in a
 * transaction that goes on to note it, and returns the number that the thing has here.
 */

/** Settings as they were elsewhere. @throws KeywardError where the allow-list cannot be read. */
export const embedSettingsLike = (given: GivenSettings): EmbedSettings => ({
  ...DEFAULTS,
  ...readSettings(given),
});

export const hasEmbed = async (db: Db, uuid: string): Promise<boolean> =>
  (await findEmbed(db, uuid)) !== undefined;

export async function bringEmbed(tx: Db, embed: Embed): Promise<number> {
  const id = await idLike(tx, 'embeds', embed.id);
  await insertEmbed(tx, { ...embed, id });
  return id;
}

export async function bringEmbedChat(tx: Db, chat: EmbedChatRow): Promise<number> {
  const id = await idLike(tx, 'embed_chats', chat.id);
  const connectionInformation = withoutAddress(chat.connectionInformation);
  await insertChat(tx, { ...chat, id, connectionInformation });
  return id;
}

/** What was kept of a visitor elsewhere, with no more of the address than is kept here. */
function withoutAddress(connection: string): string {
  const kept = JSON.parse(connection) as { ip?: unknown };
  if (kept.ip !== undefined) kept.ip = typeof kept.ip === 'string' ? shownAddress(kept.ip) : '';
  return JSON.stringify(kept);
}

/** Those of these numbers that are still a widget's. */
export async function presentEmbeds(db: Db, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const there = new Set((await listEmbeds(db)).map(({ id }) => id));
  return new Set(ids.filter((id) => there.has(id)));
}
