import type { Source, Turn } from './message.ts';

/** Identifies the document of a source, which has no id of it. */
export const identityOf = ({ title, published }: { title?: unknown; published?: unknown }): string =>
  JSON.stringify([title, published]);

interface Options {
  wanted: number;
  /** Identities of documents that are in the prompt as a whole. */
  pinned: ReadonlySet<string>;
  /** Identities of the workspace's documents; called only if needed. */
  present: () => Promise<ReadonlySet<string>>;
}

/**
 * Completes the passages with sources of the last answers: a question such as "and the second one?" finds few passages by itself.
 * Not from documents that were removed since.
 * @param history oldest first.
 */
export async function backfilled(
  found: readonly Source[],
  history: readonly Turn[],
  { wanted, pinned, present }: Options,
): Promise<Source[]> {
  if (found.length >= wanted) return [...found];
  const seen = new Set(found.map(({ id }) => id));
  // A source without a score was a pinned document.
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
