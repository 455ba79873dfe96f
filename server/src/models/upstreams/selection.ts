import { matchesPattern, type NameSelector } from '../../access/index.ts';
import type { Route } from './catalogue.ts';

type Names = Pick<Route, 'name' | 'qualifiedName'>;

/**
 * Whether a key may use a route. Either of its two names, `gpt-4o` and `openai/gpt-4o`, may be allowed or denied: `deny openai/*` also
 * holds for a request for `gpt-4o`.
 */
export const mayUse = (selector: NameSelector | undefined, { name, qualifiedName }: Names): boolean =>
  covers(selector, [name, qualifiedName]);

/** Whether a selector covers a name, plain or `upstream/name`, whether or not there is such a model. */
export const coversName = (selector: NameSelector | undefined, name: string): boolean =>
  covers(selector, [name, name.slice(name.indexOf('/') + 1)]);

function covers(selector: NameSelector | undefined, names: readonly string[]): boolean {
  if (selector === undefined) return true;
  const fits = (pattern: string): boolean => names.some((name) => matchesPattern(pattern, name));
  return !selector.deny.some(fits) && (selector.allow.length === 0 || selector.allow.some(fits));
}

/**
 * A random order by weight: each item is first as often as its share says. Weight 0 comes last.
 * @param random uniform in [0, 1).
 */
export function weightedOrder<T>(
  items: readonly T[],
  weightOf: (item: T) => number,
  random = Math.random,
): T[] {
  if (items.length === 1) return [...items];
  // Efraimidis and Spirakis: the largest of u^(1/w), here as -ln(u)/w from the smallest.
  return items
    .map((item) => ({ item, rank: -Math.log(1 - random()) / weightOf(item) }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ item }) => item);
}
