import type { Db } from '../storage/index.ts';
import { advanceHead, writeRecords, type Head } from './audit-store.ts';
import { recordHash, recordText, type AuditEntry, type RecordRow } from './record.ts';
import type { SecretNet } from './secret-net.ts';

/**
 * Call it last in a transaction: on PostgreSQL it holds until the commit the lock that all appends share, and a row that
 * is locked after it could deadlock.
 * @returns the place of the last record, final when the transaction commits.
 */
export async function append(
  tx: Db,
  entries: AuditEntry[],
  { nowMs, net }: { nowMs: number; net: SecretNet },
): Promise<Head> {
  // Bad entries fail before the lock is taken.
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
