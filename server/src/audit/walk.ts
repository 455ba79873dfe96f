import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../storage/index.ts';
import { checkpointsBetween, recordsAfter } from './audit-store.ts';
import type { ChainWalker } from './chain.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RecordRow } from './record.ts';

/** The records after `after` in order, with their checkpoints, a batch at a time. */
export async function* batches(
  db: Db,
  { after, toSeq }: { after: number; toSeq: number },
): AsyncGenerator<{ records: RecordRow[]; checkpoints: Checkpoint[] }> {
  for (let last = after; last < toSeq;) {
    const found = await recordsAfter(db, last);
    const records = found.filter((record) => record.seq <= toSeq);
    const end = records.at(-1);
    if (end === undefined) return;
    yield { records, checkpoints: await checkpointsBetween(db, last, end.seq) };
    last = end.seq;
    // SQLite answers within this turn of the event loop: other requests would wait for the whole walk.
    await nextTurn();
  }
}

/** From the walker's last record on. */
export async function walkRecords(db: Db, walker: ChainWalker, toSeq: number): Promise<void> {
  for await (const { records } of batches(db, { after: walker.last.seq, toSeq })) {
    for (const record of records) walker.record(record);
    if (walker.isBroken) return;
  }
}

/** All records and checkpoints, also with numbers below 1. */
export async function walkAll(db: Db, walker: ChainWalker): Promise<void> {
  const everything = { after: Number.MIN_SAFE_INTEGER, toSeq: Number.MAX_SAFE_INTEGER };
  for await (const { records, checkpoints } of batches(db, everything)) {
    for (const checkpoint of checkpoints) walker.checkpoint(checkpoint);
    for (const record of records) walker.record(record);
    if (walker.isBroken) return;
  }
  const rest = await checkpointsBetween(db, walker.last.seq, everything.toSeq);
  for (const checkpoint of rest) walker.checkpoint(checkpoint);
}
