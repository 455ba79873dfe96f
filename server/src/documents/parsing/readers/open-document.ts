import { Unreadable } from '../limits.ts';
import type { Properties, Source } from '../source.ts';
import { attribute, readXml } from '../xml.ts';
import { Zip } from '../zip.ts';
import { csvLine } from './csv-line.ts';
import { officeProperties } from './office.ts';

/** A cell can declare a million repeats. */
const REPEATS_MAX = 64;
const COLUMNS_MAX = 16_384;
const SPACES_MAX = 100;
const ASIDES = new Set(['note', 'annotation']);
const LABELS = new Set(['note-citation', 'creator', 'date', 'creator-initials']);
const BODY = new Set(['body']);
const MARGINS = new Set(['header', 'footer', 'header-first', 'footer-first', 'header-left', 'footer-left']);

/** Paragraphs, and rows of tables as CSV. */
export async function readOpenDocument(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  await refuseEncrypted(zip, source);
  await readMargins(zip, source);
  const reader = new ContentReader((text) => source.add(text), BODY);
  await readXml(zip.text('content.xml'), source.limits, reader);
  source.warnOf(reader.images.size, 'image');
  source.warnOf(reader.objects.size, 'embedded object');
  return officeProperties(zip, source);
}

/** Headers and footers, which are styles of pages, without those that are only a number. */
async function readMargins(zip: Zip, source: Source): Promise<void> {
  if (!zip.has('styles.xml')) return;
  const pieces: string[] = [];
  const reader = new ContentReader((text) => pieces.push(text), MARGINS);
  await readXml(zip.text('styles.xml'), source.limits, reader);
  const lines = new Set(pieces.join('').split('\n'));
  for (const line of lines) if (/\p{L}/u.test(line)) source.add(`${line.trim()}\n`);
}

/** The zip archive is not marked as encrypted; its manifest is. */
async function refuseEncrypted(zip: Zip, { limits }: Source): Promise<void> {
  const manifest = 'META-INF/manifest.xml';
  if (!zip.has(manifest)) return;
  await readXml(zip.text(manifest), limits, {
    open: (name) => {
      if (name === 'encryption-data') throw new Unreadable('is encrypted: save it without a password.');
    },
  });
}

class ContentReader {
  /** Where they are in the archive. */
  readonly images = new Set<string>();
  readonly objects = new Set<string>();
  readonly #write: (text: string) => void;
  readonly #within: ReadonlySet<string>;
  /** Open elements whose text is read. */
  #isWithin = 0;
  #cell: { text: string; repeats: number } | undefined;
  #row: string[] | undefined;
  /** Open ones: a paragraph can have notes with paragraphs. */
  #paragraphs = 0;
  /** Open notes and comments. */
  #asides = 0;
  /** Their text, for the end of the paragraph that they are in. */
  #aside = '';
  /** Open elements of a note or a comment that are not its text. */
  #labels = 0;
  /** Within deleted text that is kept for undo. */
  #isDeleted = false;

  constructor(write: (text: string) => void, within: ReadonlySet<string>) {
    this.#write = write;
    this.#within = within;
  }

  open = (name: string, attributes: Record<string, string>): void => {
    this.#note(name, attribute(attributes, 'href'));
    if (this.#within.has(name)) this.#isWithin++;
    else if (name === 'tracked-changes') this.#isDeleted = true;
    else if (ASIDES.has(name)) this.#asides++;
    else if (this.#asides > 0 && LABELS.has(name)) this.#labels++;
    else if (name === 'p' || name === 'h') this.#paragraphs++;
    else if (name === 's') this.#add(' '.repeat(repeats(attribute(attributes, 'c'), SPACES_MAX)));
    else if (name === 'tab') this.#add('\t');
    else if (name === 'line-break') this.#add('\n');
    else if (name === 'table') this.#addLine(attribute(attributes, 'name'));
    else if (name === 'table-row') this.#row ??= [];
    else if (name === 'table-cell' || name === 'covered-table-cell') {
      const times = repeats(attribute(attributes, 'number-columns-repeated'), REPEATS_MAX);
      this.#cell ??= { text: '', repeats: times };
    }
  };

  close = (name: string): void => {
    if (this.#within.has(name)) this.#isWithin--;
    else if (name === 'tracked-changes') this.#isDeleted = false;
    else if (ASIDES.has(name)) this.#asides--;
    else if (this.#asides > 0 && LABELS.has(name)) this.#labels--;
    else if (name === 'p' || name === 'h') this.#endParagraph();
    else if (name === 'table-cell' || name === 'covered-table-cell') this.#endCell();
    else if (name === 'table-row') this.#endRow();
    else if (name === 'page') this.#add('\n');
  };

  text = (piece: string): void => {
    if (this.#paragraphs > 0) this.#add(piece.replace(/[\t\n\r ]+/g, ' '));
  };

  #endParagraph(): void {
    this.#paragraphs--;
    this.#add('\n');
    if (this.#asides > 0 || this.#aside === '') return;
    const aside = this.#aside;
    this.#aside = '';
    this.#add(aside);
  }

  #add(piece: string): void {
    if (this.#isWithin === 0 || this.#isDeleted || this.#labels > 0) return;
    if (this.#asides > 0) this.#aside += piece;
    else if (this.#cell === undefined) this.#write(piece);
    else this.#cell.text += piece;
  }

  #note(name: string, place: string | undefined): void {
    if (place === undefined || this.#isWithin === 0) return;
    if (name === 'image' && !place.startsWith('./ObjectReplacements/')) this.images.add(place);
    else if (name === 'object' || name === 'object-ole') this.objects.add(place);
  }

  #addLine(text: string | undefined): void {
    if (text !== undefined) this.#add(`${text}\n`);
  }

  #endCell(): void {
    const { text, repeats } = this.#cell ?? { text: '', repeats: 0 };
    this.#cell = undefined;
    for (let i = 0; i < repeats && this.#row !== undefined && this.#row.length < COLUMNS_MAX; i++)
      this.#row.push(text.trim());
  }

  #endRow(): void {
    const row = this.#row ?? [];
    this.#row = undefined;
    if (row.some((cell) => cell !== '')) this.#add(csvLine(row));
  }
}

const repeats = (text: string | undefined, max: number): number =>
  Math.min(Math.max(Math.trunc(Number(text ?? 1)) || 1, 1), max);
