import type { Source, Turn } from './message.ts';

/** Sources do not name their document by its id; title and time together do. */
export const identityOf = ({ title, published }: { title?: unknown; published?: unknown }): string =>
  JSON.stringify([title, published]);

interface Options {
  wanted: number;
  /** Identities of documents that are in the prompt already, whole. */
  pinned: ReadonlySet<string>;
  /** Identities of the documents that there are, asked for when it matters. */
  present: () => Promise<ReadonlySet<string>>;
}

/**
 * What was found, and, where that is less than wanted, what the last answers were drawn from: a question that follows
 * up on another ("and the second one?") finds little by its own words. Not from documents that were taken out since.
 * @param history oldest first.
 */
export async function backfilled(
  found: readonly Source[],
  history: readonly Turn[],
  { wanted, pinned, present }: Options,
): Promise<Source[]> {
  if (found.length >= wanted) return [...found];
  const seen = new Set(found.map(({ id }) => id));
  // Pinned documents have no score: what was pinned once need not be any more.
  const earlier = history
    .toReversed()
    .flatMap(({ sources }) => sources)
    .filter(({ score, text }) => typeof score === 'number' && typeof text === 'string')
    .filter((source) => !pinned.has(identityOf(source)));
  if (earlier.length === 0) return [...found];
  const there = await present();
  const filled = [...found];
  for (const source of earlier) {
    if (filled.length >= wanted) break;
    if (seen.has(source['id']) || !there.has(identityOf(source))) continue;
    filled.push(source);
    seen.add(source['id']);
  }
  return filled;
}
