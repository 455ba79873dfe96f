import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../storage/index.ts';
import { checkpointsBetween, recordsAfter, type CheckpointRow } from './audit-store.ts';
import type { ChainWalker } from './chain.ts';
import { toCheckpoint } from './checkpoint.ts';
import type { RecordRow } from './record.ts';

/** Up to 1000 records, and the checkpoints made of them. */
export interface Batch {
  records: RecordRow[];
  checkpoints: CheckpointRow[];
}

/** The chain after `after` in order, a batch at a time; between two batches other work gets its turn. */
export async function* batches(
  db: Db,
  { after, toSeq }: { after: number; toSeq: number },
): AsyncGenerator<Batch> {
  for (let last = after; last < toSeq;) {
    const found = await recordsAfter(db, last);
    const records = found.filter((record) => record.seq <= toSeq);
    const end = records.at(-1);
    if (end === undefined) return;
    yield { records, checkpoints: await checkpointsBetween(db, last, end.seq) };
    last = end.seq;
    // SQLite answers without leaving this turn: a long walk would hold up every request.
    await nextTurn();
  }
}

/** Feeds the walker with the records after where it stands, up to `toSeq`. */
export async function walkRecords(db: Db, walker: ChainWalker, toSeq: number): Promise<void> {
  for await (const { records } of batches(db, { after: walker.last.seq, toSeq })) {
    for (const record of records) walker.record(record);
    if (walker.isBroken) return;
  }
}

/** Feeds the walker with all that there is, also what has a number that no record of ours ever had. */
export async function walkAll(db: Db, walker: ChainWalker): Promise<void> {
  const everything = { after: Number.MIN_SAFE_INTEGER, toSeq: Number.MAX_SAFE_INTEGER };
  for await (const { records, checkpoints } of batches(db, everything)) {
    for (const row of checkpoints) walker.checkpoint(toCheckpoint(row));
    for (const record of records) walker.record(record);
    if (walker.isBroken) return;
  }
  const rest = await checkpointsBetween(db, walker.last.seq, everything.toSeq);
  for (const row of rest) walker.checkpoint(toCheckpoint(row));
}
