import type { Kysely } from 'kysely';
import { dialectOf, type Db } from '../storage/index.ts';
import type { RecordRow } from './record.ts';

/** Where the chain ends. */
export interface Head {
  seq: number;
  hash: string;
}

export interface CheckpointRow {
  seq: number;
  at: number;
  hash: string;
  records: number;
  key_id: string;
  public_key: string;
  signature: string;
}

type Tables = {
  audit_records: RecordRow;
  audit_head: Head & { id: number };
  audit_checkpoints: CheckpointRow;
};

/** Rows read at once by what walks the whole chain. */
export const BATCH_ROWS = 1_000;

export function tables(db: Db): Kysely<Tables> {
  return db.withTables<Tables>();
}

/**
 * Moves the head `count` places on and returns where it was. On PostgreSQL the row stays locked until the
 * transaction ends: whoever appends next waits for it, so that the numbers have no gaps and stand in the
 * order of the commits.
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

/** Writes records, and the hash of the last one into the head: in one statement where that can be. */
export async function writeRecords(tx: Db, rows: RecordRow[], hash: string): Promise<void> {
  const [row, ...more] = rows;
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
    // Three sizes only: each is one prepared statement.
    const left = rows.length - at;
    const size = left >= 100 ? 100 : left >= 10 ? 10 : 1;
    await tables(tx)
      .insertInto('audit_records')
      .values(rows.slice(at, at + size))
      .execute();
    at += size;
  }
}

/** The records after `afterSeq`, oldest first, at most 1000. */
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
export function checkpointsBetween(db: Db, afterSeq: number, toSeq: number): Promise<CheckpointRow[]> {
  return tables(db)
    .selectFrom('audit_checkpoints')
    .selectAll()
    .where('seq', '>', afterSeq)
    .where('seq', '<=', toSeq)
    .orderBy('seq')
    .limit(BATCH_ROWS)
    .execute();
}

export function newestCheckpoint(db: Db): Promise<CheckpointRow | undefined> {
  return tables(db)
    .selectFrom('audit_checkpoints')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Two nodes may sign the same head; the first one's stays. */
export async function insertCheckpoint(tx: Db, row: CheckpointRow): Promise<void> {
  await tables(tx)
    .insertInto('audit_checkpoints')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
