import { isUtf8 } from 'node:buffer';

export interface DecodedName {
  text: string;
  /** Its bytes fit several encodings: those beyond ASCII are written as `%` and two digits. */
  isUnclear: boolean;
}

/**
 * The name of a file whose sender says nothing of its encoding. Old clients write it in that of their machine. Names are too
 * short for a count of frequent characters, as `decodeText` of the documents makes it; but most are words of a dictionary.
 * @returns as UTF-8 where it is valid; else in the Chinese, Japanese or Korean encoding whose words it consists of; else as Latin
 * or Cyrillic letters where it looks like them.
 */
export function decodeName(bytes: Buffer): DecodedName {
  const clear = (text: string): DecodedName => ({ text, isUnclear: false });
  if (isUtf8(bytes)) return clear(bytes.toString());
  const raw = bytes.toString('latin1');
  const start = bytes.subarray(0, START_BYTES);
  const readings = ENCODINGS.filter(({ fits }) => fits.test(raw)).map(({ name, share, ...rest }) => ({
    ...rest,
    name,
    share: share(decoded(start, name)),
  }));
  const [best] = readings
    .filter(({ share, min }) => share >= min)
    .toSorted((one, other) => other.share - one.share);
  if (best !== undefined) return clear(decoded(bytes, best.name));
  if (isLatin(start)) return clear(decoded(bytes, 'windows-1252'));
  if (isCyrillic(decoded(start, 'windows-1251'))) return clear(decoded(bytes, 'windows-1251'));
  if (readings.length === 0) return clear(decoded(bytes, 'windows-1252'));
  return { text: raw.replaceAll(UNCLEAR, percentsOf), isUnclear: true };
}

const decoded = (bytes: Buffer, encoding: string): string => new TextDecoder(encoding).decode(bytes);

/** A backslash after such a byte is its second half: it separates no folders. */
const UNCLEAR = /[^\0-\x7f]\\?/g;
const percentsOf = (bytes: string): string =>
  bytes.replaceAll(/./gs, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);

/** A name is shorter; the head of a part may have 16 KiB. */
const START_BYTES = 400;

interface Encoding {
  name: string;
  /** Pairs of bytes of characters that names have, without rare ones: every text would fit otherwise. */
  fits: RegExp;
  /** The part of its characters that make sense. Of two equal ones the first encoding of the list wins. */
  share: (text: string) => number;
  /** Names of people are in no dictionary; in other texts no word is there by chance. */
  min: number;
}

const ENCODINGS: Encoding[] = [
  {
    name: 'gb18030',
    fits: /^(?:[\0-\x7f]|[\xa1-\xa3\xb0-\xf7][\xa1-\xfe])*$/,
    share: shareOfWords,
    min: 0.5,
  },
  {
    name: 'big5',
    fits: /^(?:[\0-\x7f]|[\xa1-\xc6\xc9-\xf9][@-~\xa1-\xfe])*$/,
    share: shareOfWords,
    min: 0.5,
  },
  {
    name: 'shift_jis',
    fits: /^(?:[\0-\x7f]|[\x81-\x9f\xe0-\xea][@-~\x80-\xfc])*$/,
    share: shareOfWords,
    min: 0.5,
  },
  {
    name: 'euc-kr',
    fits: /^(?:[\0-\x7f]|[\xa1-\xa3\xb0-\xc8][\xa1-\xfe])*$/,
    share: shareOfPlainHangul,
    min: 0.75,
  },
];

const CHINESE_OR_JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/gu;

/** Of all Chinese and Japanese characters those in words of two or more: the dictionary of ICU has both languages. */
function shareOfWords(text: string): number {
  let [all, inWords] = [0, 0];
  for (const { segment } of WORDS.segment(text)) {
    const count = segment.match(CHINESE_OR_JAPANESE)?.length ?? 0;
    all += count;
    if (count > 1) inWords += count;
  }
  return all === 0 ? 0 : inWords / all;
}

const WORDS = new Intl.Segmenter('zh', { granularity: 'word' });

/** Of all syllables those of frequent letters: Chinese that is read as Korean has all kinds. */
function shareOfPlainHangul(text: string): number {
  const syllables = text.match(/\p{Script=Hangul}/gu) ?? [];
  return syllables.length === 0 ? 0 : syllables.filter(isPlain).length / syllables.length;
}

/** Unicode orders syllables by their first letter (19), vowel (21) and last letter (28, the first of which stands for no letter). */
function isPlain(syllable: string): boolean {
  const at = syllable.charCodeAt(0) - 0xac00;
  const [first, vowel, last] = [Math.floor(at / 588), Math.floor(at / 28) % 21, at % 28];
  return !RARE_FIRST.has(first) && !RARE_VOWELS.has(vowel) && PLAIN_LAST.has(last);
}

/** Doubled ones. */
const RARE_FIRST = new Set([1, 4, 8, 10, 13]);
/** yae, wae, we. */
const RARE_VOWELS = new Set([3, 10, 15]);
/** None, g, n, l, m, b, s, ng. */
const PLAIN_LAST = new Set([0, 1, 4, 8, 16, 17, 19, 21]);

/** Words of four letters or more with vowels: Greek and Hebrew that are read as Cyrillic have few. */
function isCyrillic(text: string): boolean {
  const words = text.match(/[^\0-\x7f]+/g) ?? [];
  const letters = words.join('').toLowerCase();
  const vowels = letters.match(/[аеёиоуыэюя]/g)?.length ?? 0;
  return letters.length >= 4 && words.every(isCyrillicWord) && vowels / letters.length >= 0.25;
}

const isCyrillicWord = (word: string): boolean => /^[А-ЯЁ]?[а-яё]+$|^[А-ЯЁ]+$/.test(word);

/** Letters beyond ASCII stand alone or in pairs beside others, as in Größe. */
function isLatin(bytes: Buffer): boolean {
  const text = decoded(bytes, 'windows-1252');
  const isPlainLetter = (at: number): boolean => /[a-z]/i.test(text[at] ?? '');
  return [...text.matchAll(/[^\0-\x7f]+/g)].every(
    ({ 0: run, index }) =>
      /^\p{Letter}{1,2}$/u.test(run) && (isPlainLetter(index - 1) || isPlainLetter(index + run.length)),
  );
}
