import type { Clock } from '../base/clock.ts';
import type { Db } from '../storage/index.ts';
import { append } from './append.ts';
import type { AuditEntry } from './record.ts';
import type { SecretNet } from './secret-net.ts';

/** Records, once, that a change has begun whose parts are committed before it is done: a crash may leave some of them. */
export function recordBegun(
  { clock, net }: { clock: Clock; net: SecretNet },
  entry: Omit<AuditEntry, 'outcome'>,
): (tx: Db) => Promise<void> {
  let isRecorded = false;
  return async (tx) => {
    if (isRecorded) return;
    isRecorded = true;
    const details = { ...entry.details, begun: true };
    await append(tx, { ...entry, outcome: 'ok', details }, clock.nowMs(), { net });
  };
}
