/** Of Windows in Western languages. */
export const DEFAULT_ENCODING = 'windows-1252';

/** Encodings whose label is not `windows-` and the number of the code page. */
const PAGES = new Map([
  [866, 'ibm866'],
  [932, 'shift_jis'],
  [936, 'gbk'],
  [949, 'euc-kr'],
  [950, 'big5'],
  [10_000, 'macintosh'],
  [10_007, 'x-mac-cyrillic'],
  [20_866, 'koi8-r'],
  [28_591, 'iso-8859-1'],
  [28_592, 'iso-8859-2'],
  [28_595, 'iso-8859-5'],
  [54_936, 'gb18030'],
  [65_001, 'utf-8'],
]);

/** The code pages of `\fcharset`; 0, 1 and 2 name none. */
const CHARSETS = new Map([
  [77, 10_000],
  [128, 932],
  [129, 949],
  [134, 936],
  [136, 950],
  [161, 1253],
  [162, 1254],
  [163, 1258],
  [177, 1255],
  [178, 1256],
  [186, 1257],
  [204, 1251],
  [222, 874],
  [238, 1250],
]);

/** @returns undefined for one that is not known. */
export function encodingOfPage(page: number): string | undefined {
  const isWindows = page === 874 || (page >= 1250 && page <= 1258);
  return isWindows ? `windows-${page}` : PAGES.get(page);
}

export function encodingOfCharset(charset: number): string | undefined {
  const page = CHARSETS.get(charset);
  return page === undefined ? undefined : encodingOfPage(page);
}
