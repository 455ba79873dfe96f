import type { Caller } from '../../access/index.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import type { BatchesContext } from '../context.ts';
import { readerOf } from '../store/batch-store.ts';
import * as store from '../store/file-store.ts';
import { answersAfter, forgetAnswers } from '../store/line-store.ts';
import type { FileRow, Part } from '../store/tables.ts';

type Reader = Pick<Caller, 'ownerId'>;

/** @throws KeywardError `not_found`, also for the file of another owner */
export async function findOwnFile(
  { storage }: Pick<BatchesContext, 'storage'>,
  caller: Reader,
  id: string,
): Promise<FileRow> {
  const row = await store.findFile(storage.db, id);
  if (row === undefined || row.owner_id !== caller.ownerId || row.is_ready === 0) throw fileNotFound();
  return row;
}

export const fileNotFound = (): KeywardError =>
  new KeywardError('not_found', 'There is no such file.', { hint: 'GET /v1/files lists your files.' });

export interface FileList {
  purpose?: string | undefined;
  order?: 'asc' | 'desc' | undefined;
  after?: string | undefined;
  limit?: number | undefined;
}

const LIST_MAX = 10_000;

/** @throws KeywardError `invalid_input` naming `after` */
export async function listFiles(
  context: BatchesContext,
  caller: Reader,
  { purpose, order = 'desc', after, limit = LIST_MAX }: FileList,
): Promise<{ items: FileRow[]; hasMore: boolean }> {
  const { db } = context.storage;
  const last = after === undefined ? undefined : await store.findFile(db, after);
  if (after !== undefined && last?.owner_id !== caller.ownerId) throw unknownPlace('file');
  const { ownerId } = caller;
  const rows = await store.pageOfFiles(db, { ownerId, purpose, order, after: last, limit: limit + 1 });
  return { items: rows.slice(0, limit), hasMore: rows.length > limit };
}

export const unknownPlace = (what: 'file' | 'batch'): KeywardError =>
  invalidField('query.after', `must be the id of one of your ${what === 'file' ? 'files' : 'batches'}`);

/** A file piece by piece. A file that is deleted meanwhile breaks off. */
export function contentOf({ storage }: BatchesContext, file: FileRow): AsyncGenerator<Buffer> {
  const { batch_id: batchId, part } = file;
  return batchId === null || part === null
    ? piecesOf(storage.db, file)
    : resultsOf(storage.db, { batchId, part });
}

async function* piecesOf(db: Db, { id, bytes }: FileRow): AsyncGenerator<Buffer> {
  let sent = 0;
  for (let seq = 0; sent < bytes; seq++) {
    const piece = await store.readPiece(db, id, seq);
    if (piece === undefined) throw fileNotFound();
    sent += piece.length;
    yield piece;
  }
}

async function* resultsOf(
  db: Db,
  { batchId, part }: { batchId: string; part: Part },
): AsyncGenerator<Buffer> {
  for (let after = 0; ;) {
    const lines = await answersAfter(db, { batchId, part, after });
    if (lines.length === 0) return;
    after = lines.at(-1)?.line ?? 0;
    yield Buffer.from(lines.map(({ answer }) => (answer === null ? '' : `${answer}\n`)).join(''));
  }
}

/** With its content. */
export async function removeFile(tx: Db, { id, batch_id: batchId, part }: FileRow): Promise<void> {
  if (batchId !== null && part !== null) await forgetAnswers(tx, batchId, part);
  await store.deleteFile(tx, id);
}

/** @throws KeywardError `conflict` while a batch reads it */
export async function deleteOwnFile(context: BatchesContext, caller: Caller, id: string): Promise<void> {
  await findOwnFile(context, caller, id);
  await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const row = await store.lockFile(tx, id);
    if (row === undefined) throw fileNotFound();
    if ((await readerOf(tx, id)) !== undefined)
      throw new KeywardError('conflict', 'A batch that is not over reads this file.', {
        hint: 'Cancel the batch first: POST /v1/batches/{id}/cancel.',
      });
    await removeFile(tx, row);
    return { result: undefined, entry: { action: 'files.delete', target: id } };
  });
}
