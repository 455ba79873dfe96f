import { randomInt, randomUUID } from 'node:crypto';
import slugifyModule from 'slugify';

const slugify = slugifyModule.default;

/** Signs with a word of their own, and signs that fall away. */
slugify.extend({
  '+': ' plus ',
  '!': ' bang ',
  '@': ' at ',
  '*': ' splat ',
  '.': ' dot ',
  ':': '',
  '~': '',
  '(': '',
  ')': '',
  "'": '',
  '"': '',
  '|': '',
});

const SLUG_MAX_CHARACTERS = 250;

/** A name as it can stand in an address, in small letters; random where nothing of it can. */
export const slugOf = (name: string): string => fit(slugify(beginningOf(name), { lower: true }));

/** The same with 8 random digits, for a name that is taken. */
export const otherSlugOf = (name: string): string => `${slugOf(name)}-${randomInt(10_000_000, 100_000_000)}`;

/** A slug that somebody chose, such as a thread's: capital letters stay. */
export const chosenSlug = (text: string): string => fit(slugify(beginningOf(text)));

/** Before it is worked on: megabytes would take seconds in which nobody is served. */
const beginningOf = (text: string): string => text.slice(0, 2 * SLUG_MAX_CHARACTERS);

/** Dots alone mean another folder in an address. */
function fit(slug: string): string {
  return /^\.*$/.test(slug) ? randomUUID() : slug.slice(0, SLUG_MAX_CHARACTERS);
}
