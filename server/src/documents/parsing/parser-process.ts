/**
 * Reads one file, given as standard input, and writes what is in it: a line of JSON, then the text that it announces, and so
 * on. A process of its own, for files come from strangers: what breaks or exhausts a reader ends here. See parser.ts.
 */
import { looksLikeText, PROBED_BYTES, Source, type Properties } from './source.ts';
import { Unreadable, type ParseLimits } from './limits.ts';
import type { Format } from './formats.ts';

/** `undecided`: what the file holds decides. */
export interface ParseJob {
  format: Format | 'undecided';
  limits: ParseLimits;
  /** Of its text, as whoever gave it says. */
  charset?: string | undefined;
}

/** `bytes` of text follow. */
export type ParseHead = { properties: Properties; bytes: number } | { refusal: string } | { unknown: true };

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

async function answer({ format, limits, charset }: ParseJob): Promise<string[]> {
  const source = new Source(STDIN, { limits, charset });
  try {
    if (format === 'undecided' && !looksLikeText(source.start(PROBED_BYTES), charset))
      return headOf({ unknown: true });
    source.text.end(await READERS[format === 'undecided' ? 'text' : format](source));
    return source.text.parts.flatMap(({ properties, text }) => [
      ...headOf({ properties, bytes: Buffer.byteLength(text) }),
      text,
    ]);
  } catch (error) {
    return headOf({ refusal: reasonOf(error) });
  }
}

const headOf = (head: ParseHead): string[] => [`${JSON.stringify(head)}\n`];

const STDIN = 0;

function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof RangeError) return 'is nested too deeply to be read.';
  return 'is damaged: it cannot be read as what its name says.';
}

for (const piece of await answer(JSON.parse(process.argv[2] ?? '') as ParseJob)) process.stdout.write(piece);
