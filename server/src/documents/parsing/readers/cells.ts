/** `BC12` → 54, from 0; undefined for text that does not name a cell. */
export function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  if (letters === undefined) return undefined;
  return Array.from(letters).reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** The number formats of dates and times that every spreadsheet has. */
const isBuiltInDate = (id: number): boolean => (id >= 14 && id <= 22) || (id >= 45 && id <= 47);

export type TimeKind = 'date' | 'duration';

/** @param code such as `yyyy\-mm\-dd`, with colours and texts. @returns undefined for a plain number. */
export function timeKind(id: number, code: string | undefined): TimeKind | undefined {
  if (code === undefined)
    return id === BUILT_IN_DURATION ? 'duration' : isBuiltInDate(id) ? 'date' : undefined;
  if (/\[(h+|m+|s+)\]/i.test(code)) return 'duration';
  const isDate = /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[[^[\]]*\]/g, '').replace(/general/i, ''));
  return isDate ? 'date' : undefined;
}

/** `[h]:mm:ss`. */
const BUILT_IN_DURATION = 46;

/** `1.25` → `30:00:00`. */
export function serialDuration(serial: number): string {
  const seconds = Math.round(Math.abs(serial) * 86_400);
  if (!Number.isSafeInteger(seconds)) return String(serial);
  const two = (part: number): string => String(part).padStart(2, '0');
  const sign = serial < 0 ? '-' : '';
  return `${sign}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const DAY_MS = 86_400_000;
/** Day 0 of Excel, which counts a 29 February 1900; dates before it are one day off. */
const EPOCH_MS = Date.UTC(1899, 11, 30);

/** Day 0 of workbooks from an old Mac. */
const EPOCH_1904_DAYS = 1_462;

/** `45000.5` → `2023-03-15 12:00:00`; without the time at midnight, without the day where it is 0. */
export function serialDate(serial: number, { is1904 = false } = {}): string {
  const days = serial + (is1904 ? EPOCH_1904_DAYS : 0);
  const date = new Date(EPOCH_MS + Math.round(days * 86_400) * 1000);
  if (!Number.isFinite(date.getTime())) return String(serial);
  const [day = '', time = ''] = date.toISOString().slice(0, 19).split('T');
  if (serial > 0 && serial < 1) return time;
  return date.getTime() % DAY_MS === 0 ? day : `${day} ${time}`;
}
