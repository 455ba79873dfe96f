import { mapInTurns } from '../base/slices.ts';
import { allById, type Db } from '../storage/index.ts';
import type { Embed } from './embed.ts';
import { tables, type EmbedRow } from './tables.ts';

const toRow = ({ allowlist, ...embed }: Embed): EmbedRow => ({
  ...embed,
  enabled: Number(embed.enabled),
  allowModelOverride: Number(embed.allowModelOverride),
  allowTemperatureOverride: Number(embed.allowTemperatureOverride),
  allowPromptOverride: Number(embed.allowPromptOverride),
  allowlistDomains: allowlist === null ? null : JSON.stringify(allowlist),
});

const fromRow = ({ allowlistDomains, ...row }: EmbedRow): Embed => ({
  ...row,
  enabled: row.enabled === 1,
  allowModelOverride: row.allowModelOverride === 1,
  allowTemperatureOverride: row.allowTemperatureOverride === 1,
  allowPromptOverride: row.allowPromptOverride === 1,
  allowlist: allowlistDomains === null ? null : (JSON.parse(allowlistDomains) as string[]),
});

export async function insertEmbed(tx: Db, embed: Embed): Promise<void> {
  await tables(tx).insertInto('embeds').values(toRow(embed)).execute();
}

export async function updateEmbed(tx: Db, embed: Embed): Promise<void> {
  const { id, ...changed } = toRow(embed);
  await tables(tx).updateTable('embeds').set(changed).where('id', '=', id).execute();
}

export async function deleteEmbed(tx: Db, id: number): Promise<void> {
  await tables(tx).deleteFrom('embeds').where('id', '=', id).execute();
}

export async function findEmbed(db: Db, uuid: string): Promise<Embed | undefined> {
  if (uuid.includes('\0')) return undefined;
  const row = await tables(db).selectFrom('embeds').selectAll().where('uuid', '=', uuid).executeTakeFirst();
  return row && fromRow(row);
}

/** Like `findEmbed`, and locked until the transaction ends. */
export async function lockEmbed(tx: Db, uuid: string): Promise<Embed | undefined> {
  if (uuid.includes('\0')) return undefined;
  // An update without a change locks the row on both dialects.
  const locked = tables(tx).updateTable('embeds').set({ uuid }).where('uuid', '=', uuid);
  const row = await locked.returningAll().executeTakeFirst();
  return row && fromRow(row);
}

/** In the order of their creation. */
export async function listEmbeds(db: Db): Promise<Embed[]> {
  return mapInTurns(await allById(tables(db).selectFrom('embeds').selectAll()), fromRow);
}

export async function countEmbeds(db: Db): Promise<number> {
  const { count } = await tables(db)
    .selectFrom('embeds')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
