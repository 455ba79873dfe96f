import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import { bringEmbed, embedSettingsLike, hasEmbed, presentEmbeds, type Embed } from '../../widgets/index.ts';
import type { SourceRow } from '../source-row.ts';
import { gone, rowStep, type Move, type Prepared, type Thing } from '../step.ts';

const UUID = /^[\w-]{1,64}$/;
const FLAGS = ['enabled', 'allow_model_override', 'allow_temperature_override', 'allow_prompt_override'];
const LIMITS = ['max_chats_per_day', 'max_chats_per_session', 'message_limit'];

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
  const origins = originsOf(row.text('allowlist_domains'));
  const given = {
    ...Object.fromEntries(FLAGS.map((column) => [column, row.flag(column) ?? false])),
    ...Object.fromEntries(LIMITS.map((column) => [column, row.integer(column)])),
    chat_mode: row.text('chat_mode'),
    allowlist_domains: origins ?? null,
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
