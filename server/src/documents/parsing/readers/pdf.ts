import { fileURLToPath } from 'node:url';
import { getDocumentProxy } from 'unpdf';
import { Unreadable } from '../limits.ts';
import type { Properties, Source } from '../source.ts';
import { propertiesOf } from './office.ts';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Of pdf.js: what it cannot read it only writes to the console. */
const WARNINGS = 1;

/** Runs `read`, and calls `onLost` where pdf.js says that it leaves out the text of a font. */
async function watchingFonts<T>(read: () => Promise<T>, onLost: () => void): Promise<T> {
  const { warn } = console;
  // eslint-disable-next-line no-console
  console.warn = (...said: unknown[]) => {
    if (said.join(' ').includes('translateFont failed')) onLost();
  };
  try {
    return await read();
  } finally {
    // eslint-disable-next-line no-console
    console.warn = warn;
  }
}

/** @throws Unreadable also where all pages are images. */
export async function readPdf(source: Source): Promise<Properties> {
  const pdf = await opened(new Uint8Array(source.whole()));
  const blank: number[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const text = await watchingFonts(
      () => pageText(pdf, number),
      () => source.warn(`Text in a font that cannot be read is missing, first on page ${number}.`),
    );
    if (text.trim() === '') blank.push(number);
    source.add(`${text.trim()}\n\n`);
  }
  if (blank.length === pdf.numPages)
    throw new Unreadable(
      'is a PDF without readable text, such as a scan. Convert it with text recognition (OCR) first.',
    );
  warnOfBlank(source, blank);
  for (const name of await attachmentsOf(pdf)) source.warn(`Attachment ${name} was not read.`);
  return propertiesIn(pdf);
}

function warnOfBlank(source: Source, pages: readonly number[]): void {
  const [first] = pages;
  if (first === undefined) return;
  const shown = `${pages.slice(0, PAGES_SHOWN).join(', ')}${pages.length > PAGES_SHOWN ? ', …' : ''}`;
  source.warn(
    pages.length === 1
      ? `Page ${first} has no readable text, such as a scan.`
      : `${pages.length} pages have no readable text, such as scans: ${shown}.`,
  );
}

const PAGES_SHOWN = 20;

async function attachmentsOf(pdf: Pdf): Promise<string[]> {
  const attachments: unknown = await pdf.getAttachments().catch(() => null);
  return Object.keys(attachments ?? {});
}

async function opened(bytes: Uint8Array): Promise<Pdf> {
  try {
    return await getDocumentProxy(bytes, {
      verbosity: WARNINGS,
      // Without them, Chinese, Japanese and Korean text in fonts of the reader's machine is empty.
      cMapUrl: fileURLToPath(new URL('../cmaps/', import.meta.url)),
      useWorkerFetch: false,
    });
  } catch (error) {
    const isLocked = (error as Error).name === 'PasswordException';
    throw new Unreadable(
      isLocked ? 'is encrypted: save it without a password.' : 'is damaged: it cannot be read as a PDF.',
    );
  }
}

async function pageText(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  const fields = filledIn((await page.getAnnotations()) as Annotation[]);
  page.cleanup();
  return fields === '' ? text : `${text}\n${fields}`;
}

interface Annotation {
  fieldName?: unknown;
  fieldValue?: unknown;
  password?: unknown;
  subtype?: unknown;
  contentsObj?: { str?: unknown };
}

/** The values in the fields of forms, and comments. */
function filledIn(annotations: readonly Annotation[]): string {
  return annotations
    .flatMap((annotation) => [filledInField(annotation), commentIn(annotation)])
    .filter(isSaid)
    .join('\n');
}

/** Other kinds have texts that describe the annotation, or the same text again. */
const COMMENTS = new Set<unknown>(['Text', 'FreeText', 'Highlight', 'Underline', 'Squiggly', 'StrikeOut']);

const commentIn = ({ subtype, contentsObj }: Annotation): string =>
  COMMENTS.has(subtype) && isSaid(contentsObj?.str) ? contentsObj.str : '';

function filledInField({ fieldName, fieldValue, password }: Annotation): string {
  if (password === true || fieldValue === 'Off') return '';
  const value = [fieldValue].flat().filter(isSaid).join(', ');
  return value !== '' && isSaid(fieldName) ? `${fieldName}: ${value}` : value;
}

const isSaid = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

async function propertiesIn(pdf: Pdf): Promise<Properties> {
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  const { Title, Author } = info as { Title?: unknown; Author?: unknown };
  return propertiesOf({
    title: isSaid(Title) ? Title : undefined,
    author: isSaid(Author) ? Author : undefined,
  });
}
