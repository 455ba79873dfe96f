import { cell } from './cell.ts';
import type { Table } from './table.ts';

/** As RFC 4180 has it, with a line of headings. Nothing is cut, and times are those of the server (UTC). */
export const csvText = ({ headings, rows }: Table): string =>
  [headings, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');

/** A spreadsheet runs a cell that begins like this, and names come from others. */
const FORMULA = /^[=+\-@\t\r]/;

function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : cell(value).replace(/^–$/, '');
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
