import { setImmediate as nextTurn } from 'node:timers/promises';

/** In UTF-16 units. */
export interface ChunkRule {
  size: number;
  /** The part of the former chunk that a chunk repeats, at most. */
  overlap: number;
}

/** A text is cut at the first of these that it has: paragraphs, lines, words, anywhere. */
const SEPARATORS = ['\n\n', '\n', ' ', ''];

/** Cut without a pause: some milliseconds. */
const BLOCK_MAX = 50_000;

/** `splitText` block by block, so that a long text does not block the process. */
export async function chunksOf(text: string, rule: ChunkRule): Promise<string[]> {
  const chunks: string[] = [];
  for (let start = 0; start < text.length;) {
    const block = text.slice(start, start + BLOCK_MAX);
    const length = start + BLOCK_MAX < text.length ? cutOf(block) : block.length;
    for (const chunk of splitText(block.slice(0, length), rule)) chunks.push(chunk);
    start += length;
    if (start < text.length) await nextTurn();
  }
  return chunks;
}

/** The best place for a cut near the end of a block. */
function cutOf(block: string): number {
  for (const separator of SEPARATORS) {
    const at = separator === '' ? -1 : block.lastIndexOf(separator);
    if (at > block.length / 2) return at;
  }
  return isLowSurrogate(block.charCodeAt(block.length - 1)) ? block.length : block.length - 1;
}

/**
 * Cuts a text into chunks of at most `size`, at paragraphs where that is possible, else at lines, words, characters.
 * White space at the edges is left out; an empty text has no chunks.
 */
export function splitText(text: string, rule: ChunkRule, separators = SEPARATORS): string[] {
  const at = separators.findIndex((separator) => text.includes(separator));
  const separator = separators[at] ?? '';
  const finer = separators.slice(at + 1);
  const chunks: string[] = [];
  let small: string[] = [];
  const flush = (): void => {
    chunks.push(...merge(small, separator, rule));
    small = [];
  };
  for (const piece of pieces(text, separator, rule)) {
    if (piece.length <= rule.size) small.push(piece);
    else {
      flush();
      chunks.push(...splitText(piece, rule, finer));
    }
  }
  flush();
  return chunks;
}

/** Without a separator: runs of half the overlap, cut between pairs of surrogates. */
function* pieces(text: string, separator: string, { size, overlap }: ChunkRule): Generator<string> {
  if (separator !== '') {
    yield* text.split(separator);
    return;
  }
  const step = overlap < 2 ? size : Math.min(Math.floor(overlap / 2), size);
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = Math.min(text.length, start + step);
    if (end < text.length && isLowSurrogate(text.charCodeAt(end))) end += end - start > 1 ? -1 : 1;
    yield text.slice(start, end);
  }
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc_00 && unit <= 0xdf_ff;

/** Joins pieces while they fit; a chunk begins with the last pieces of the former one, up to the overlap. */
function merge(small: readonly string[], separator: string, { size, overlap }: ChunkRule): string[] {
  const chunks: string[] = [];
  let first = 0;
  let length = 0;
  const joined = (count: number): number => (count > 0 ? separator.length : 0);
  for (const [at, piece] of small.entries()) {
    if (at > first && length + joined(at - first) + piece.length > size) {
      chunks.push(small.slice(first, at).join(separator).trim());
      while (first < at && (length > overlap || length + joined(at - first) + piece.length > size)) {
        length -= (small[first]?.length ?? 0) + joined(at - first - 1);
        first++;
      }
    }
    length += piece.length + joined(at - first);
  }
  chunks.push(small.slice(first).join(separator).trim());
  return chunks.filter((chunk) => chunk !== '');
}

/** Begins every chunk, so that its vector and its reader know its document. */
export function chunkHeader(metadata: Readonly<Record<string, unknown>>): string {
  const { title, published, chunkSource } = metadata;
  const lines = [
    ...line('sourceDocument', title),
    ...line('published', published),
    ...(typeof chunkSource === 'string' && chunkSource.startsWith(LINK)
      ? line('source', chunkSource.slice(LINK.length))
      : []),
  ];
  return lines.length === 0 ? '' : `<document_metadata>\n${lines.join('\n')}\n</document_metadata>\n\n`;
}

const LINK = 'link://';

/** A title of a megabyte in every chunk would make gigabytes of a book. */
const VALUE_MAX_CHARACTERS = 300;

const line = (name: string, value: unknown): string[] =>
  typeof value === 'string' && value !== '' ? [`${name}: ${shortened(value)}`] : [];

/** A pair of surrogates is not cut in two. */
const shortened = (value: string): string =>
  value.slice(0, VALUE_MAX_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
