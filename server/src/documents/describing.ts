import { setImmediate as nextTurn } from 'node:timers/promises';
import { countTokens } from '../base/tokens.ts';
import type { DocumentMetadata } from './document.ts';

/** The metadata that is not counted. */
export interface Described extends Omit<
  DocumentMetadata,
  'published' | 'wordCount' | 'token_count_estimate'
> {
  /** ms since 1970. */
  publishedMs: number;
  text: string;
}

/** Replaces single surrogates: databases and models would change them. */
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

/** Counted without a pause: about a millisecond. */
const SPACES_AT_ONCE = 50_000;

/** Pieces between single spaces, as clients have always got it. */
async function wordCount(text: string): Promise<number> {
  let count = 1;
  for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) {
    if (++count % SPACES_AT_ONCE === 0) await nextTurn();
  }
  return count;
}

const COUNTED_MAX_BYTES = 10 * 1024;
const CHARACTERS_PER_TOKEN = 8;

/** Estimated for long texts: counting blocks the process. */
async function estimateTokens(text: string): Promise<number> {
  if (Buffer.byteLength(text) >= COUNTED_MAX_BYTES) return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  return countTokens('cl100k_base', text);
}
