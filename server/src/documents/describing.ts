import { setImmediate as nextTurn } from 'node:timers/promises';
import { countTokens } from '../base/tokens.ts';
import type { DocumentMetadata } from './document.ts';

/** What a document says of itself; the rest is counted. */
export interface Described extends Omit<
  DocumentMetadata,
  'published' | 'wordCount' | 'token_count_estimate'
> {
  /** ms since 1970. */
  publishedMs: number;
  text: string;
}

/** Half a pair of surrogates is no text: databases and models would make something else of it. */
export async function describe({ publishedMs, text, ...said }: Described): Promise<DocumentMetadata> {
  return {
    id: said.id,
    url: said.url.toWellFormed(),
    title: said.title.toWellFormed(),
    docAuthor: said.docAuthor.toWellFormed(),
    description: said.description.toWellFormed(),
    docSource: said.docSource.toWellFormed(),
    chunkSource: said.chunkSource.toWellFormed(),
    published: new Date(publishedMs).toLocaleString('en-US', { timeZone: 'UTC' }),
    wordCount: await wordCount(text),
    token_count_estimate: await estimateTokens(text),
  };
}

/** How many spaces are counted without a pause: about a millisecond. */
const SPACES_AT_ONCE = 50_000;

/** Pieces between single spaces, as clients have always had it. */
async function wordCount(text: string): Promise<number> {
  let count = 1;
  for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) {
    if (++count % SPACES_AT_ONCE === 0) await nextTurn();
  }
  return count;
}

const COUNTED_MAX_BYTES = 10 * 1024;
const CHARACTERS_PER_TOKEN = 8;

/** Counted by cl100k_base where the text is short, otherwise guessed: counting blocks the process. */
async function estimateTokens(text: string): Promise<number> {
  if (Buffer.byteLength(text) >= COUNTED_MAX_BYTES) return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  return countTokens('cl100k_base', text);
}
