import type { Db } from '../storage/index.ts';
import { advanceHead, writeRecords, type Head } from './audit-store.ts';
import { recordHash, recordText, type AuditEntry, type RecordRow } from './record.ts';
import type { SecretNet } from './secret-net.ts';

/**
 * Writes records in the transaction of the change that they are about: all happens or nothing.
 * Call it last in the transaction. On PostgreSQL it holds the one lock that all appends share until the
 * commit; a row locked after it could be waited for by somebody who waits for this one.
 * @param options `nowMs`: wall clock, ms.
 * @returns the place of the last one in the chain, final when the transaction commits.
 * @throws whatever keeps it from being written; let it through, so that the change is refused too.
 */
export async function append(
  tx: Db,
  entries: AuditEntry[],
  { nowMs, net }: { nowMs: number; net: SecretNet },
): Promise<Head> {
  // Whatever is wrong with an entry shows before the lock is taken.
  const texts = entries.map((entry) => recordText(entry, net));
  let { seq, hash } = await advanceHead(tx, texts.length);
  const rows = texts.map((text): RecordRow => {
    const unsealed = { seq: ++seq, at: nowMs, ...text, prev_hash: hash };
    hash = recordHash(unsealed);
    return { ...unsealed, hash };
  });
  await writeRecords(tx, rows, hash);
  return { seq, hash };
}
