const CHARACTERS_MAX = 200;

/**
 * A name that both databases and their indexes can hold: without NUL and half surrogate pairs, at most 200 characters. One
 * bad name would otherwise fail the transaction that writes the counts of all requests.
 */
export function storable(name: string): string {
  return name.slice(0, CHARACTERS_MAX).toWellFormed().replaceAll('\0', '');
}
