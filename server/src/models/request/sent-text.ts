import type { ForwardRequest } from '../forward.ts';

/** Of a longer text its beginning and its end count: nothing else of it is quoted. */
const END_CHARACTERS = 8 * 1024;
/** Of all texts together. Looking for each quoted part in more would hold everybody up. */
const TEXTS_MAX_CHARACTERS = 1024 * 1024;

/** What stands for the part that a masked text does not show: `***`, `...`. */
export const MASK = /\*{2,}|\.{3,}|…+|•{2,}|x{5,}/gi;

/** Texts as they are compared: without regard to case, escapes, and the length of masks. */
export const plain = (text: string): string =>
  unescaped(text)
    .replaceAll(MASK, '***')
    .replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Escapes of JSON in a text that is none, or in a text inside of JSON. */
export const unescaped = (text: string): string =>
  text
    .replaceAll(/\\+u00([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replaceAll('\\/', '/');

type Sent = Pick<ForwardRequest, 'body' | 'parsed' | 'headers'>;

/**
 * What a caller itself sent in a request. An upstream may quote it in an error, and what the caller wrote is no secret to
 * it: were it taken out where it happens to be part of one, the caller would read a credential letter by letter, as the guess
 * that comes back as `[secret]` is right. Guarded by openai/upstream-echoes.test.ts.
 */
export class SentText {
  readonly #request: Sent;
  #text: string | undefined;
  readonly #known = new Map<string, boolean>();

  constructor(request: Sent) {
    this.#request = request;
  }

  /** It is too much to be looked through. */
  get isTooLong(): boolean {
    return this.#all.length > TEXTS_MAX_CHARACTERS;
  }

  holds(part: string): boolean {
    const looked = plain(part);
    const known = this.#known.get(looked) ?? this.#all.includes(looked);
    this.#known.set(looked, known);
    return known;
  }

  get #all(): string {
    return (this.#text ??= plain(textsOf(this.#request).join('\n')));
  }
}

/** Each text as an upstream reads it, names of members too. */
function textsOf({ body, parsed, headers }: Sent): string[] {
  const found: string[] = [];
  let length = 0;
  const left: unknown[] = [headers, Buffer.isBuffer(body) ? parsed : body.texts];
  while (left.length > 0 && length <= TEXTS_MAX_CHARACTERS) {
    const value = left.pop();
    if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) left.push(inner, name);
    else if (typeof value === 'string' || typeof value === 'number') {
      const text = ends(String(value));
      found.push(text);
      length += text.length + 1;
    }
  }
  return found;
}

const ends = (text: string): string =>
  text.length <= 2 * END_CHARACTERS
    ? text
    : `${text.slice(0, END_CHARACTERS)}\n${text.slice(-END_CHARACTERS)}`;
