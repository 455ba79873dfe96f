import { withoutTrailing } from '../base/trailing.ts';

/** Of a folder or a document: the limit of file systems, so that exports can be files. */
const NAME_MAX_BYTES = 255;
/** `-<uuid>.json` follows it, `url-` or `raw-` may stand before it. */
const SLUG_MAX_BYTES = 200;
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

/** The name of an uploaded file, in any script, without what would end it or begin another. */
export function cleanFileName(name: string): string {
  const clean = name
    .replace(/[/\\]/g, '')
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f]/g, '')
    .trim();
  return clean === '' || /^\.+$/.test(clean) ? 'file' : clean;
}

/** `My Note.v2` → `my-note.v2`; `.txt` follows it. */
export const noteSlug = (called: string): string => slugOf(called.replace(/\.txt\s*$/i, '')).toLowerCase();

/** A text made fit for a name in a folder and for a URL: its letters in any script, its digits and dots stay. */
export function slugOf(text: string): string {
  const slug = text
    .slice(0, READ_MAX_CHARACTERS)
    .normalize('NFC')
    .replaceAll(/[$%&<>|]/g, (sign) => SIGNS[sign] ?? '')
    .replaceAll(/[^\p{L}\p{M}\p{N}\s_.+~()'!\-@]/gu, '')
    .trim()
    .replaceAll(/[\s-]+/g, '-')
    .replace(/^\.+/, '');
  return cutToBytes(slug, SLUG_MAX_BYTES) || 'document';
}

const SIGNS: Record<string, string> = {
  $: 'dollar',
  '%': 'percent',
  '&': 'and',
  '<': 'less',
  '>': 'greater',
  '|': 'or',
};

/** Without a part of a character at its end. */
function cutToBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  return withoutTrailing(new TextDecoder().decode(Buffer.from(text).subarray(0, max)), '\ufffd');
}

/** Details of an audit record are limited. */
const NAMED_MAX = 20;
const NAMED_MAX_CHARACTERS = 200;

/** The count, and the first of the names. */
export const named = (names: readonly string[]): { count: number; first: string[] } => ({
  count: names.length,
  first: names.slice(0, NAMED_MAX).map((name) => name.slice(0, NAMED_MAX_CHARACTERS)),
});
