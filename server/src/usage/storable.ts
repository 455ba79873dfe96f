const CHARACTERS_MAX = 200;

/**
 * A name as both databases take it and as an index can hold it: no NUL (PostgreSQL refuses it), no half surrogate
 * pair, at most 200 characters. Many requests are written in one transaction; without this one odd name would keep
 * those of everybody else from being written, again and again.
 */
export function storable(name: string): string {
  return name.slice(0, CHARACTERS_MAX).toWellFormed().replaceAll('\0', '');
}
