import { withoutTrailing } from '../../base/trailing.ts';
import type { Range } from './splitting.ts';

/** A table in a text: rows of cells, one a line. */
export interface Table {
  /** Its rows, without its head. */
  rows: Range;
  /** What a piece of the table begins with: its caption and the names of its columns. */
  head: string;
  /** Of its caption and its head; of its rows where these are in the text before. */
  start: number;
  /** It began in the text before. */
  isContinued: boolean;
  /** Between the cells. */
  delimiter: string;
  columns: number;
}

interface Line extends Range {
  text: string;
}

/** Fewer lines are no table. */
const LINES_MIN = 4;
/** They decide whether the following lines are rows. */
const LINES_DECISIVE = 20;
const CAPTION_MAX_CHARACTERS = 120;
const DELIMITERS = ['|', '\t', ',', ';'];
/** Lines of a cell that has line breaks. */
const CELL_LINES_MAX = 20;

/** The tables of a text. @param open one that began in the text before and may go on at the beginning of this one. */
export function tablesIn(text: string, open?: Table): Table[] {
  const lines = recordsOf(text);
  const found: Table[] = [];
  let at = 0;
  if (open !== undefined) {
    at = lines.findIndex(({ text }) => text.trim() !== '');
    const count = at < 0 ? 0 : rowsFrom(lines, at, open.delimiter, open.columns);
    if (count > 0) {
      const start = lines[at]?.start ?? 0;
      const rows = { start, end: lines[at + count - 1]?.end ?? start };
      found.push({ ...open, start, rows, isContinued: true });
    }
    at = Math.max(0, at) + count;
  }
  while (at < lines.length) {
    const table = tableAt(lines, at);
    if (table === undefined) at++;
    else {
      found.push(table.table);
      at += table.lines;
    }
  }
  return found;
}

function tableAt(lines: readonly Line[], at: number): { table: Table; lines: number } | undefined {
  const first = lines[at];
  if (first === undefined || first.text.trim() === '') return undefined;
  for (const delimiter of DELIMITERS) {
    const columns = cellsOf(first.text, delimiter);
    if (columns < 2) continue;
    const count = rowsFrom(lines, at, delimiter, columns);
    if (count < LINES_MIN) continue;
    const heads = /^[\s|:-]+$/.test(lines[at + 1]?.text ?? '') && delimiter === '|' ? 2 : 1;
    const rows = { start: lines[at + heads]?.start ?? 0, end: lines[at + count - 1]?.end ?? 0 };
    const top = [...captionBefore(lines, at), ...lines.slice(at, at + heads)];
    const head = top.map(({ text }) => text).join('\n');
    const start = top[0]?.start ?? first.start;
    return { table: { rows, head, start, isContinued: false, delimiter, columns }, lines: count };
  }
  return undefined;
}

/** How many lines from a place on are rows of one table: some rows may lack cells at the end, as those of a spreadsheet do. */
function rowsFrom(lines: readonly Line[], from: number, delimiter: string, columns: number): number {
  let [at, full] = [from, 0];
  for (; at < lines.length; at++) {
    const cells = cellsOf(lines[at]?.text ?? '', delimiter);
    if (cells < 2 || cells > columns) break;
    if (cells * 2 >= columns) full++;
    // Each line is read a few times at most, whatever follows it.
    if (at - from === LINES_DECISIVE && full * 2 < LINES_DECISIVE) return 0;
  }
  return full * 2 >= Math.min(at - from, LINES_DECISIVE) ? at - from : 0;
}

/** The cells of a line; 0 where it is no row: a sentence has a space behind each comma, and code ends with its signs. */
function cellsOf(line: string, delimiter: string): number {
  const bare = line.replaceAll(/"(?:[^"]|"")*"/g, 'x').trimEnd();
  if (delimiter === '|' || delimiter === '\t') return bare.split(delimiter).length;
  if (/[{}]$/.test(bare) || (delimiter === ',' && bare.endsWith(';'))) return 0;
  const cells = withoutTrailing(bare, ',;').split(delimiter);
  return cells.slice(1).every((cell) => cell.startsWith(' ')) ? 0 : cells.length;
}

/** The lines above a table, such as the name of its sheet or a heading. */
function captionBefore(lines: readonly Line[], at: number): Line[] {
  const caption: Line[] = [];
  for (const line of lines.slice(Math.max(0, at - 2), at).toReversed()) {
    const text = line.text.trim();
    if (text.length > CAPTION_MAX_CHARACTERS || /[.,;!?]$/.test(text)) break;
    if (text !== '') caption.unshift(line);
    else if (caption.length > 0) break;
  }
  return caption;
}

/** Lines; a row with a cell of several lines is one. */
function recordsOf(text: string): Line[] {
  const records: Line[] = [];
  for (let start = 0; start <= text.length;) {
    const end = endOfRecord(text, start);
    records.push({ start, end, text: text.slice(start, end) });
    start = end + 1;
  }
  return records;
}

function endOfRecord(text: string, start: number): number {
  const lineEnd = (from: number): number => {
    const at = text.indexOf('\n', from);
    return at < 0 ? text.length : at;
  };
  const first = lineEnd(start);
  let [end, open] = [first, quotes(text.slice(start, first)) % 2];
  for (let lines = 1; open === 1 && lines < CELL_LINES_MAX && end < text.length; lines++) {
    const next = lineEnd(end + 1);
    open = (open + quotes(text.slice(end, next))) % 2;
    end = next;
  }
  // A quotation mark that nothing closes, such as an inch.
  return open === 1 ? first : end;
}

const quotes = (text: string): number => text.split('"').length - 1;
