import type { Properties, Source } from '../source.ts';
import { readXml } from '../xml.ts';
import { Zip } from '../zip.ts';
import { readDrawing } from './drawing-text.ts';
import { officeProperties, relatedParts } from './office.ts';
import { WordText, type Unread } from './word-text.ts';

/** Its headers, its paragraphs and tables with their notes and comments, then its footers. */
export async function readDocx(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  const whole = await relatedParts(zip, source, '');
  const main = whole.find(({ kind }) => kind === 'officeDocument')?.target ?? 'word/document.xml';
  const related = await relatedParts(zip, source, main);
  const partsOf = (kind: string): string[] =>
    related.filter((part) => part.kind === kind && zip.has(part.target)).map(({ target }) => target);
  const unread: Unread = { image: new Set(), chart: new Set(), 'embedded object': new Set() };
  const asides = new Map<string, string>();
  for (const part of ['footnotes', 'endnotes', 'comments'].flatMap(partsOf)) {
    const reader = new WordText({ part, unread, write: () => {}, asides: new Map() });
    await readXml(zip.text(part), source.limits, reader);
    for (const [id, text] of reader.parts) asides.set(id, text);
  }
  await readMargins(zip, source, { parts: partsOf('header'), unread });
  const body = new WordText({ part: main, unread, write: (text) => source.add(text), asides });
  await readXml(zip.text(main), source.limits, body);
  for (const part of partsOf('diagramData')) await readDrawing(zip, source, part);
  await readMargins(zip, source, { parts: partsOf('footer'), unread });
  for (const [noun, found] of Object.entries(unread)) source.warnOf(found.size, noun);
  source.warnOf(partsOf('aFChunk').length, 'embedded file');
  return officeProperties(zip, source);
}

interface Margins {
  parts: readonly string[];
  unread: Unread;
}

/** Headers or footers; a document has one for each of its sections, most of them equal. Some are only a number. */
async function readMargins(zip: Zip, source: Source, { parts, unread }: Margins): Promise<void> {
  const texts = new Set<string>();
  for (const part of parts) {
    const pieces: string[] = [];
    const write = (text: string): number => pieces.push(text);
    await readXml(zip.text(part), source.limits, new WordText({ part, unread, write, asides: new Map() }));
    const text = pieces.join('');
    if (/\p{L}/u.test(text)) texts.add(text);
  }
  for (const text of texts) source.add(text);
}
