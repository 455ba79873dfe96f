/**
 * Reads one file from standard input and writes, for each part of it, a line of JSON and the text that it announces. A
 * process of its own: a file from a stranger that breaks or exhausts a reader ends only this process. See parser.ts.
 */
import { decodeText, looksLikeText, PROBED_BYTES, Source, type Properties } from './source.ts';
import { Unreadable, type ParseLimits } from './limits.ts';
import type { Format } from './formats.ts';

/** `undecided`: its content decides. */
export interface ParseJob {
  format: Format | 'undecided';
  limits: ParseLimits;
  /** As the sender declares it. */
  charset?: string | undefined;
}

/** `bytes` of text follow. */
export type ParseHead = { properties: Properties; bytes: number } | { refusal: string } | { unknown: true };

/** Loaded when they are needed: each takes time to load. */
const READERS: Record<Format, (source: Source) => Promise<Properties>> = {
  text: async (source) => readText(source),
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
    source.end(await READERS[format === 'undecided' ? 'text' : format](source));
    return source.parts.flatMap(({ properties, text }) => [
      ...headOf({ properties, bytes: Buffer.byteLength(text) }),
      text,
    ]);
  } catch (error) {
    return headOf({ refusal: reasonOf(error) });
  }
}

function readText(source: Source): Properties {
  const start = source.start(PROBED_BYTES);
  if (start.subarray(0, 5).toString('latin1') === '%PDF-')
    throw new Unreadable('is a PDF, but is not named so: name it .pdf.');
  if (!looksLikeText(start, source.charset))
    throw new Unreadable('is not text that can be read here: save it as UTF-8.');
  source.add(decodeText(source.whole(source.limits.textBytes), source.charset));
  return {};
}

const headOf = (head: ParseHead): string[] => [`${JSON.stringify(head)}\n`];

const STDIN = 0;

function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof RangeError) return 'is nested too deeply to be read.';
  return 'is damaged: it cannot be read as what its name says.';
}

for (const piece of await answer(JSON.parse(process.argv[2] ?? '') as ParseJob)) process.stdout.write(piece);
