import type { Caller } from '../access/index.ts';
import { append } from '../audit/index.ts';
import type { AuditEntry, SecretNet } from '../audit/index.ts';
import { auditActor } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';

/** Details of a record are limited; who wants all has the count. */
const NAMED_MAX = 20;
const NAME_MAX_CHARACTERS = 200;

export type Change = Pick<AuditEntry, 'action' | 'target' | 'details'>;

/** Last in the transaction of the change. @param net takes secrets out of names. */
export async function recordChange(
  tx: Db,
  caller: Caller,
  change: Change,
  { nowMs, net }: { nowMs: number; net: SecretNet | undefined },
): Promise<void> {
  const entry: AuditEntry = { actor: auditActor({ kind: 'key', caller }), outcome: 'ok', ...change };
  await append(tx, entry, nowMs, net === undefined ? {} : { net });
}

/** How many, and the first of them by name. */
export const named = (names: readonly string[]): { count: number; first: string[] } => ({
  count: names.length,
  first: names.slice(0, NAMED_MAX).map((name) => name.slice(0, NAME_MAX_CHARACTERS)),
});
