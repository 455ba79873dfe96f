import { mapInTurns } from '../base/slices.ts';
import { allById, type Db } from '../storage/index.ts';
import type { Embed, EmbedMode } from './embed.ts';

/** One row; booleans 1 or 0, `allowlist_domains` JSON or null. */
interface EmbedRow {
  id: number;
  uuid: string;
  workspace_id: number;
  enabled: number;
  chat_mode: string;
  allowlist_domains: string | null;
  allow_model_override: number;
  allow_temperature_override: number;
  allow_prompt_override: number;
  max_chats_per_day: number | null;
  max_chats_per_session: number | null;
  message_limit: number | null;
  payer_key_id: string | null;
  owner_id: string | null;
  created_at: number;
}

type Tables = { embeds: EmbedRow };

const tables = (db: Db) => db.withTables<Tables>();

const bit = (value: boolean): number => (value ? 1 : 0);

type Changeable = Omit<EmbedRow, 'id' | 'uuid' | 'created_at'>;

const columnsOf = (embed: Embed): Changeable => ({
  workspace_id: embed.workspaceId,
  payer_key_id: embed.payerKeyId,
  owner_id: embed.ownerId,
  enabled: bit(embed.enabled),
  chat_mode: embed.chatMode,
  allowlist_domains: embed.allowlist === null ? null : JSON.stringify(embed.allowlist),
  allow_model_override: bit(embed.allowModelOverride),
  allow_temperature_override: bit(embed.allowTemperatureOverride),
  allow_prompt_override: bit(embed.allowPromptOverride),
  max_chats_per_day: embed.maxChatsPerDay,
  max_chats_per_session: embed.maxChatsPerSession,
  message_limit: embed.messageLimit,
});

const embedOf = (row: EmbedRow): Embed => ({
  id: row.id,
  uuid: row.uuid,
  workspaceId: row.workspace_id,
  enabled: row.enabled === 1,
  chatMode: row.chat_mode as EmbedMode,
  allowlist: row.allowlist_domains === null ? null : (JSON.parse(row.allowlist_domains) as string[]),
  allowModelOverride: row.allow_model_override === 1,
  allowTemperatureOverride: row.allow_temperature_override === 1,
  allowPromptOverride: row.allow_prompt_override === 1,
  maxChatsPerDay: row.max_chats_per_day,
  maxChatsPerSession: row.max_chats_per_session,
  messageLimit: row.message_limit,
  payerKeyId: row.payer_key_id,
  ownerId: row.owner_id,
  createdAt: row.created_at,
});

export async function insertEmbed(tx: Db, embed: Embed): Promise<void> {
  const { id, uuid, createdAt: created_at } = embed;
  await tables(tx)
    .insertInto('embeds')
    .values({ id, uuid, created_at, ...columnsOf(embed) })
    .execute();
}

export async function updateEmbed(tx: Db, embed: Embed): Promise<void> {
  await tables(tx).updateTable('embeds').set(columnsOf(embed)).where('id', '=', embed.id).execute();
}

export async function deleteEmbed(tx: Db, id: number): Promise<void> {
  await tables(tx).deleteFrom('embeds').where('id', '=', id).execute();
}

export async function findEmbed(db: Db, uuid: string): Promise<Embed | undefined> {
  if (uuid.includes('\0')) return undefined;
  const row = await tables(db).selectFrom('embeds').selectAll().where('uuid', '=', uuid).executeTakeFirst();
  return row === undefined ? undefined : embedOf(row);
}

/** Like `findEmbed`, in a transaction that goes on to change it: on PostgreSQL the row is locked until it ends. */
export async function lockEmbed(tx: Db, uuid: string): Promise<Embed | undefined> {
  if (uuid.includes('\0')) return undefined;
  // An update that changes nothing locks the row on both dialects.
  await tables(tx).updateTable('embeds').set({ uuid }).where('uuid', '=', uuid).execute();
  return findEmbed(tx, uuid);
}

/** In the order in which they were made. */
export async function listEmbeds(db: Db): Promise<Embed[]> {
  return mapInTurns(await allById(tables(db).selectFrom('embeds').selectAll()), embedOf);
}

export async function countEmbeds(db: Db): Promise<number> {
  const { count } = await tables(db)
    .selectFrom('embeds')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
