import { cell } from './cell.ts';
import { cutTo, displayWidth, padTo } from './width.ts';

/** The columns of a table: heading → cell. */
export type Columns<T> = Record<string, (item: T) => unknown>;

export interface Table {
  headings: string[];
  rows: unknown[][];
}

export const tableOf = <T>(items: readonly T[], columns: Columns<T>): Table => ({
  headings: Object.keys(columns),
  rows: items.map((item) => Object.values(columns).map((column) => column(item))),
});

/** Columns with the names of their fields. */
export const fields = <K extends string>(
  ...names: K[]
): Record<K, (item: { [N in K]?: unknown }) => unknown> =>
  Object.fromEntries(names.map((name) => [name, (item: { [N in K]?: unknown }) => item[name]])) as never;

const GAP = '  ';
/** A narrower column says nothing: the last columns are left out before it comes to that. */
const READABLE = 10;
/** A column is not made narrower. */
const NARROWEST = 4;
/** Ids are copied into the next command: they are never cut. */
const ID = /^[a-z]{2,}_[0-9A-Za-z]{12}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?:\.json)?$/;
/** Half a time says nothing: it is cut to its day. */
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d$/;
const DAY = '2027-01-31'.length;
/** Where all other columns are narrower than this, times are as narrow. */
const DAY_FROM = 8;

/**
 * @param width cells of the terminal: wide cells are cut with `…`, columns that have no room are left out and named, and no
 * line is longer. Default: nothing is cut
 */
export function tableText({ headings, rows }: Table, width = Infinity): string {
  if (rows.length === 0) return '(none)';
  const names = headings.map((heading) => heading.toUpperCase());
  const all = [names, ...rows.map((row) => row.map(cell))];
  const count = readableIn(all, width);
  const lines = all.map((line) => line.slice(0, count));
  const widths = widthsIn(lines, width);
  const shown = lines
    .map((line) => line.map((text, at) => padTo(fitted(text, widths[at] ?? 0), widths[at] ?? 0)))
    .map((line) => cutTo(line.join(GAP).trimEnd(), width));
  if (count < names.length)
    shown.push(cutTo(`--output json shows ${names.slice(count).join(', ').toLowerCase()} too.`, width));
  return shown.join('\n');
}

/** How many columns have room to be read; all where even two have none. */
function readableIn(all: readonly string[][], width: number): number {
  const [{ length } = []] = all;
  for (let count = length; count >= 2; count--) {
    const lines = all.map((line) => line.slice(0, count));
    const [widths, whole] = [widthsIn(lines, width), widthsIn(lines, Infinity)];
    const total = widths.reduce((sum, one) => sum + one, GAP.length * (count - 1));
    if (total <= width && widths.every((one, at) => one >= Math.min(whole[at] ?? 0, READABLE))) return count;
  }
  return length;
}

const fitted = (text: string, width: number): string =>
  TIME.test(text) && width >= DAY ? text.slice(0, width < text.length ? DAY : undefined) : cutTo(text, width);

/** The widest columns give way first. */
function widthsIn(lines: readonly string[][], width: number): number[] {
  const columns = (lines[0] ?? []).map((_, at) => lines.map((line) => line[at] ?? ''));
  const widths = columns.map((texts) => Math.max(...texts.map(displayWidth)));
  const areAll = (form: RegExp) =>
    columns.map(([, ...texts]) => texts.every((text) => text === '–' || form.test(text)));
  const [isFixed, isTime] = [areAll(ID), areAll(TIME)];
  const room = width - GAP.length * (widths.length - 1);
  const capped = (cap: number): number[] =>
    widths.map((one, at) => {
      if (isFixed[at] === true || one <= cap) return one;
      return isTime[at] === true && cap >= DAY_FROM ? Math.min(one, DAY) : cap;
    });
  const total = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0);
  if (total(widths) <= room) return widths;
  let [low, high] = [NARROWEST, Math.max(NARROWEST, ...widths)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (total(capped(middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return capped(low);
}
