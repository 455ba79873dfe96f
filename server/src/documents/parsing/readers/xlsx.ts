import type { Properties, Source } from '../source.ts';
import { attribute, readXml } from '../xml.ts';
import { Zip } from '../zip.ts';
import { columnOf, serialDate, serialDuration, timeKind, type TimeKind } from './cells.ts';
import { csvLine } from './csv-line.ts';
import { officeProperties, relationsOf } from './office.ts';
import { readSheetAsides } from './sheet-asides.ts';
import { unreadParts, warnOfUnread } from './unread-parts.ts';

const WORKBOOK = 'xl/workbook.xml';
/** The limit of Excel. */
const COLUMNS_MAX = 16_384;

/** Sheet by sheet: its name, its rows as CSV, its text boxes and comments. */
export async function readXlsx(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  const known = {
    strings: zip.has('xl/sharedStrings.xml') ? await sharedStrings(zip, source) : [],
    timeStyles: zip.has('xl/styles.xml') ? await timeStyles(zip, source) : new Map<number, TimeKind>(),
  };
  const unread = unreadParts();
  const { sheets, is1904 } = await workbookOf(zip, source);
  for (const { name, part } of sheets) {
    source.add(`${name}\n`);
    await readSheet(zip, source, { part, is1904, ...known });
    await readSheetAsides(zip, source, { part, unread });
    source.add('\n');
  }
  warnOfUnread(source, unread);
  return officeProperties(zip, source);
}

interface Workbook {
  sheets: { name: string; part: string }[];
  /** Its days are counted from 1904. */
  is1904: boolean;
}

async function workbookOf(zip: Zip, source: Source): Promise<Workbook> {
  const relations = await relationsOf(zip, source, WORKBOOK);
  const sheets: Workbook['sheets'] = [];
  let is1904 = false;
  await readXml(zip.text(WORKBOOK), source.limits, {
    open: (element, attributes) => {
      if (element === 'workbookPr') is1904 = /^(1|true)$/.test(attributes['date1904'] ?? '');
      if (element !== 'sheet') return;
      const part = relations.get(attribute(attributes, 'id', { prefixed: true }) ?? '');
      if (part !== undefined && zip.has(part)) sheets.push({ name: attributes['name'] ?? '', part });
    },
  });
  return { sheets, is1904 };
}

async function sharedStrings(zip: Zip, { limits }: Source): Promise<string[]> {
  const strings: string[] = [];
  let current = '';
  let isText = false;
  let isSpoken = false;
  await readXml(zip.text('xl/sharedStrings.xml'), limits, {
    open: (element) => {
      if (element === 'si') current = '';
      else if (element === 'rPh') isSpoken = true;
      else if (element === 't') isText = !isSpoken;
    },
    close: (element) => {
      if (element === 'si') strings.push(current);
      else if (element === 'rPh') isSpoken = false;
      else if (element === 't') isText = false;
    },
    text: (piece) => {
      if (isText) current += piece;
    },
  });
  return strings;
}

/** The styles under which a number is a date or a duration. */
async function timeStyles(zip: Zip, { limits }: Source): Promise<Map<number, TimeKind>> {
  const custom = new Map<number, string>();
  const styles = new Map<number, TimeKind>();
  let isCellStyles = false;
  let index = 0;
  await readXml(zip.text('xl/styles.xml'), limits, {
    open: (element, attributes) => {
      if (element === 'numFmt') custom.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      else if (element === 'cellXfs') isCellStyles = true;
      else if (element === 'xf' && isCellStyles) {
        const id = Number(attributes['numFmtId']);
        const kind = timeKind(id, custom.get(id));
        if (kind !== undefined) styles.set(index, kind);
        index++;
      }
    },
    close: (element) => {
      if (element === 'cellXfs') isCellStyles = false;
    },
  });
  return styles;
}

interface Sheet {
  part: string;
  strings: readonly string[];
  timeStyles: ReadonlyMap<number, TimeKind>;
  is1904: boolean;
}

async function readSheet(zip: Zip, source: Source, sheet: Sheet): Promise<void> {
  let row: string[] = [];
  let cell = { type: '', style: 0, column: 0, value: '' };
  let isValue = false;
  await readXml(zip.text(sheet.part), source.limits, {
    open: (element, attributes) => {
      if (element === 'row') row = [];
      else if (element === 'c') {
        const column = columnOf(attributes['r']) ?? row.length;
        cell = { type: attributes['t'] ?? '', style: Number(attributes['s'] ?? 0), column, value: '' };
      } else if (element === 'v' || element === 't') isValue = true;
    },
    close: (element) => {
      if (element === 'v' || element === 't') isValue = false;
      else if (element === 'c' && cell.column < COLUMNS_MAX) {
        while (row.length < cell.column) row.push('');
        row[cell.column] = shown(cell, sheet);
      } else if (element === 'row' && row.some((value) => value !== '')) source.add(csvLine(row));
    },
    text: (piece) => {
      if (isValue) cell.value += piece;
    },
  });
}

function shown(
  { type, style, value }: { type: string; style: number; value: string },
  { strings, timeStyles, is1904 }: Sheet,
): string {
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  const kind = (type === '' || type === 'n') && value !== '' ? timeStyles.get(style) : undefined;
  if (kind === undefined) return value;
  return kind === 'duration' ? serialDuration(Number(value)) : serialDate(Number(value), { is1904 });
}
