import type { Db } from '../storage/index.ts';
import { slice } from '../base/slices.ts';
import { BATCH_ROWS, latestCheckpoint, readHead, type Head } from './audit-store.ts';
import type { AuditSigner } from './checkpoint.ts';
import { filtered, type AuditFilter } from './list.ts';
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

type Signer = Pick<AuditSigner, 'publicKeyPem' | 'keyId'>;

/**
 * The whole log as NDJSON, for `verifyFile`: a header, then the records, each checkpoint directly after the record that it
 * signs, so that both sides need constant memory.
 */
export async function* exportRecords(db: Db, signer?: Signer): AsyncGenerator<string> {
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

/** `exportRecords`; with a filter only the records that fit. */
export const exportMatching = (db: Db, signer: Signer, filter: AuditFilter): AsyncGenerator<string> =>
  Object.keys(filter).length === 0 ? exportRecords(db, signer) : exportSelection(db, filter);

export const SELECTION_FORMAT = 'keyward-audit-selection';

/**
 * The records that fit a filter, oldest first. Its header has a format of its own: without the records between them
 * nobody can verify the chain, so `verifyFile` refuses it by name.
 */
async function* exportSelection(db: Db, filter: AuditFilter): AsyncGenerator<string> {
  const head = await readHead(db);
  yield line({ format: SELECTION_FORMAT, version: 1, head });
  const query = filtered(db, filter).orderBy('seq');
  for (let from = 1; from <= head.seq; from += BATCH_ROWS) {
    const to = Math.min(from + BATCH_ROWS, head.seq + 1);
    const part = query.where('seq', '>=', from).where('seq', '<', to);
    for (const row of await slice(() => part.execute())) yield line(toRecord(row));
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
