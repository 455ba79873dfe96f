import { sql } from 'kysely';
import { dialectOf, type Db } from '../../storage/index.ts';
import { tables, type FileRow } from './tables.ts';

/** Each piece but the last has this size, so that a place in the file is a piece and a place in it. */
export const PIECE_BYTES = 64 * 1024;

export const insertFile = async (tx: Db, row: FileRow): Promise<void> => {
  await tables(tx).insertInto('batch_files').values(row).execute();
};

/** Also one that is being uploaded. */
export const findFile = (db: Db, id: string): Promise<FileRow | undefined> =>
  tables(db).selectFrom('batch_files').selectAll().where('id', '=', id).executeTakeFirst();

/** Until the transaction ends nobody else changes it, or makes a batch of it. */
export const lockFile = (tx: Db, id: string): Promise<FileRow | undefined> => {
  const query = tables(tx).selectFrom('batch_files').selectAll().where('id', '=', id);
  return (dialectOf(tx) === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
};

export async function insertPieces(
  tx: Db,
  fileId: string,
  { seq, pieces }: { seq: number; pieces: readonly Buffer[] },
): Promise<void> {
  const rows = pieces.map((content, index) => ({ file_id: fileId, seq: seq + index, content }));
  await tables(tx).insertInto('batch_file_pieces').values(rows).execute();
}

export const growFile = async (tx: Db, id: string, bytes: number): Promise<void> => {
  await tables(tx).updateTable('batch_files').set({ bytes }).where('id', '=', id).execute();
};

/** @returns undefined where it is not there any more: its upload was given up. */
export const finishFile = (tx: Db, id: string, change: Partial<FileRow>): Promise<FileRow | undefined> =>
  tables(tx).updateTable('batch_files').set(change).where('id', '=', id).returningAll().executeTakeFirst();

/** @returns undefined behind the end, and of a file that was deleted meanwhile. */
export async function readPiece(db: Db, fileId: string, seq: number): Promise<Buffer | undefined> {
  const row = await tables(db)
    .selectFrom('batch_file_pieces')
    .select('content')
    .where('file_id', '=', fileId)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row === undefined ? undefined : Buffer.from(row.content);
}

/** @returns fewer bytes where the file has ended, or is deleted. */
export async function readRange(
  db: Db,
  fileId: string,
  { start, length }: { start: number; length: number },
): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let at = start; at < start + length;) {
    const seq = Math.floor(at / PIECE_BYTES);
    const from = at - seq * PIECE_BYTES;
    const size = Math.min(PIECE_BYTES - from, start + length - at);
    const { rows } = await sql<{ part: Uint8Array }>`
      select substr(content, ${sql.lit(from + 1)}, ${sql.lit(size)}) as part from batch_file_pieces
      where file_id = ${fileId} and seq = ${seq}`.execute(db);
    const [row] = rows;
    if (row === undefined) break;
    parts.push(Buffer.from(row.part));
    at += size;
  }
  return Buffer.concat(parts);
}

interface FilePage {
  ownerId: string;
  purpose: string | undefined;
  order: 'asc' | 'desc';
  after: Pick<FileRow, 'created_at' | 'id'> | undefined;
  limit: number;
}

export function pageOfFiles(db: Db, { ownerId, purpose, order, after, limit }: FilePage): Promise<FileRow[]> {
  let query = tables(db)
    .selectFrom('batch_files')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('is_ready', '=', 1);
  if (purpose !== undefined) query = query.where(sql<boolean>`purpose = ${purpose}`);
  if (after !== undefined)
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), order === 'asc' ? '>' : '<', eb.tuple(after.created_at, after.id)),
    );
  return query.orderBy('created_at', order).orderBy('id', order).limit(limit).execute();
}

/** Of all uploaded files of an owner. */
export async function uploadedBytes(db: Db, ownerId: string): Promise<number> {
  const { rows } = await sql<{ bytes: number | string | null }>`
    select sum(bytes) as bytes from batch_files where owner_id = ${ownerId} and purpose = 'batch'`.execute(
    db,
  );
  return Number(rows[0]?.bytes ?? 0);
}

export const deleteFile = async (tx: Db, id: string): Promise<void> => {
  await tables(tx).deleteFrom('batch_files').where('id', '=', id).execute();
};

/** Files whose time is over, and uploads that were given up; not those that a batch still reads. */
export async function expiredFiles(
  db: Db,
  { nowMs, abandonedMs, limit }: { nowMs: number; abandonedMs: number; limit: number },
): Promise<FileRow[]> {
  const { rows } = await sql<FileRow>`
    select * from batch_files
    where (expires_at <= ${nowMs} or (is_ready = 0 and created_at <= ${abandonedMs}))
      and not exists (select 1 from batches where input_file_id = batch_files.id and finished_at is null)
    order by expires_at limit ${limit}`.execute(db);
  return rows;
}
