import { invalidField } from '../../base/errors.ts';
import type { Place } from './key-store.ts';

/** Where a list goes on: behind this place. Opaque to callers, and stable while rows are added. */
export function writeCursor(place: Place | undefined): string | null {
  if (place === undefined) return null;
  return Buffer.from(`${place.createdAt} ${place.id}`).toString('base64url');
}

/** @throws KeywardError `invalid_input` naming `cursor` */
export function readCursor(text: string): Place {
  const match = /^(\d{1,15}) ([a-z]+_[0-9A-Za-z]{12}(?:_[0-9a-z]{1,12})?)$/.exec(
    Buffer.from(text, 'base64url').toString(),
  );
  if (match === null) throw invalidField('query.cursor', 'must be the next_cursor of a previous page');
  return { createdAt: Number(match[1]), id: match[2] ?? '' };
}
