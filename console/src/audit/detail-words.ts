const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const nameWords = (name: string): string => name.replaceAll('_', ' ');

/** A value of a record's details in words, such as `requests 5, window seconds 60`. */
export function detailWords(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString();
  if (typeof value === 'string') return value === '' ? 'empty' : value;
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    return value.map(detailWords).join(value.some(isObject) ? '; ' : ', ');
  }
  const entries = Object.entries(value);
  return entries.length === 0
    ? 'none'
    : entries.map(([name, item]) => `${nameWords(name)} ${detailWords(item)}`).join(', ');
}
