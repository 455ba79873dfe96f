import { usageError, type CliError } from '../../exit.ts';

export interface CsvRow {
  /** Where it begins, from 1. */
  line: number;
  cells: string[];
}

/**
 * Rows of a CSV text after RFC 4180: cells in quotes may contain commas, line ends and doubled quotes.
 * @throws CliError naming the line of a quote that is not closed.
 */
export function csvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = 1;
  let row: CsvRow = { line, cells: [] };
  const endRow = (): void => {
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
    row = { line, cells: [] };
  };
  for (let at = 0; at < text.length;) {
    const isQuoted = text[at] === '"';
    const cell = isQuoted ? quotedAt(text, at, line) : plainAt(text, at);
    row.cells.push(cell.value);
    line += cell.value.split('\n').length - 1;
    at = cell.end;
    if (text[at] === ',') {
      at++;
      // A comma at the very end stands before an empty cell.
      if (at === text.length) row.cells.push('');
      continue;
    }
    if (text[at] === '\r') at++;
    if (at < text.length && text[at] !== '\n')
      throw wrongInput('a comma must follow the closing quote', line);
    at++;
    line++;
    endRow();
  }
  if (row.cells.length > 0) endRow();
  return rows;
}

interface Cell {
  value: string;
  end: number;
}

function plainAt(text: string, start: number): Cell {
  const rest = /[,\r\n]/g;
  rest.lastIndex = start;
  const end = rest.exec(text)?.index ?? text.length;
  return { value: text.slice(start, end), end };
}

function quotedAt(text: string, start: number, line: number): Cell {
  const parts: string[] = [];
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) throw wrongInput('its quote is not closed: the input may be cut off', line);
    parts.push(text.slice(from, quote));
    if (text[quote + 1] !== '"') return { value: parts.join('"'), end: quote + 1 };
    from = quote + 2;
  }
}

/** @param line from 1 */
export const wrongInput = (why: string, line?: number): CliError =>
  usageError(line === undefined ? `The input: ${why}.` : `Line ${line} of the input: ${why}.`, {
    hint: 'Nothing was sent.',
  });
