import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor, Caller } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import { nextId, type Db } from '../storage/index.ts';
import type { Workspace } from '../workspaces/index.ts';
import { stopOf, type WidgetsContext } from './context.ts';
import { DEFAULTS, noSuchEmbed, readSettings, type Embed, type GivenSettings } from './embed.ts';
import { chatsAfter, countChats, emptyEmbeds } from './embed-chat-store.ts';
import * as store from './embed-store.ts';
import { refuseUnheld, refuseWeaker, stateOf, type EmbedState } from './payer.ts';
import type { EmbedChatRow } from './tables.ts';

const EMBEDS_MAX = 10_000;
/** Chats of a widget that are in memory at once. */
const PAGE_ROWS = 50;

/**
 * Makes a widget of a workspace that the key covers.
 * @throws KeywardError `not_found` for a workspace that does not exist for the key, `bad_request` for an unreadable
 * allow-list, `scope_escalation` for a key that may not chat there, or not from everywhere.
 */
export function createEmbed(
  context: WidgetsContext,
  caller: Caller,
  { slug, given }: { slug: string; given: GivenSettings },
): Promise<Embed> {
  const settings = { ...DEFAULTS, ...readSettings({ ...given, enabled: true }) };
  return context.audit.change(actorOf(caller), async (tx) => {
    const workspace = await context.workspaces.findCovered(caller, slug, tx);
    if (workspace === undefined) throw noSuchWorkspace();
    refuseUnheld(caller, workspace.slug);
    const id = await nextId(tx, 'embeds');
    if ((await store.countEmbeds(tx)) >= EMBEDS_MAX)
      throw new KeywardError('conflict', `There are ${EMBEDS_MAX} widgets already; remove one first.`);
    const createdAt = context.clock.nowMs();
    const uuid = randomUUID();
    const embed: Embed = { id, uuid, workspaceId: workspace.id, createdAt, ...settings, ...paidBy(caller) };
    await store.insertEmbed(tx, embed);
    return {
      result: embed,
      entry: { action: 'embeds.create', target: uuid, details: detailsOf(embed, slug) },
    };
  });
}

/** Visitors spend the budgets of this key: a widget must not be a way around them. Guarded by widget.test.ts. */
const paidBy = ({ keyId, ownerId }: Caller): Pick<Embed, 'payerKeyId' | 'ownerId'> => ({
  payerKeyId: keyId,
  ownerId,
});

const actorOf = (caller: Caller): Actor => ({ kind: 'key', caller });

const noSuchWorkspace = (): KeywardError => new KeywardError('not_found', 'Workspace not found');

const detailsOf = ({ enabled, chatMode, allowlist }: Embed, workspace: string): Record<string, unknown> => ({
  workspace,
  enabled,
  chat_mode: chatMode,
  sites: allowlist === null ? 'any' : allowlist.length,
});

/**
 * Changes the given settings; false where none of them can be changed.
 * @throws KeywardError `not_found`, also for a widget, or a new workspace, that does not exist for the key;
 * `scope_escalation` as `createEmbed`.
 */
export async function updateEmbed(
  context: WidgetsContext,
  caller: Caller,
  { uuid, given, workspaceId }: { uuid: string; given: GivenSettings; workspaceId?: unknown },
): Promise<boolean> {
  const settings = readSettings(given);
  if (Object.keys(settings).length === 0 && workspaceId === undefined) {
    await covered(context, caller, await store.findEmbed(context.storage.db, uuid));
    return false;
  }
  return context.audit.change(actorOf(caller), async (tx) => {
    const { embed, workspace } = await covered(context, caller, await store.lockEmbed(tx, uuid), tx);
    const target =
      workspaceId === undefined ? workspace : await targetOf(context, caller, { db: tx, id: workspaceId });
    refuseUnheld(caller, target.slug);
    const changed: Embed = { ...embed, ...settings, workspaceId: target.id, ...paidBy(caller) };
    await store.updateEmbed(tx, changed);
    const details = { ...detailsOf(changed, target.slug), changed: Object.keys(settings) };
    const change = embed.enabled && !changed.enabled ? stopOf(embed) : undefined;
    return { result: true, entry: { action: 'embeds.update', target: uuid, details }, change };
  });
}

