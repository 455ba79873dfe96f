import type { Db } from '../storage/index.ts';
import { latestCheckpoint, readHead, type Head } from './audit-store.ts';
import type { AuditSigner } from './checkpoint.ts';
import { toRecord } from './record.ts';
import { batches } from './walk.ts';

/** The first line of an export. */
export interface ExportHeader {
  format: 'keyward-audit';
  version: 1;
  /** PEM; of the signer, or else of the newest checkpoint; null before the first. */
  public_key: string | null;
  key_id: string | null;
  /** Where the chain ended when the export began. */
  head: Head;
}

/**
 * The whole log as NDJSON, for `verifyFile`: a header, then the records, each checkpoint directly after the record that it
 * signs, so that both sides need constant memory.
 */
export async function* exportRecords(
  db: Db,
  signer?: Pick<AuditSigner, 'publicKeyPem' | 'keyId'>,
): AsyncGenerator<string> {
  const head = await readHead(db);
  const newest = signer === undefined ? await latestCheckpoint(db) : undefined;
  yield line({
    format: 'keyward-audit',
    version: 1,
    public_key: signer?.publicKeyPem ?? newest?.public_key ?? null,
    key_id: signer?.keyId ?? newest?.key_id ?? null,
    head,
  } satisfies ExportHeader);
  for await (const { records, checkpoints } of batches(db, { after: 0, toSeq: head.seq })) {
    const bySeq = new Map(checkpoints.map((checkpoint) => [checkpoint.seq, checkpoint]));
    for (const row of records) {
      yield line(toRecord(row));
      const checkpoint = bySeq.get(row.seq);
      if (checkpoint !== undefined) yield line({ checkpoint });
    }
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
