import { randomInt, randomUUID } from 'node:crypto';
import slugifyModule from 'slugify';

const slugify = slugifyModule.default;

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

/** A name made fit for a URL, in lower case; a random one where no character fits. */
export const slugOf = (name: string): string => fit(slugify(beginningOf(name), { lower: true }));

/** The same with 8 random digits, for a slug that exists. */
export const otherSlugOf = (name: string): string => `${slugOf(name)}-${randomInt(10_000_000, 100_000_000)}`;

/** A slug that a client chose, such as a thread's: upper case stays. */
export const chosenSlug = (text: string): string => fit(slugify(beginningOf(text)));

/** Megabytes would block the event loop for seconds. */
const beginningOf = (text: string): string => text.slice(0, 2 * SLUG_MAX_CHARACTERS);

/** A path segment of dots means another folder. */
function fit(slug: string): string {
  return /^\.*$/.test(slug) ? randomUUID() : slug.slice(0, SLUG_MAX_CHARACTERS);
}
