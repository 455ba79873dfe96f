import { editDistance } from '../base/nearest.ts';

/** A longer list is not read: the nearest words of it are named. */
const LISTED_MAX = 20;
const NEAR_MAX = 3;
/** A typed word that is longer is compared up to here: the time grows with its length. */
const COMPARED_CHARACTERS = 64;

/** The allowed form of an enum. It never repeats `given`, which may be a secret. */
export function oneOf(allowed: readonly unknown[], given: unknown): string {
  const words = allowed.map(String);
  if (words.length <= LISTED_MAX) return `must be one of ${words.join(', ')}`;
  const near = typeof given === 'string' ? nearWords(given.slice(0, COMPARED_CHARACTERS), words) : [];
  if (near.length > 0) return `is not known; did you mean ${near.join(' or ')}?`;
  return `must be one of ${words.length} words such as ${words.slice(0, NEAR_MAX).join(', ')}`;
}

/** The words of the same noun (`keys:…`) if there are any, else those that few edits make. */
function nearWords(given: string, words: readonly string[]): string[] {
  const ranked = words
    .map((word) => ({ word, edits: editDistance(given.toLowerCase(), word) }))
    .toSorted((a, b) => a.edits - b.edits);
  const [best] = ranked;
  if (best === undefined || best.edits > Math.max(2, given.length / 2)) return [];
  return ranked
    .filter(({ word, edits }) => edits <= best.edits + 1 && nounOf(word) === nounOf(best.word))
    .slice(0, NEAR_MAX)
    .map(({ word }) => word);
}

const nounOf = (word: string): string => word.split(':', 1)[0] ?? '';
