import { append, recordBegun } from '../audit/index.ts';
import type { AuditEntry, SecretNet } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Actor } from '../keys/index.ts';
import { auditActor } from '../keys/index.ts';
import type { Db, Storage } from '../storage/index.ts';

/** What the verbs of this module work with. */
export interface WorkspacesContext {
  storage: Storage;
  clock: Clock;
  /** Takes secrets out of what the audit record is told. */
  net: SecretNet;
}

type Entry = Pick<AuditEntry, 'action' | 'target' | 'details'>;

/** One change and its audit record, in one transaction. `entry` left out: nothing was changed. */
export function changeAndRecord<T>(
  context: WorkspacesContext,
  actor: Actor,
  work: (tx: Db) => Promise<{ result: T; entry?: Entry }>,
): Promise<T> {
  return context.storage.transaction(async (tx) => {
    const { result, entry } = await work(tx);
    if (entry === undefined) return result;
    const record: AuditEntry = { actor: auditActor(actor), outcome: 'ok', ...entry };
    await append(tx, record, context.clock.nowMs(), { net: context.net });
    return result;
  });
}

/** See `recordBegun` of the audit record. */
export const begunBy = (
  context: WorkspacesContext,
  actor: Actor,
  entry: Entry,
): ((tx: Db) => Promise<void>) => recordBegun(context, { actor: auditActor(actor), ...entry });
