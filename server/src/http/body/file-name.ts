import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy';
import { decodeWords } from 'postal-mime';
import { decodeName, type DecodedName } from './name-encoding.ts';

/** The parts of the parser that are not in its types: the event of a part's head. */
interface Heads {
  _parser?: { parser?: NodeJS.EventEmitter };
}

/** A file of a form, as its sender names it. */
export interface FormFile {
  /** Undefined: it has none. */
  name: string | undefined;
  /** Whether the encoding of the name could not be told. */
  hasUnclearName: boolean;
  type: string;
}

/**
 * Listens for the files of a form, with the name that the client's user sees, in any script. The form's own parser reads
 * `filename` only, and only as UTF-8; clients write it in many ways (`fileNameIn`).
 */
export function onFile(
  form: BusboyInstance,
  listener: (field: string, stream: BusboyFileStream, file: FormFile) => void,
): void {
  let disposition: string | undefined;
  // Before the parser's own listeners, which announce the file.
  // eslint-disable-next-line no-underscore-dangle
  (form as BusboyInstance & Heads)._parser?.parser?.prependListener('part', (part: NodeJS.EventEmitter) => {
    disposition = undefined;
    part.prependListener('header', (head: Record<string, string[] | undefined>) => {
      disposition = head['content-disposition']?.[0];
    });
  });
  form.on('file', (...[field, stream, name, , type]) => {
    const own = disposition === undefined ? undefined : fileNameIn(disposition);
    listener(field, stream, { name, hasUnclearName: false, ...own, type });
  });
}

/** RFC 8187, which .NET, Java and older Python send beside or in place of `filename`. */
const EXTENDED = /;[ \t]*filename\*[ \t]*=[ \t]*"?([\w-]{1,40})'[\w-]{0,40}'([^;"\s]*)/i;
const PLAIN = /;[ \t]*filename[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i;
/** RFC 2047, as .NET and mail libraries write names beyond ASCII. */
const WORDS = /^(?:=\?[\w-]{1,40}\?[bq]\?[^?\s]*\?=\s*)+$/i;

/**
 * The last part of the path in a Content-Disposition; undefined: it names no file.
 * @param disposition its bytes, one a character.
 */
export function fileNameIn(disposition: string): Omit<FormFile, 'type'> | undefined {
  const [, charset, extended = ''] = EXTENDED.exec(disposition) ?? [];
  const decoded = charset === undefined ? undefined : decodedPercents(extended, charset);
  const found = decoded === undefined ? plainNameIn(disposition) : { text: decoded, isUnclear: false };
  return found && { name: found.text.split(/[/\\]/).at(-1), hasUnclearName: found.isUnclear };
}

function decodedPercents(text: string, charset: string): string | undefined {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    // An unknown charset, or bytes that are not in it: `filename` may stand beside it.
    return undefined;
  }
}

function plainNameIn(disposition: string): DecodedName | undefined {
  const [found, quoted, bare] = PLAIN.exec(disposition) ?? [];
  if (found === undefined) return undefined;
  const bytes = Buffer.from(quoted?.replaceAll(/\\(["\\])/g, '$1') ?? bare ?? '', 'latin1');
  const { text, isUnclear } = decodeName(bytes);
  if (WORDS.test(text)) return { text: decodeWords(text), isUnclear };
  // How browsers write the three characters that would end the name (HTML, "multipart/form-data encoding algorithm").
  return { text: text.replaceAll('%22', '"').replaceAll(/%0D|%0A/g, ' '), isUnclear };
}
