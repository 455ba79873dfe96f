import { setImmediate as nextTurn } from 'node:timers/promises';
import { chunkHeader, VALUE_MAX_CHARACTERS } from './header.ts';
import { cutOf, fits, split, tokensIn, type Cutting, type Range, type Room } from './splitting.ts';
import { tablesIn, type Table } from './tables.ts';
import { tokensBefore, unitsOf, type TokenMeter } from './tokens.ts';

/** In UTF-16 units. */
export interface ChunkRule {
  size: number;
  /** The part of the former chunk that a chunk repeats, at most. */
  overlap: number;
}

interface Options {
  rule: ChunkRule;
  /** Of the document: the header of each chunk. */
  metadata: Readonly<Record<string, unknown>>;
  meter: TokenMeter;
}

/** Cut without a pause: some milliseconds. */
const BLOCK_MAX = 50_000;

/**
 * The chunks of a text, each with its header, which the model reads to their ends. A piece of a table begins with the table's
 * caption and the names of its columns. A long text is cut block by block, so that it does not block the process.
 */
export async function chunksOf(text: string, options: Options): Promise<string[]> {
  const counts = new Counts(options.meter);
  const header = await headerFor(options.metadata, counts);
  const chunks: string[] = [];
  let open: Table | undefined;
  for (let start = 0; start < text.length;) {
    const block = text.slice(start, start + BLOCK_MAX);
    const length = start + BLOCK_MAX < text.length ? cutOf(block) : block.length;
    const cut = await cutBlock(block.slice(0, length), { ...options, counts, header, open });
    for (const chunk of cut.chunks) chunks.push(chunk);
    open = cut.open;
    start += length;
    if (start < text.length) await nextTurn();
  }
  return chunks;
}

/** Of one document: most of its words come again and again. */
class Counts {
  readonly #meter: TokenMeter;
  readonly #known = new Map<string, number>();
  #limit = Infinity;

  constructor(meter: TokenMeter) {
    this.#meter = meter;
  }

  /** Of one text; known after the first count. */
  get limit(): number {
    return this.#limit;
  }

  async of(texts: readonly string[]): Promise<number[]> {
    const { counts, limit } = await this.#meter.count(texts);
    this.#limit = limit;
    return counts;
  }

  /** The count of a unit of a text. */
  async ofUnits(text: string): Promise<(unit: string) => number> {
    if (this.#known.size > KNOWN_UNITS_MAX) this.#known.clear();
    const missing = [...new Set(unitsOf(text))].filter((unit) => !this.#known.has(unit));
    const found = missing.length === 0 ? [] : await this.of(missing);
    for (const [at, unit] of missing.entries()) this.#known.set(unit, found[at] ?? 0);
    return (unit) => this.#known.get(unit) ?? 0;
  }
}

const KNOWN_UNITS_MAX = 50_000;

interface Header {
  text: string;
  tokens: number;
}

/** It takes at most a third of what the model reads: a long title is shortened. */
async function headerFor(metadata: Options['metadata'], counts: Counts): Promise<Header> {
  for (let valueMax = VALUE_MAX_CHARACTERS; valueMax > 0; valueMax = Math.floor(valueMax / 2)) {
    const text = chunkHeader(metadata, valueMax);
    const [tokens = 0] = await counts.of([text]);
    if (tokens * 3 <= counts.limit) return { text, tokens };
  }
  return { text: '', tokens: 0 };
}

interface BlockOptions extends Options {
  counts: Counts;
  header: Header;
  /** A table that began in the block before. */
  open: Table | undefined;
}

async function cutBlock(
  text: string,
  { rule, counts, header, open }: BlockOptions,
): Promise<{ chunks: string[]; open: Table | undefined }> {
  const unit = await counts.ofUnits(text);
  const room = { characters: rule.size, overlap: rule.overlap, tokens: counts.limit - header.tokens };
  const block: Cutting = { text, tokensBefore: tokensBefore(text, unit), room };
  const tables = tablesIn(text, open);
  const parts = await partsOf(block, tables, counts);
  const chunks = await fitting(block, parts, { counts, header });
  const last = tables.at(-1);
  return { chunks, open: last !== undefined && text.slice(last.rows.end).trim() === '' ? last : undefined };
}

/** A part of a text that is cut for itself. */
interface Part {
  range: Range;
  /** Begins each chunk of it. */
  head: string;
  room: Room;
}

/** Long tables, and the text between them. A table that fits stays with the text around it. */
async function partsOf(block: Cutting, tables: readonly Table[], counts: Counts): Promise<Part[]> {
  const { text, room } = block;
  const parts: Part[] = [];
  let from = 0;
  for (const table of tables) {
    if (!table.isContinued && fits(block, paragraphOf(text, table))) continue;
    const head = `${table.head}\n`;
    const [tokens = 0] = await counts.of([head]);
    if (tokens * 2 > room.tokens || head.length * 2 > room.characters) continue;
    parts.push({ range: { start: from, end: table.start }, head: '', room });
    const rest = { ...room, characters: room.characters - head.length, tokens: room.tokens - tokens };
    parts.push({ range: table.rows, head, room: rest });
    from = table.rows.end;
  }
  return [...parts, { range: { start: from, end: text.length }, head: '', room }];
}

/** Within it no cut is made if it fits. */
function paragraphOf(text: string, { start, rows }: Table): Range {
  const before = text.lastIndexOf('\n\n', start);
  const after = text.indexOf('\n\n', rows.end);
  return { start: Math.max(0, before), end: after < 0 ? text.length : after };
}

/** The chunks of parts. One whose tokens together are more than those of its units is cut again, smaller. */
async function fitting(
  block: Cutting,
  parts: readonly Part[],
  { counts, header }: Pick<BlockOptions, 'counts' | 'header'>,
): Promise<string[]> {
  const cut = parts.flatMap((part) =>
    split({ ...block, room: part.room }, part.range).map((range) => ({ ...part, range })),
  );
  const texts = cut.map(({ head, range }) => header.text + head + block.text.slice(range.start, range.end));
  const found = texts.length === 0 ? [] : await counts.of(texts);
  const chunks: string[] = [];
  for (const [at, part] of cut.entries()) {
    const share = counts.limit / (found[at] ?? 0);
    const tokens = Math.floor(Math.min(part.room.tokens, tokensIn(block, part.range)) * share * REFIT);
    if (share >= 1 || tokens < 1) chunks.push(texts[at] ?? '');
    else
      for (const chunk of await fitting(block, [{ ...part, room: { ...part.room, tokens } }], {
        counts,
        header,
      }))
        chunks.push(chunk);
  }
  return chunks;
}

/** Of the room that should do. */
const REFIT = 0.9;
