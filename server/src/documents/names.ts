import slugify from 'slugify';
import { withoutTrailing } from '../base/trailing.ts';

/** Of a folder or a document: the limit of file systems, so that exports can be files. */
const NAME_MAX_BYTES = 255;
/** `-<uuid>.json` follows it. */
const SLUG_MAX_CHARACTERS = 150;
/** Of the text that a name is made from: the time for it can grow with the square. */
const READ_MAX_CHARACTERS = 1_000;

/** @returns undefined for an invalid name: empty, with a separator or a control character, or too long. */
export function checkedName(text: string): string | undefined {
  const name = text.trim();
  // eslint-disable-next-line no-control-regex
  if (name === '' || name === '.' || name === '..' || /[/\\\u0000-\u001f\u007f]/.test(name)) return undefined;
  return Buffer.byteLength(name) <= NAME_MAX_BYTES ? name : undefined;
}

/** A folder as clients name it: `../` at the start is dropped, as it always was. */
export function folderName(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > READ_MAX_CHARACTERS) return undefined;
  return checkedName(withoutTrailing(text.trim().replace(/^(?:\.{1,2}[/\\])+/, ''), '/\\'));
}

/** The name of an uploaded file without the characters that mean something to file systems. */
export function cleanFileName(name: string): string {
  const clean = name
    .replace(/[<>:"/\\|?*\u201c\u201d\u2018\u2019]/g, '')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f]/g, '')
    .trim();
  return clean === '' || /^\.+$/.test(clean) ? 'file' : clean;
}

/** `My Note.v2` → `my-note`: the text after the last dot counts as an extension. */
export function noteSlug(called: string): string {
  const title = called.slice(0, READ_MAX_CHARACTERS);
  const end = title.lastIndexOf('.');
  const stem = end < 0 ? title : title.slice(0, end).replaceAll('.', '-');
  return shortened(slugify(stem, { lower: true }));
}

export const slugOf = (text: string): string => shortened(slugify(text.slice(0, READ_MAX_CHARACTERS)));

const shortened = (slug: string): string =>
  slug.replace(/^\.+/, '').slice(0, SLUG_MAX_CHARACTERS) || 'document';

/** Details of an audit record are limited. */
const NAMED_MAX = 20;
const NAMED_MAX_CHARACTERS = 200;

/** The count, and the first of the names. */
export const named = (names: readonly string[]): { count: number; first: string[] } => ({
  count: names.length,
  first: names.slice(0, NAMED_MAX).map((name) => name.slice(0, NAMED_MAX_CHARACTERS)),
});
