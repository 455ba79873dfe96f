import type { Source, Turn } from './message.ts';

/**
 * What was found, and, where that is less than wanted, what the last answers were drawn from: a question that follows
 * up on another ("and the second one?") finds little by its own words.
 * @param history oldest first.
 * @param isPinned whether a source's document is in the prompt already, whole.
 */
export function backfilled(
  found: readonly Source[],
  history: readonly Turn[],
  { wanted, isPinned }: { wanted: number; isPinned: (source: Source) => boolean },
): Source[] {
  const filled = [...found];
  const seen = new Set(found.map(({ id }) => id));
  for (const source of history.toReversed().flatMap(({ sources }) => sources)) {
    if (filled.length >= wanted) break;
    // Pinned documents have no score: what was pinned once need not be any more.
    const isChunk = typeof source['score'] === 'number' && typeof source['text'] === 'string';
    if (!isChunk || seen.has(source['id']) || isPinned(source)) continue;
    filled.push(source);
    seen.add(source['id']);
  }
  return filled;
}
