import { decodeText, looksLikeText, PROBED_BYTES } from './encoding.ts';
import { extensionForType, recognise, type Format } from './formats.ts';
import { Unreadable } from './limits.ts';
import type { Attached } from './readers/mail.ts';
import type { Properties, Source } from './source.ts';

/** Loaded when they are needed: each takes time to load. */
export const READERS: Record<Format, (source: Source) => Promise<Properties>> = {
  text: async (source) => readText(source),
  html: async (source) => (await import('./readers/html.ts')).readHtml(source),
  rtf: async (source) => (await import('./readers/rtf.ts')).readRtf(source),
  pdf: async (source) => (await import('./readers/pdf.ts')).readPdf(source),
  docx: async (source) => (await import('./readers/docx.ts')).readDocx(source),
  pptx: async (source) => (await import('./readers/pptx.ts')).readPptx(source),
  xlsx: async (source) => (await import('./readers/xlsx.ts')).readXlsx(source),
  'open-document': async (source) => (await import('./readers/open-document.ts')).readOpenDocument(source),
  epub: async (source) => (await import('./readers/epub.ts')).readEpub(source),
  eml: async (source) => (await import('./readers/mail.ts')).readEml(source, readAttachment),
  mbox: async (source) => (await import('./readers/mail.ts')).readMbox(source, readAttachment),
};

function readText(source: Source): Properties {
  const start = source.start(PROBED_BYTES);
  if (start.subarray(0, 5).toString('latin1') === '%PDF-')
    throw new Unreadable('is a PDF, but is not named so: name it .pdf.');
  if (start.subarray(0, 5).toString('latin1') === '{\\rtf')
    throw new Unreadable('is RTF, but is not named so: name it .rtf.');
  if (!looksLikeText(start, source.charset))
    throw new Unreadable('is not text that can be read here: save it as UTF-8.');
  source.add(decodeText(source.whole(source.limits.textBytes), source.charset));
  return {};
}

/** Messages within messages. */
const LEVELS_MAX = 5;
/** They have no text. */
const SIGNATURES = /^application\/(x-)?(pgp-signature|pkcs7-signature)$/;

/** Adds the text of a file that came with a mail; a warning says why one was not read. */
async function readAttachment(mail: Source, { name, mimeType, bytes }: Attached): Promise<void> {
  if (SIGNATURES.test(mimeType)) return;
  if (mail.level >= LEVELS_MAX) return mail.warn(`Attachment ${name} is nested too deeply to be read.`);
  const type = recognise(name) ?? recognise(extensionForType(mimeType));
  if (type !== undefined && 'missing' in type) return mail.warn(`Attachment ${name}: ${type.missing}`);
  const source = mail.inner(bytes);
  try {
    if (type === undefined && !looksLikeText(source.start(PROBED_BYTES)))
      throw new Unreadable('is of a type that is not read here.');
    source.end(await READERS[type?.format ?? 'text'](source));
  } catch (error) {
    return mail.warn(`Attachment ${name} ${reasonOf(error)}`);
  }
  if (source.parts.length === 0) mail.warn(`Attachment ${name} has no text in it.`);
  for (const warning of source.warnings) mail.warn(`Attachment ${name}: ${warning}`);
  for (const { text } of source.parts) mail.add(`\n\nAttachment ${name}:\n\n${text.trim()}`);
}

export function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof RangeError) return 'is nested too deeply to be read.';
  return 'is damaged: it cannot be read as what its name says.';
}
