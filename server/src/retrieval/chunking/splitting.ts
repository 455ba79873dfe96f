/** Places in a text, in UTF-16 units. */
export interface Range {
  start: number;
  end: number;
}

/** What a chunk holds at most. */
export interface Room {
  /** In UTF-16 units. */
  characters: number;
  tokens: number;
  /** The part of the former chunk that a chunk repeats, at most, in UTF-16 units. */
  overlap: number;
}

/** A text that is cut. */
export interface Cutting {
  text: string;
  /** The tokens before each place of the text, and at last those of all of it. */
  tokensBefore: ArrayLike<number>;
  room: Room;
}

/** The first that a text has is where it is cut: paragraphs, lines, sentences without spaces, words, anywhere. */
const SEPARATORS = ['\n\n', '\n', 'sentence', ' ', ''] as const;
type Separator = (typeof SEPARATORS)[number];

const SENTENCE_END = /[。！？；｡]/;

/**
 * Cuts a part of a text into chunks that fit, at paragraphs where that is possible, else at lines, words, characters. White
 * space at the edges is left out; an empty text has no chunks.
 */
export function split(
  cutting: Cutting,
  range: Range,
  separators: readonly Separator[] = SEPARATORS,
): Range[] {
  const part = cutting.text.slice(range.start, range.end);
  const at = separators.findIndex((one) =>
    one === 'sentence' ? SENTENCE_END.test(part) : part.includes(one),
  );
  const chunks: Range[] = [];
  let small: Range[] = [];
  const flush = (): void => {
    for (const chunk of merge(small, cutting)) chunks.push(chunk);
    small = [];
  };
  for (const piece of pieces(cutting, range, separators[at] ?? '')) {
    if (at < 0 || separators[at] === '' || fits(cutting, piece)) small.push(piece);
    else {
      flush();
      for (const chunk of split(cutting, piece, separators.slice(at + 1))) chunks.push(chunk);
    }
  }
  flush();
  return chunks;
}

export const tokensIn = ({ tokensBefore }: Pick<Cutting, 'tokensBefore'>, { start, end }: Range): number =>
  (tokensBefore[end] ?? 0) - (tokensBefore[start] ?? 0);

export function fits(cutting: Cutting, range: Range): boolean {
  const { characters, tokens } = cutting.room;
  return range.end - range.start <= characters && tokensIn(cutting, range) <= tokens;
}

function* pieces(cutting: Cutting, range: Range, separator: Separator): Generator<Range> {
  if (separator === '') yield* anywhere(cutting, range);
  else yield* between(cutting.text, range, separator);
}

/** A sentence keeps its end; other separators are left out. */
function* between(text: string, { start, end }: Range, separator: Separator): Generator<Range> {
  const gap = separator === 'sentence' ? 0 : separator.length;
  for (let from = start; from < end;) {
    const found = separator === 'sentence' ? sentenceEnd(text, from, end) : text.indexOf(separator, from);
    const stop = found < 0 || found > end ? end : found;
    yield { start: from, end: stop };
    from = stop + gap;
  }
}

/** The place behind the next end of a sentence. */
function sentenceEnd(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) if (SENTENCE_END.test(text[at] ?? '')) return at + 1;
  return end;
}

/** Runs of half the overlap, shorter where they would not fit, cut between pairs of surrogates. */
function* anywhere(cutting: Cutting, range: Range): Generator<Range> {
  const { text, room } = cutting;
  const step = room.overlap < 2 ? room.characters : Math.min(Math.floor(room.overlap / 2), room.characters);
  for (let start = range.start, end = start; start < range.end; start = end) {
    end = Math.min(range.end, start + step);
    while (end - start > 1 && tokensIn(cutting, { start, end }) > room.tokens)
      end = start + Math.floor((end - start) / 2);
    if (end < range.end && isLowSurrogate(text.charCodeAt(end))) end += end - start > 1 ? -1 : 1;
    yield { start, end };
  }
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc_00 && unit <= 0xdf_ff;

/** Joins pieces while they fit; a chunk begins with the last pieces of the former one, up to the overlap. */
function merge(small: readonly Range[], cutting: Cutting): Range[] {
  const chunks: Range[] = [];
  let first = 0;
  const from = (at: number): number => small[at]?.start ?? 0;
  for (const [at, { end }] of small.entries()) {
    const isFull = (): boolean => !fits(cutting, { start: from(first), end });
    if (at === first || !isFull()) continue;
    const formerEnd = small[at - 1]?.end ?? 0;
    chunks.push({ start: from(first), end: formerEnd });
    while (first < at && (formerEnd - from(first) > cutting.room.overlap || isFull())) first++;
  }
  const last = small.at(-1);
  if (last !== undefined) chunks.push({ start: from(first), end: last.end });
  return chunks.map((chunk) => trimmed(cutting.text, chunk)).filter(({ start, end }) => start < end);
}

function trimmed(text: string, { start, end }: Range): Range {
  const part = text.slice(start, end);
  return { start: start + part.length - part.trimStart().length, end: start + part.trimEnd().length };
}

/** The best place for a cut near the end of a block. */
export function cutOf(block: string): number {
  for (const separator of ['\n\n', '\n', ' ']) {
    const at = block.lastIndexOf(separator);
    if (at > block.length / 2) return at;
  }
  return isLowSurrogate(block.charCodeAt(block.length - 1)) ? block.length : block.length - 1;
}
