import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import { bringEmbed, embedSettingsLike, hasEmbed, presentEmbeds, type Embed } from '../../widgets/index.ts';
import { originsOf } from '../origins.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

const UUID = /^[\w-]{1,64}$/;

export const embeds: Step<SourceRow, Embed> = {
  kind: 'embed',
  count: (source) => source.count('embed_configs'),
  things: (source) => rowsOf(source, 'embed_configs', 'uuid'),
  prepare,
  write: bringEmbed,
  stillThere: async (db, targets) => {
    const there = await presentEmbeds(db, targets.map(Number));
    return new Set([...there].map(String));
  },
};

async function prepare(db: Db, { row }: Thing<SourceRow>, move: Move): Promise<Prepared<Embed>> {
  const id = row.id('id');
  const uuid = row.filled('uuid');
  const workspaceId = move.targets.number('workspace', row.id('workspace_id'));
  if (id === undefined || uuid === undefined || !UUID.test(uuid))
    return { left: 'it has no number or no UUID' };
  if (workspaceId === undefined) return { left: 'its workspace is gone or was left out' };
  const claim = `embed ${uuid}`;
  if (move.claimed.has(claim) || (await hasEmbed(db, uuid)))
    return { left: 'there is one of this UUID here' };
  const given = {
    enabled: row.flag('enabled') ?? false,
    chatMode: row.text('chat_mode'),
    allowlist: originsOf(row.text('allowlist_domains')) ?? null,
    allowModelOverride: row.flag('allow_model_override') ?? false,
    allowTemperatureOverride: row.flag('allow_temperature_override') ?? false,
    allowPromptOverride: row.flag('allow_prompt_override') ?? false,
    maxChatsPerDay: row.integer('max_chats_per_day'),
    maxChatsPerSession: row.integer('max_chats_per_session'),
    messageLimit: row.integer('message_limit'),
  };
  try {
    const settings = embedSettingsLike(given);
    move.claimed.add(claim);
    const createdAt = row.time('createdAt') ?? move.clock.nowMs();
    const maker = move.targets.number('user', row.id('createdBy') ?? row.id('usersId'));
    const ownerId = maker === undefined ? null : ((await move.identity?.getUser(maker))?.ownerId ?? null);
    return { ready: { ...settings, id, uuid, workspaceId, payerKeyId: null, ownerId, createdAt } };
  } catch (error) {
    // Without its list it would answer on any site.
    if (error instanceof KeywardError) return { left: 'its list of allowed sites cannot be read' };
    throw error;
  }
}
