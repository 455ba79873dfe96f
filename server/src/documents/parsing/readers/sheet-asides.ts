import type { Source } from '../source.ts';
import { readXml } from '../xml.ts';
import type { Zip } from '../zip.ts';
import { readDrawing } from './drawing-text.ts';
import { relatedParts } from './office.ts';
import { noteUnread, type UnreadParts } from './unread-parts.ts';

interface SheetPart {
  part: string;
  unread: readonly UnreadParts[];
}

/** Adds the text boxes and the comments of a sheet; notes its images and charts. */
export async function readSheetAsides(zip: Zip, source: Source, { part, unread }: SheetPart): Promise<void> {
  for (const { kind, target } of await relatedParts(zip, source, part)) {
    noteUnread(unread, kind, target);
    if (!zip.has(target)) continue;
    if (kind === 'comments') await readComments(zip, source, target);
    if (kind !== 'drawing') continue;
    await readDrawing(zip, source, target);
    for (const drawn of await relatedParts(zip, source, target)) noteUnread(unread, drawn.kind, drawn.target);
  }
}

/** A line each: `B2: the comment`. */
async function readComments(zip: Zip, source: Source, part: string): Promise<void> {
  let cell = '';
  let text = '';
  let isText = false;
  await readXml(zip.text(part), source.limits, {
    open: (element, { ref = '' }) => {
      if (element === 'comment') [cell, text] = [ref, ''];
      else if (element === 't') isText = true;
    },
    close: (element) => {
      if (element === 't') isText = false;
      else if (element === 'comment' && text.trim() !== '') source.add(`${cell}: ${text.trim()}\n`);
    },
    text: (piece) => {
      if (isText) text += piece;
    },
  });
}
