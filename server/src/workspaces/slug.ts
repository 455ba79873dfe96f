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

const SLUG_MAX_CHARACTERS = 300;

/** A name as it can stand in an address, in small letters; random where nothing of it can. */
export const slugOf = (name: string): string => cut(slugify(name, { lower: true })) || randomUUID();

/** The same with 8 random digits, for a name that is taken. */
export const otherSlugOf = (name: string): string =>
  slugOf(`${cut(name)}-${randomInt(10_000_000, 100_000_000)}`);

/** A slug that somebody chose, such as a thread's: capital letters stay. */
export const chosenSlug = (text: string): string => cut(slugify(text)) || randomUUID();

const cut = (text: string): string => text.slice(0, SLUG_MAX_CHARACTERS);