async function targetOf(
  { workspaces }: WidgetsContext,
  caller: Caller,
  { db, id }: { db: Db; id: unknown },
): Promise<Workspace> {
  const number = Number(id);
  const workspace = Number.isSafeInteger(number)
    ? await workspaces.findCoveredById(caller, number, db)
    : undefined;
  if (workspace === undefined) throw noSuchWorkspace();
  return workspace;
}

/** Makes this key the payer. @throws KeywardError `not_found`, `scope_escalation` as `createEmbed`. */
export function adoptEmbed(context: WidgetsContext, caller: Caller, uuid: string): Promise<void> {
  return context.audit.change(actorOf(caller), async (tx) => {
    const { embed, workspace } = await covered(context, caller, await store.lockEmbed(tx, uuid), tx);
    refuseUnheld(caller, workspace.slug);
    await store.updateEmbed(tx, { ...embed, ...paidBy(caller) });
    const details = { workspace: workspace.slug, from: embed.payerKeyId };
    return { result: undefined, entry: { action: 'embeds.adopt', target: uuid, details } };
  });
}

/** @throws KeywardError `not_found`; `scope_escalation` for a key that may not change it either. */
export async function deleteEmbed(context: WidgetsContext, caller: Caller, uuid: string): Promise<void> {
  const { storage } = context;
  const known = await covered(context, caller, await store.findEmbed(storage.db, uuid));
  // Also before its chats are deleted.
  refuseWeaker(caller, known.workspace.slug);
  const begin = context.audit.begun(actorOf(caller), { action: 'embeds.delete', target: uuid });
  await emptyEmbeds(storage, sql`${known.embed.id}`, begin);
  await context.audit.change(actorOf(caller), async (tx) => {
    const { embed, workspace } = await covered(context, caller, await store.lockEmbed(tx, uuid), tx);
    refuseWeaker(caller, workspace.slug);
    await store.deleteEmbed(tx, embed.id);
    return {
      result: undefined,
      entry: { action: 'embeds.delete', target: uuid, details: { workspace: workspace.slug } },
      change: stopOf(embed),
    };
  });
}

/** Refuses a widget of a workspace that the key does not cover. @throws KeywardError `not_found` */
async function covered(
  { workspaces }: WidgetsContext,
  caller: Caller,
  embed: Embed | undefined,
  db?: Db,
): Promise<{ embed: Embed; workspace: Workspace }> {
  const workspace = embed && (await workspaces.findCoveredById(caller, embed.workspaceId, db));
  if (embed === undefined || workspace === undefined) throw noSuchEmbed();
  return { embed, workspace };
}

export interface ListedEmbed {
  embed: Embed;
  workspace: Workspace;
  chats: number;
  state: EmbedState;
}

/** Of workspaces that the key covers, in the order of their creation. */
export async function listEmbeds(context: WidgetsContext, caller: Caller): Promise<ListedEmbed[]> {
  const { db } = context.storage;
  const workspaces = new Map((await context.workspaces.list(caller)).map((item) => [item.id, item]));
  const counts = await countChats(db);
  const listed: ListedEmbed[] = [];
  for (const embed of await store.listEmbeds(db)) {
    const workspace = workspaces.get(embed.workspaceId);
    if (workspace === undefined) continue;
    const state = await stateOf(context, embed, workspace.slug);
    listed.push({ embed, workspace, chats: counts.get(embed.id) ?? 0, state });
  }
  return listed;
}

/** @throws KeywardError `not_found` */
export async function getEmbed(
  context: WidgetsContext,
  caller: Caller,
  uuid: string,
): Promise<Omit<ListedEmbed, 'chats'>> {
  const known = await store.findEmbed(context.storage.db, uuid);
  const { embed, workspace } = await covered(context, caller, known);
  return { embed, workspace, state: await stateOf(context, embed, workspace.slug) };
}

/** The chats of a widget, oldest first, page by page; none of a widget that does not exist for the key. */
export async function* embedChats(
  context: WidgetsContext,
  caller: Caller,
  { uuid, sessionId }: { uuid: string; sessionId?: string },
): AsyncGenerator<EmbedChatRow[]> {
  const { db } = context.storage;
  const embed = await store.findEmbed(db, uuid);
  if (embed === undefined || sessionId?.includes('\0') === true) return;
  if ((await context.workspaces.findCoveredById(caller, embed.workspaceId, db)) === undefined) return;
  for (let after = 0; ;) {
    const page = await chatsAfter(db, embed.id, { sessionId, after, limit: PAGE_ROWS });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last.id;
  }
}
