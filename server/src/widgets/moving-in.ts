import { idLike, type Db } from '../storage/index.ts';
import { DEFAULTS, readSettings } from './embed.ts';
import type { Embed, EmbedSettings, GivenSettings } from './embed.ts';
import { insertChat } from './embed-chat-store.ts';
import { findEmbed, insertEmbed, listEmbeds } from './embed-store.ts';
import type { EmbedChatRow } from './tables.ts';
import { shownAddress } from './visitor.ts';

/* For the import; pages know a widget by its uuid. As in workspaces/moving-in.ts. */

/** @throws KeywardError `bad_request` for an unreadable allow-list. */
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

/** Shortens the address, as this server does for its own visitors. */
function withoutAddress(connection: string): string {
  const kept = JSON.parse(connection) as { ip?: unknown };
  if (kept.ip !== undefined) kept.ip = typeof kept.ip === 'string' ? shownAddress(kept.ip) : '';
  return JSON.stringify(kept);
}

/** The ids that exist. */
export async function presentEmbeds(db: Db, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const there = new Set((await listEmbeds(db)).map(({ id }) => id));
  return new Set(ids.filter((id) => there.has(id)));
}
