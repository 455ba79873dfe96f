import { Unreadable } from '../limits.ts';
import type { Properties, Source } from '../source.ts';
import { csvLine } from './csv-line.ts';
import { propertiesOf } from './office.ts';
import { DEFAULT_ENCODING, encodingOfCharset, encodingOfPage } from './rtf-encodings.ts';
import { rtfTokens, type RtfToken } from './rtf-tokens.ts';

/** Its paragraphs, each followed by its notes and comments, and the rows of its tables as CSV. */
export function readRtf(source: Source): Properties {
  const bytes = source.whole();
  if (bytes.toString('latin1', 0, 5) !== '{\\rtf') throw new Unreadable('is damaged: it is not RTF.');
  const reader = new RtfReader(source);
  for (const token of rtfTokens(bytes)) reader.take(token);
  return reader.end();
}

/** Groups without text that is shown. */
const PASSED_OVER = new Set(
  (
    'colortbl stylesheet pict objdata nonshppict themedata colorschememapping datastore latentstyles listtable ' +
    'listoverridetable revtbl rsidtbl filetbl bkmkstart bkmkend fldinst listtext pntext sp shprslt xe tc'
  ).split(' '),
);
/** Groups that are read although they are marked as ones that a reader may pass over. */
const READ_IF_STARRED = new Set('shpinst shppict shptxt annotation footnote'.split(' '));
const BREAKS = new Set('par sect page line column'.split(' '));
/** Groups whose text stands apart from the paragraph that they are in. */
const APART = new Set(
  'footnote annotation header headerl headerr headerf footer footerl footerr footerf shptxt'.split(' '),
);
const CHARACTERS = new Map([
  ['tab', '\t'],
  ['emdash', '—'],
  ['endash', '–'],
  ['lquote', '‘'],
  ['rquote', '’'],
  ['ldblquote', '“'],
  ['rdblquote', '”'],
  ['bullet', '•'],
  ['emspace', '\u2003'],
  ['enspace', '\u2002'],
]);
const SYMBOLS = new Map([
  ['~', '\u00a0'],
  ['_', '-'],
  ['\\', '\\'],
  ['{', '{'],
  ['}', '}'],
  ['\t', '\t'],
]);
const MACINTOSH = 10_000;
/** A longer run of text is decoded in pieces. */
const RUN_MAX_BYTES = 64 * 1024;

type Target = 'text' | 'fonts' | 'title' | 'author' | 'info' | 'nothing';

interface Group {
  target: Target;
  /** Text that is deleted, and kept for undo. */
  isDeleted: boolean;
  encoding: string;
  /** Characters for old readers after one of Unicode. */
  skipped: number;
  /** The text around it goes on after it. */
  outer?: { text: string; cells: string[]; isInTable: boolean };
}

class RtfReader {
  readonly #source: Source;
  readonly #fonts = new Map<number, string>();
  readonly #groups: Group[] = [];
  readonly #info = { title: '', author: '' };
  #group: Group = { target: 'text', isDeleted: false, encoding: DEFAULT_ENCODING, skipped: 1 };
  #encoding = DEFAULT_ENCODING;
  #font = 0;
  #defaultFont = 0;
  #bytes: number[] = [];
  #text = '';
  #cells: string[] = [];
  /** Notes for the end of the paragraph. */
  #after: string[] = [];
  /** Open notes. */
  #apart = 0;
  #toSkip = 0;
  #isStarred = false;
  #isInTable = false;
  #images = 0;
  #objects = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  take(token: RtfToken): void {
    if (token.kind === 'byte') return this.#takeByte(token.byte);
    this.#decode();
    if (token.kind === 'open') this.#open();
    else if (token.kind === 'close') this.#close();
    else if (this.#toSkip > 0) this.#toSkip--;
    else if (token.kind === 'symbol') this.#takeSymbol(token.name);
    else this.#takeWord(token.name, token.value);
  }

