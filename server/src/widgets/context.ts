import { sql } from 'kysely';
import type { Caller } from '../access/index.ts';
import { append } from '../audit/index.ts';
import type { Actor, AuditEntry, SecretNet } from '../audit/index.ts';
import type { Chat } from '../chat/index.ts';
import type { Clock } from '../base/clock.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Logger } from '../base/logger.ts';
import type { Nodes } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import type { Workspaces } from '../workspaces/index.ts';
import { Places } from './places.ts';
import { emptyEmbeds } from './embed-chat-store.ts';

/** What the verbs of this module work with. */
export interface WidgetsContext {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  settings: Settings;
  workspaces: Workspaces;
  keys: Pick<KeysContext, 'storage' | 'clock'>;
  nodes: Pick<Nodes, 'announce' | 'acknowledge'>;
  /** A keyed digest: addresses of visitors are counted, not kept. */
  digest(text: string): Uint8Array;
  chat: Pick<Chat, 'answer'>;
  places: Places;
  /** Takes secrets out of what the audit record is told. */
  net: SecretNet;
}

type Options = Omit<WidgetsContext, 'digest' | 'places'> & { sealing: Sealing };

export function openWidgets({ sealing, ...options }: Options): WidgetsContext {
  options.workspaces.onEmpty(({ id }, begin) =>
    emptyEmbeds(options.storage, sql`select id from embeds where workspace_id = ${id}`, begin),
  );
  return { ...options, digest: (text) => sealing.digest(text).digest, places: new Places() };
}

/** Whose key decides which widgets there are. */
export type Manager = Caller;

export const actorOf = ({ keyId, keyName }: Manager): Actor => ({ kind: 'key', id: keyId, name: keyName });

type Entry = Pick<AuditEntry, 'action' | 'target' | 'details'>;

/** One change and its audit record, in one transaction. */
export function changeAndRecord<T>(
  context: WidgetsContext,
  manager: Manager,
  work: (tx: Db) => Promise<{ result: T; entry: Entry }>,
): Promise<T> {
  return context.storage.transaction(async (tx) => {
    const { result, entry } = await work(tx);
    await record(context, tx, manager, entry);
    return result;
  });
}

function record({ clock, net }: WidgetsContext, tx: Db, manager: Manager, entry: Entry): Promise<unknown> {
  return append(tx, { actor: actorOf(manager), outcome: 'ok', ...entry }, clock.nowMs(), { net });
}

/** As the nodes know what runs for visitors of a widget. */
export const subjectOfWidget = ({ uuid }: { uuid: string }): string => `widget:${uuid}`;

/**
 * The same for a change that may close a widget: resolves when its visitors are answered no longer, on any node. Guarded by
 * widget-end.test.ts.
 */
export async function changeAndClose<T>(
  context: WidgetsContext,
  manager: Manager,
  work: (tx: Db) => Promise<{ result: T; entry: Entry; closed: { uuid: string } | undefined }>,
): Promise<T> {
  const { storage, nodes } = context;
  const { result, seq } = await storage.transaction(async (tx) => {
    const { result, entry, closed } = await work(tx);
    await record(context, tx, manager, entry);
    if (closed === undefined) return { result, seq: undefined };
    const change = { kind: 'stop', subject: subjectOfWidget(closed), ends: true } as const;
    return { result, seq: await nodes.announce(tx, change) };
  });
  if (seq !== undefined) await nodes.acknowledge(seq);
  return result;
}
