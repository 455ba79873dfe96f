import type { Source } from '../source.ts';
import { readXml } from '../xml.ts';
import type { Zip } from '../zip.ts';
import { csvLine } from './csv-line.ts';

/** Adds the text of a slide, a diagram or a text box: its paragraphs, and the rows of its tables as CSV. */
export async function readDrawing(zip: Zip, source: Source, part: string): Promise<void> {
  let texts = 0;
  let fallbacks = 0;
  let row: string[] | undefined;
  let cell: string | undefined;
  const add = (piece: string): void => {
    if (cell === undefined) source.add(piece);
    else cell += piece;
  };
  await readXml(zip.text(part), source.limits, {
    open: (element) => {
      if (element === 'Fallback') fallbacks++;
      else if (fallbacks > 0) return;
      else if (isText(element)) texts++;
      else if (element === 'br' || element === 'tab') add(element === 'br' ? '\n' : '\t');
      else if (element === 'tr') row = [];
      else if (element === 'tc') cell = '';
    },
    close: (element) => {
      if (element === 'Fallback') fallbacks--;
      else if (fallbacks > 0) return;
      else if (isText(element)) texts--;
      if (element === 'p' || element === 'text') add('\n');
      else if (element === 'tc') {
        row?.push((cell ?? '').trim());
        cell = undefined;
      } else if (element === 'tr') {
        if (row?.some((value) => value !== '') === true) source.add(csvLine(row));
        row = undefined;
      }
    },
    text: (piece) => {
      if (texts > 0 && fallbacks === 0) add(piece);
    },
  });
}

/** `text` is that of a comment. */
const isText = (element: string): boolean => element === 't' || element === 'text';
