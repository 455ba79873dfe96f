/** Fields of bodies and queries of which nothing is known but that they came: each is looked at before it is used. */
type Fields = Readonly<Record<string, unknown>>;

/** Text that says something. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A whole number, also as text: queries and forms know nothing else. */
export function wholeField(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  const isText = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value);
  const read = isText ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isInteger(read)) return undefined;
  // What no database can count to is as good as the furthest that it can.
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, read));
}

/** `true`, also as text. */
export const flagField = (fields: Fields, name: string): boolean =>
  fields[name] === true || fields[name] === 'true';

/** The whole numbers of a list; undefined where there is no list. */
export function wholesField(fields: Fields, name: string): number[] | undefined {
  const value = fields[name];
  if (!Array.isArray(value)) return undefined;
  const read = value.map((item: unknown) => wholeField({ item }, 'item'));
  return [...new Set(read.filter((item) => item !== undefined))];
}

/** The texts of a list; what is none of that is left out. */
export function textsField(fields: Fields, name: string): string[] {
  const value = fields[name];
  return Array.isArray(value)
    ? value.filter((item: unknown): item is string => typeof item === 'string')
    : [];
}
