import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';

/** In UTF-16 units: some milliseconds to write. */
const PIECE_LENGTH = 256 * 1024;

export async function insertText(tx: Db, documentId: string, text: string): Promise<void> {
  for (let seq = 0, start = 0; start < text.length || seq === 0; seq++) {
    if (seq > 0) await nextTurn();
    const content = text.slice(start, endOfPiece(text, start));
    const row = { document_id: documentId, seq, content };
    await tables(tx).insertInto('document_text_pieces').values(row).execute();
    start += content.length;
  }
}

/** A pair of surrogates is not cut in two. */
function endOfPiece(text: string, start: number): number {
  const end = start + PIECE_LENGTH;
  const unit = text.charCodeAt(end);
  return unit >= 0xdc_00 && unit <= 0xdf_ff ? end + 1 : end;
}

export interface Content {
  text: string;
  /** Of the document. */
  revision: number;
}

/** One that is replaced while it is read is read again. @returns undefined where there is no such document. */
export async function readContent(db: Db, documentId: string): Promise<Content | undefined> {
  for (let revision = await revisionOf(db, documentId); revision !== undefined;) {
    const text = await readPieces(db, documentId);
    const after = await revisionOf(db, documentId);
    if (text !== undefined && after === revision) return { text, revision };
    if (text === undefined && after === revision) return undefined;
    revision = after;
  }
  return undefined;
}

async function revisionOf(db: Db, id: string): Promise<number | undefined> {
  const row = tables(db).selectFrom('documents').select('revision').where('id', '=', id);
  return (await row.executeTakeFirst())?.revision;
}

export async function deleteText(tx: Db, documentIds: readonly string[]): Promise<void> {
  await tables(tx).deleteFrom('document_text_pieces').where('document_id', 'in', documentIds).execute();
}

/** @returns undefined where there is no such document, or it is removed meanwhile. */
async function readPieces(db: Db, documentId: string): Promise<string | undefined> {
  const pieces = tables(db).selectFrom('document_text_pieces').where('document_id', '=', documentId);
  const row = await pieces.select((eb) => eb.fn.max('seq').as('last')).executeTakeFirst();
  const last = row?.last ?? -1;
  const contents: string[] = [];
  for (let seq = 0; seq <= last; seq++) {
    if (seq > 0) await nextTurn();
    const piece = await pieces.select('content').where('seq', '=', seq).executeTakeFirst();
    if (piece === undefined) return undefined;
    contents.push(piece.content);
  }
  return last < 0 ? undefined : contents.join('');
}
