import { attribute, type XmlHandlers } from '../xml.ts';
import { csvLine } from './csv-line.ts';

/** What a document shows and has no text, by its noun: the places where it is. */
export type Unread = Record<'image' | 'chart' | 'embedded object', Set<string>>;

interface WordPart {
  /** Its file. */
  part: string;
  unread: Unread;
  write: (text: string) => void;
  /** Texts of notes and comments, such as `footnote 2`. */
  asides: ReadonlyMap<string, string>;
}

/** Not part of the text: properties, deleted and moved text, codes of fields, readings of Chinese characters. */
const PASSED_OVER = new Set('Fallback pPr rPr sectPr tblPr tblGrid del moveFrom instrText rt'.split(' '));
const REFERENCES = new Map([
  ['footnoteReference', 'footnote'],
  ['endnoteReference', 'endnote'],
  ['commentReference', 'comment'],
]);
const ASIDES = new Set(REFERENCES.values());
const CHARACTERS = new Map([
  ['tab', '\t'],
  ['ptab', '\t'],
  ['br', '\n'],
  ['cr', '\n'],
  ['noBreakHyphen', '-'],
]);
const COLUMNS_MAX = 1_000;

/** An open element that collects text. */
interface Frame {
  name: string;
  text: string[];
  /** Of a table's row. */
  cells: string[];
  /** What comes after a paragraph: its notes, its text boxes. */
  after: string[];
  /** Columns of a cell. */
  span: number;
  author: string;
}

const FRAMES = new Set(['p', 'tr', 'tc', 'txbxContent', ...ASIDES]);

/** Reads a part of a Word file: its paragraphs, and the rows of its tables as CSV. */
export class WordText implements XmlHandlers {
  /** Notes and comments of this part by `footnote 2`. */
  readonly parts = new Map<string, string>();
  readonly #part: WordPart;
  readonly #frames: Frame[] = [];
  readonly #asidesShown = new Set<string>();
  #passedOver = 0;
  #isText = false;
  #id = '';

  constructor(part: WordPart) {
    this.#part = part;
  }

  open = (name: string, attributes: Record<string, string>): void => {
    if (this.#passedOver > 0 || PASSED_OVER.has(name)) {
      this.#passedOver++;
      return;
    }
    this.#note(name, attributes);
    const frame = this.#frames.at(-1);
    if (FRAMES.has(name)) {
      if (ASIDES.has(name)) this.#id = `${name} ${attribute(attributes, 'id') ?? ''}`;
      const author = name === 'comment' ? (attribute(attributes, 'author') ?? '') : '';
      this.#frames.push({ name, text: [], cells: [], after: [], span: 1, author });
    } else if (name === 't') this.#isText = true;
    else if (name === 'gridSpan' && frame !== undefined) frame.span = spanOf(attribute(attributes, 'val'));
    else this.#add(CHARACTERS.get(name) ?? (name === 'sym' ? symbol(attribute(attributes, 'char')) : ''));
    const aside = REFERENCES.get(name);
    if (aside !== undefined) this.#refer(`${aside} ${attribute(attributes, 'id') ?? ''}`);
  };

  close = (name: string): void => {
    if (this.#passedOver > 0) {
      this.#passedOver--;
      return;
    }
    if (name === 't') this.#isText = false;
    else if (name === 'tbl') this.#write('\n');
    else if (FRAMES.has(name)) {
      const frame = this.#frames.pop();
      if (frame !== undefined) this.#end(frame);
    }
  };

  text = (piece: string): void => {
    if (this.#isText && this.#passedOver === 0) this.#add(piece);
  };

  #add(piece: string): void {
    if (piece !== '') this.#frames.at(-1)?.text.push(piece);
  }

  /** Into the element that is open, or, outside of all, into the document. */
  #write(text: string): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) this.#part.write(text);
    else frame.text.push(text);
  }

  #end({ name, text, cells, after, span, author }: Frame): void {
    const all = text.join('');
    const outer = this.#frames.at(-1);
    if (name === 'tc' && outer !== undefined) {
      outer.cells.push(all.trim(), ...Array.from({ length: span - 1 }, () => ''));
      outer.after.push(...after);
    } else if (name === 'tr') {
      // A lone cell is a frame around text, not a row of a table.
      if (cells.length === 1) this.#write(`${cells[0]}\n`);
      else if (cells.some((cell) => cell !== '')) this.#write(csvLine(cells));
      this.#writeAfter(after);
    } else if (name === 'p') {
      if (all.trim() !== '') this.#write(`${all}${this.#isInCell ? '\n' : '\n\n'}`);
      this.#writeAfter(after);
    } else if (name === 'txbxContent') {
      if (outer === undefined) this.#part.write(all);
      else outer.after.push(all.trim());
    } else if (ASIDES.has(name)) this.parts.set(this.#id, labelled(name, author, all.trim()));
  }

  get #isInCell(): boolean {
    return this.#frames.at(-1)?.name === 'tc';
  }

  /** In a cell they wait for the end of its row, so that the row stays a line. */
  #writeAfter(after: readonly string[]): void {
    const cell = this.#isInCell ? this.#frames.at(-1) : undefined;
    if (cell !== undefined) cell.after.push(...after);
    else for (const text of after) if (text !== '') this.#write(`${text}\n\n`);
  }

  #refer(id: string): void {
    const text = this.#part.asides.get(id);
    if (text === undefined || this.#asidesShown.has(id)) return;
    this.#asidesShown.add(id);
    this.#frames.at(-1)?.after.push(text);
  }

  /** Counts what is not text. An image is there twice as a rule, for old programs too. */
  #note(name: string, attributes: Record<string, string>): void {
    const { part, unread } = this.#part;
    const id = attribute(attributes, 'embed') ?? attribute(attributes, 'id', { prefixed: true });
    if (id === undefined) return;
    if (name === 'blip' || name === 'imagedata') unread.image.add(`${part} ${id}`);
    else if (name === 'chart') unread.chart.add(`${part} ${id}`);
    else if (name === 'OLEObject') unread['embedded object'].add(`${part} ${id}`);
  }
}

const labelled = (name: string, author: string, text: string): string =>
  name === 'comment' && text !== '' ? `Comment${author === '' ? '' : ` by ${author}`}: ${text}` : text;

const spanOf = (text: string | undefined): number =>
  Math.min(Math.max(Math.trunc(Number(text ?? 1)) || 1, 1), COLUMNS_MAX);

/** @param code in hexadecimal. Characters of symbol fonts (F0xx) have no text. */
function symbol(code: string | undefined): string {
  const value = Number.parseInt(code ?? '', 16);
  const isText = value >= 0x20 && value < 0xd800;
  return isText ? String.fromCharCode(value) : '';
}