  end(): Properties {
    this.#decode();
    while (this.#groups.length > 0) this.#close();
    this.#endRow();
    this.#endParagraph();
    this.#source.warnOf(this.#images, 'image');
    this.#source.warnOf(this.#objects, 'embedded object');
    return propertiesOf(this.#info);
  }

  #open(): void {
    const { depth } = this.#source.limits;
    if (this.#groups.length >= depth) throw new Unreadable(`is nested deeper than ${depth} groups.`);
    this.#groups.push(this.#group);
    const { outer: _outer, ...inherited } = this.#group;
    this.#group = inherited;
    this.#toSkip = 0;
    this.#isStarred = false;
  }

  #close(): void {
    const { outer } = this.#group;
    if (outer !== undefined) {
      this.#endRow();
      this.#endParagraph();
      this.#text = outer.text;
      this.#cells = outer.cells;
      this.#isInTable = outer.isInTable;
      this.#apart--;
    }
    this.#group = this.#groups.pop() ?? this.#group;
    this.#toSkip = 0;
    this.#isStarred = false;
  }

  #takeByte(byte: number): void {
    if (this.#toSkip > 0) this.#toSkip--;
    else if (this.#group.target !== 'nothing') this.#bytes.push(byte);
    if (this.#bytes.length > RUN_MAX_BYTES && byte < 0x80) this.#decode();
  }

  #takeSymbol(name: string): void {
    if (name === '*') this.#isStarred = true;
    else if (name === '\n' || name === '\r') this.#endParagraph();
    else this.#add(SYMBOLS.get(name) ?? '');
  }

  #takeWord(name: string, value: number | undefined): void {
    const isOptional = this.#isStarred;
    this.#isStarred = false;
    if (this.#group.target === 'nothing') return;
    if (name === 'pict') this.#images++;
    else if (name === 'object') this.#objects++;
    if (PASSED_OVER.has(name) || (isOptional && !READ_IF_STARRED.has(name))) this.#group.target = 'nothing';
    else if (APART.has(name)) this.#setApart();
    else if (this.#group.target === 'fonts' || name === 'fonttbl') this.#takeFont(name, value);
    else if (name === 'info') this.#group.target = 'info';
    else if (this.#group.target === 'info')
      this.#group.target = name === 'title' || name === 'author' ? name : 'nothing';
    else this.#takeFormat(name, value);
  }

  /** The text of a note does not stand within the sentence that refers to it. */
  #setApart(): void {
    if (this.#group.outer !== undefined) return;
    this.#group.outer = { text: this.#text, cells: this.#cells, isInTable: this.#isInTable };
    this.#group.target = 'text';
    this.#apart++;
    this.#isInTable = false;
    this.#text = '';
    this.#cells = [];
  }

  #takeFont(name: string, value = 0): void {
    this.#group.target = 'fonts';
    if (name === 'f') this.#font = value;
    else if (name === 'fcharset') this.#setFont(encodingOfCharset(value));
    else if (name === 'cpg') this.#setFont(encodingOfPage(value));
  }

  #setFont(encoding: string | undefined): void {
    if (encoding !== undefined) this.#fonts.set(this.#font, encoding);
  }

  #takeFormat(name: string, value: number | undefined): void {
    const group = this.#group;
    const page = name === 'ansicpg' ? value : name === 'mac' ? MACINTOSH : undefined;
    if (page !== undefined) this.#encoding = group.encoding = encodingOfPage(page) ?? DEFAULT_ENCODING;
    else if (name === 'u' && value !== undefined) this.#takeUnicode(value);
    else if (name === 'uc') group.skipped = Math.max(value ?? 1, 0);
    else if (name === 'f') group.encoding = this.#fonts.get(value ?? 0) ?? this.#encoding;
    else if (name === 'deff') this.#defaultFont = value ?? 0;
    else if (name === 'plain') group.encoding = this.#fonts.get(this.#defaultFont) ?? this.#encoding;
    else if (name === 'deleted') group.isDeleted = value !== 0;
    else if (name === 'intbl') this.#isInTable = true;
    else if (name === 'pard') this.#isInTable = false;
    else if (name === 'cell' || name === 'nestcell') this.#endCell();
    else if (name === 'row' || name === 'nestrow') this.#endRow();
    else if (BREAKS.has(name)) this.#break(name);
    else this.#add(CHARACTERS.get(name) ?? '');
  }

  #takeUnicode(value: number): void {
    const code = value < 0 ? value + 0x1_0000 : value;
    if (code > 0 && code <= 0xffff) this.#add(String.fromCharCode(code));
    this.#toSkip = this.#group.skipped;
  }

  #decode(): void {
    if (this.#bytes.length === 0) return;
    const bytes = Buffer.from(this.#bytes);
    this.#bytes = [];
    const { encoding, target } = this.#group;
    this.#add(new TextDecoder(target === 'text' ? encoding : this.#encoding).decode(bytes));
  }

  #add(piece: string): void {
    const { target, isDeleted } = this.#group;
    if (isDeleted) return;
    if (target === 'text') this.#text += piece;
    else if (target === 'title' || target === 'author') this.#info[target] += piece;
  }

  /** In a table the paragraph goes on in its cell. */
  #break(name: string): void {
    if (name === 'line' || this.#isInTable || this.#cells.length > 0) this.#add('\n');
    else this.#endParagraph();
  }

  #endParagraph(): void {
    if (this.#text.trim() !== '') this.#write(`${this.#text.trim()}\n\n`);
    this.#text = '';
    this.#writeAfter();
  }

  #write(text: string): void {
    if (this.#apart > 0) this.#after.push(text);
    else this.#source.add(text);
  }

  #writeAfter(): void {
    if (this.#apart > 0) return;
    for (const text of this.#after) this.#source.add(text);
    this.#after = [];
  }

  #endCell(): void {
    this.#cells.push(this.#text.trim());
    this.#text = '';
  }

  #endRow(): void {
    const cells = this.#cells;
    this.#cells = [];
    this.#isInTable = false;
    if (cells.some((cell) => cell !== '')) this.#write(csvLine(cells));
    this.#writeAfter();
  }
}
