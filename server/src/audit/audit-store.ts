import type { Kysely } from 'kysely';
import { dialectOf, type Db } from '../storage/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { shownTime, type RecordRow } from './record.ts';

/** Where the chain ends. */
export type Head = Pick<RecordRow, 'seq' | 'hash'>;

/** `at`: ms since 1970. */
type CheckpointRow = Omit<Checkpoint, 'at'> & { at: number };

type Tables = {
  audit_records: RecordRow;
  audit_head: Head & { id: number };
  audit_checkpoints: CheckpointRow;
};

/** Rows of one statement while the whole chain is read. */
export const BATCH_ROWS = 1_000;

export function tables(db: Db): Kysely<Tables> {
  return db.withTables<Tables>();
}

/**
 * Moves the head by `count`. On PostgreSQL its row stays locked until the transaction ends: the next append waits, so the
 * numbers have no gaps and are in the order of the commits.
 * @returns the head before.
 */
export async function advanceHead(tx: Db, count: number): Promise<Head> {
  const { seq, hash } = await tables(tx)
    .updateTable('audit_head')
    .set((row) => ({ seq: row('seq', '+', count) }))
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow();
  return { seq: seq - count, hash };
}

/** Writes records, and the hash of the last one into the head. */
export async function writeRecords(tx: Db, rows: RecordRow[], hash: string): Promise<void> {
  const [row, ...more] = rows;
  // One statement for the most frequent case.
  if (row !== undefined && more.length === 0 && dialectOf(tx) === 'postgres') {
    await tables(tx)
      .with('record', (db) => db.insertInto('audit_records').values(row))
      .updateTable('audit_head')
      .set({ hash })
      .where('id', '=', 1)
      .execute();
    return;
  }
  await insertRecords(tx, rows);
  await tables(tx).updateTable('audit_head').set({ hash }).where('id', '=', 1).execute();
}

export async function readHead(db: Db): Promise<Head> {
  return tables(db)
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();
}

export async function insertRecords(tx: Db, rows: RecordRow[]): Promise<void> {
  for (let at = 0; at < rows.length;) {
    // Each size is a prepared statement.
    const left = rows.length - at;
    const size = left >= 100 ? 100 : left >= 10 ? 10 : 1;
    await tables(tx)
      .insertInto('audit_records')
      .values(rows.slice(at, at + size))
      .execute();
    at += size;
  }
}

/** The next BATCH_ROWS records, oldest first. */
export function recordsAfter(db: Db, afterSeq: number): Promise<RecordRow[]> {
  return tables(db)
    .selectFrom('audit_records')
    .selectAll()
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(BATCH_ROWS)
    .execute();
}

/** The checkpoints with `afterSeq < seq <= toSeq`, oldest first. */
export async function checkpointsBetween(db: Db, afterSeq: number, toSeq: number): Promise<Checkpoint[]> {
  const rows = await tables(db)
    .selectFrom('audit_checkpoints')
    .selectAll()
    .where('seq', '>', afterSeq)
    .where('seq', '<=', toSeq)
    .orderBy('seq')
    .limit(BATCH_ROWS)
    .execute();
  return rows.map(toCheckpoint);
}

export async function latestCheckpoint(db: Db): Promise<Checkpoint | undefined> {
  const query = tables(db).selectFrom('audit_checkpoints').selectAll().orderBy('seq', 'desc').limit(1);
  const row = await query.executeTakeFirst();
  return row && toCheckpoint(row);
}

const toCheckpoint = (row: CheckpointRow): Checkpoint => ({ ...row, at: shownTime(row.at) });

/** Of two nodes that sign the same head, the first one's checkpoint stays. */
export async function insertCheckpoint(tx: Db, checkpoint: Checkpoint): Promise<void> {
  await tables(tx)
    .insertInto('audit_checkpoints')
    .values({ ...checkpoint, at: Date.parse(checkpoint.at) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
