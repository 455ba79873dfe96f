import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import { bringEmbed, embedSettingsLike, hasEmbed, presentEmbeds, type Embed } from '../../widgets/index.ts';
import type { SourceRow } from '../source-row.ts';
import { gone, rowStep, type Move, type Prepared, type Thing } from '../step.ts';

const UUID = /^[\w-]{1,64}$/;

export const embeds = rowStep<Embed>({
  kind: 'embed',
  table: 'embed_configs',
  named: 'uuid',
  prepare,
  write: bringEmbed,
  present: presentEmbeds,
});

async function prepare({ row }: Thing<SourceRow>, move: Move, db: Db): Promise<Prepared<Embed>> {
  const id = row.id('id');
  const uuid = row.filled('uuid');
  const workspaceId = move.targets.number('workspace', row.id('workspace_id'));
  if (id === undefined || uuid === undefined || !UUID.test(uuid))
    return { left: 'it has no number or no UUID' };
  if (workspaceId === undefined) return gone('workspace');
  const claim = `embed ${uuid}`;
  if (move.claimed.has(claim) || (await hasEmbed(db, uuid))) return { left: 'a widget here has its UUID' };
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
    const ownerId =
      maker === undefined ? null : ((await move.into?.identity.getUser(maker))?.ownerId ?? null);
    return { ready: { ...settings, id, uuid, workspaceId, payerKeyId: null, ownerId, createdAt } };
  } catch (error) {
    // Without its list, any site could show the widget.
    if (error instanceof KeywardError) return { left: 'its list of allowed sites cannot be read' };
    throw error;
  }
}

/** The sites that may show a widget. @returns undefined: any site may. */
function originsOf(text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    // An empty list stays one: it means no site.
    return JSON.parse(text) ?? undefined;
  } catch {
    // Not a list: embedSettingsLike refuses it.
    return { unreadable: true };
  }
}
