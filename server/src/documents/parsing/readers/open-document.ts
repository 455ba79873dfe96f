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

/** Paragraphs, and rows of tables as CSV. */
export async function readOpenDocument(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  await refuseEncrypted(zip, source);
  const reader = new ContentReader(source);
  await readXml(zip.text('content.xml'), source.limits, reader);
  return officeProperties(zip, source);
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
  readonly #source: Source;
  #isBody = false;
  #cell: { text: string; repeats: number } | undefined;
  #row: string[] | undefined;
  /** Open ones: a paragraph can have notes with paragraphs. */
  #paragraphs = 0;
  /** Within deleted text that is kept for undo. */
  #isDeleted = false;

  constructor(source: Source) {
    this.#source = source;
  }

  open = (name: string, attributes: Record<string, string>): void => {
    if (name === 'body') this.#isBody = true;
    else if (name === 'tracked-changes') this.#isDeleted = true;
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
    if (name === 'tracked-changes') this.#isDeleted = false;
    else if (name === 'p' || name === 'h') {
      this.#paragraphs--;
      this.#add('\n');
    } else if (name === 'table-cell' || name === 'covered-table-cell') this.#endCell();
    else if (name === 'table-row') this.#endRow();
    else if (name === 'page') this.#add('\n');
  };

  text = (piece: string): void => {
    if (this.#paragraphs > 0) this.#add(piece);
  };

  #add(piece: string): void {
    if (!this.#isBody || this.#isDeleted) return;
    if (this.#cell === undefined) this.#source.add(piece);
    else this.#cell.text += piece;
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
