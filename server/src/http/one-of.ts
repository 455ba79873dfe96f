import { similar } from '../base/nearest.ts';

/** A longer list is not read: the words of it that were probably meant are named. */
const LISTED_MAX = 20;
const EXAMPLES = 3;

/** The allowed form of an enum. It never repeats `given`, which may be a secret. */
export function oneOf(allowed: readonly unknown[], given: unknown): string {
  const words = allowed.map(String);
  if (words.length <= LISTED_MAX) return `must be one of ${words.join(', ')}`;
  const near = typeof given === 'string' ? similar(given, words) : [];
  if (near.length > 0) return `is not known; did you mean ${near.join(' or ')}?`;
  return `must be one of ${words.length} words such as ${words.slice(0, EXAMPLES).join(', ')}`;
}
