import type { Db } from '../storage/index.ts';
import { advanceHead, writeRecords } from './audit-store.ts';
import type { Head } from './audit-store.ts';
import { recordHash, recordText } from './record.ts';
import type { AuditEntry, RecordRow } from './record.ts';
import { defaultNet } from './secret-net.ts';
import type { SecretNet } from './secret-net.ts';

export interface AppendOptions {
  /** Where this server's keys have a prefix of their own: `secretNet(prefix)`. */
  net?: SecretNet;
}

/**
 * Writes one record in the transaction of the change that it is about: both happen or neither.
 * Call it last in the transaction. On PostgreSQL it holds the one lock that all appends share until the
 * commit; a row locked after it could be waited for by somebody who waits for this one.
 * @param nowMs wall clock, ms.
 * @returns its place in the chain, final when the transaction commits.
 * @throws whatever keeps it from being written; let it through, so that the change is refused too.
 */
export async function append(
  tx: Db,
  entry: AuditEntry,
  nowMs: number,
  options: AppendOptions = {},
): Promise<Head> {
  return appendAll(tx, [entry], nowMs, options);
}

/** The same for several, holding the shared lock once. @returns the place of the last one. */
export async function appendAll(
  tx: Db,
  entries: AuditEntry[],
  nowMs: number,
  options: AppendOptions = {},
): Promise<Head> {
  // Whatever is wrong with an entry shows before the lock is taken.
  const texts = entries.map((entry) => recordText(entry, options.net ?? defaultNet));
  let { seq, hash } = await advanceHead(tx, texts.length);
  const rows = texts.map((text): RecordRow => {
    const unsealed = { seq: ++seq, at: nowMs, ...text, prev_hash: hash };
    hash = recordHash(unsealed);
    return { ...unsealed, hash };
  });
  await writeRecords(tx, rows, hash);
  return { seq, hash };
}
