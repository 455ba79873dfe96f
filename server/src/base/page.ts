import { invalidField } from './errors.ts';

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/**
 * The cursor is opaque to callers, and stable while rows are added.
 * @param found up to `limit + 1` items.
 * @param placeOf the place of an item in the list; texts without spaces.
 */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  placeOf: (last: T) => readonly (string | number)[],
): Page<T> {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, next_cursor: last === undefined ? null : cursorOf(placeOf(last)) };
}

/** @param place texts without spaces. */
export const cursorOf = (place: readonly (string | number)[]): string => encoded(place.join(' '));

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

/** The place before the page. @throws KeywardError `invalid_input` naming `cursor` */
export function readCursor(cursor: string, form: RegExp): string[] {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!form.test(text) || encoded(text) !== cursor)
    throw invalidField(
      'query.cursor',
      'is not a cursor of this list',
      'Pass next_cursor of the page before.',
    );
  return text.split(' ');
}

/** In a list with the newest first. */
export interface Place {
  createdAt: number;
  id: string;
}

const PLACE = /^\d{1,15} [a-z]+_[0-9A-Za-z]{12,21}(?:_[0-9a-z]{1,12})?$/;

/** @throws KeywardError `invalid_input` naming `cursor` */
export function readPlace(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [createdAt, id = ''] = readCursor(cursor, PLACE);
  return { createdAt: Number(createdAt), id };
}
