import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';

/** In UTF-16 units: some milliseconds to write. */
const PIECE_LENGTH = 256 * 1024;

export async function insertText(tx: Db, documentId: string, text: string): Promise<void> {
  for (let seq = 0, start = 0; start < text.length || seq === 0; seq++) {
    if (seq > 0) await nextTurn();
    const content = text.slice(start, endOfPiece(text, start));
    await tables(tx)
      .insertInto('document_text_pieces')
      .values({ document_id: documentId, seq, content })
      .execute();
    start += content.length;
  }
}

/** A pair of surrogates stays whole. */
function endOfPiece(text: string, start: number): number {
  const end = start + PIECE_LENGTH;
  const unit = text.charCodeAt(end);
  return unit >= 0xdc_00 && unit <= 0xdf_ff ? end + 1 : end;
}

/** @returns undefined where there is no such document, or none any more. */
export async function readText(db: Db, documentId: string): Promise<string | undefined> {
  const row = await tables(db)
    .selectFrom('document_text_pieces')
    .select((eb) => eb.fn.max('seq').as('last'))
    .where('document_id', '=', documentId)
    .executeTakeFirst();
  if (row === undefined || row.last === null) return undefined;
  const pieces: string[] = [];
  for (let seq = 0; seq <= row.last; seq++) {
    if (seq > 0) await nextTurn();
    const piece = await tables(db)
      .selectFrom('document_text_pieces')
      .select('content')
      .where('document_id', '=', documentId)
      .where('seq', '=', seq)
      .executeTakeFirst();
    // Removed while it was read.
    if (piece === undefined) return undefined;
    pieces.push(piece.content);
  }
  return pieces.join('');
}
