/**
 * Reads one file, given as standard input, and writes what is in it: a line of JSON, then its text. A process of its own,
 * for files come from strangers: what breaks or exhausts a reader ends here. See parser.ts.
 */
import { looksLikeText, Source } from './source.ts';
import type { Properties } from './source.ts';
import { Unreadable } from './limits.ts';
import type { ParseLimits } from './limits.ts';
import type { Format } from './formats.ts';

/** `undecided`: what the file holds decides. */
export interface ParseJob {
  format: Format | 'undecided';
  limits: ParseLimits;
}

export type ParseHead = { properties: Properties } | { refusal: string } | { unknown: true };

/** Loaded when they are needed: each costs its part of the start. */
const READERS: Record<Format, (source: Source) => Promise<Properties>> = {
  text: async (source) => (await import('./readers/text.ts')).readText(source),
  html: async (source) => (await import('./readers/html.ts')).readHtml(source),
  pdf: async (source) => (await import('./readers/pdf.ts')).readPdf(source),
  docx: async (source) => (await import('./readers/docx.ts')).readDocx(source),
  pptx: async (source) => (await import('./readers/pptx.ts')).readPptx(source),
  xlsx: async (source) => (await import('./readers/xlsx.ts')).readXlsx(source),
  'open-document': async (source) => (await import('./readers/open-document.ts')).readOpenDocument(source),
  epub: async (source) => (await import('./readers/epub.ts')).readEpub(source),
  eml: async (source) => (await import('./readers/mail.ts')).readEml(source),
  mbox: async (source) => (await import('./readers/mail.ts')).readMbox(source),
};

async function answer({ format, limits }: ParseJob): Promise<{ head: ParseHead; text: string }> {
  const source = new Source(STDIN, limits);
  try {
    if (format === 'undecided' && !looksLikeText(source.start(8192)))
      return { head: { unknown: true }, text: '' };
    const properties = await READERS[format === 'undecided' ? 'text' : format](source);
    return { head: { properties }, text: source.text.toString() };
  } catch (error) {
    return { head: { refusal: reasonOf(error) }, text: '' };
  }
}

const STDIN = 0;

function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof RangeError) return 'is nested too deeply to be read.';
  return 'is damaged: it cannot be read as what its name says.';
}

const { head, text } = await answer(JSON.parse(process.argv[2] ?? '') as ParseJob);
process.stdout.write(`${JSON.stringify(head)}\n`);
process.stdout.write(text);
