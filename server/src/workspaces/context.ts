import type { Caller } from '../access/index.ts';
import { append } from '../audit/index.ts';
import type { Actor, AuditEntry, SecretNet } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Db, Storage } from '../storage/index.ts';

/** What the verbs of this module work with. */
export interface WorkspacesContext {
  storage: Storage;
  clock: Clock;
  /** Takes secrets out of what the audit record is told. */
  net: SecretNet;
}

/** Who makes a change, for the audit record. */
export type { Actor } from '../audit/index.ts';

export const keyActor = ({ keyId, keyName }: Pick<Caller, 'keyId' | 'keyName'>): Actor => ({
  kind: 'key',
  id: keyId,
  name: keyName,
});

type Entry = Pick<AuditEntry, 'action' | 'target' | 'details'>;

/** One change and its audit record, in one transaction. `entry` left out: nothing was changed. */
export function changeAndRecord<T>(
  context: WorkspacesContext,
  actor: Actor,
  work: (tx: Db) => Promise<{ result: T; entry?: Entry }>,
): Promise<T> {
  return context.storage.transaction(async (tx) => {
    const { result, entry } = await work(tx);
    const { clock, net } = context;
    if (entry !== undefined) await append(tx, { actor, outcome: 'ok', ...entry }, clock.nowMs(), { net });
    return result;
  });
}
