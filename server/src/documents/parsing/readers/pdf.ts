import { getDocumentProxy } from 'unpdf';
import { Unreadable } from '../limits.ts';
import type { Properties, Source } from '../source.ts';
import { propertiesOf } from './office.ts';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** @throws Unreadable also where all pages are images. */
export async function readPdf(source: Source): Promise<Properties> {
  const pdf = await opened(new Uint8Array(source.whole()));
  let hasText = false;
  for (let number = 1; number <= pdf.numPages; number++) {
    const text = await pageText(pdf, number);
    hasText ||= text.trim() !== '';
    source.add(`${text.trim()}\n\n`);
  }
  if (!hasText)
    throw new Unreadable(
      'is a PDF without readable text, such as a scan. Convert it with text recognition (OCR) first.',
    );
  return propertiesIn(pdf);
}

async function opened(bytes: Uint8Array): Promise<Pdf> {
  try {
    return await getDocumentProxy(bytes, { verbosity: 0 });
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
}

/** The values in the fields of forms. */
function filledIn(annotations: readonly Annotation[]): string {
  return annotations.map(filledInField).filter(isSaid).join('\n');
}

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
