import type { ForwardRequest } from '../forward.ts';

/** Of a longer text only the beginning and the end are kept: upstreams quote nothing else. */
const END_CHARACTERS = 8 * 1024;
/** Of all texts together; a search in more would block the process. */
const TEXTS_MAX_CHARACTERS = 1024 * 1024;

/** The hidden part of a masked text: `***`, `...`. */
export const MASK = /\*{2,}|\.{3,}|…+|•{2,}|x{5,}/gi;

/** For comparison: without case, escapes, and the length of masks. */
export const plain = (text: string): string =>
  unescaped(text)
    .replaceAll(MASK, '***')
    .replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Decodes JSON escapes in plain text, or in a text within JSON. */
export const unescaped = (text: string): string =>
  text
    .replaceAll(/\\+u00([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replaceAll('\\/', '/');

type Sent = Pick<ForwardRequest, 'body' | 'parsed' | 'headers'>;

/**
 * The texts that a caller sent. An upstream may quote them in an error, and they stay there: if a text were hidden because it is part
 * of a credential, a caller could guess the credential letter by letter. Guarded by openai/upstream-echoes.test.ts.
 */
export class SentText {
  readonly #request: Sent;
  #text: string | undefined;
  readonly #known = new Map<string, boolean>();

  constructor(request: Sent) {
    this.#request = request;
  }

  /** Too long to be searched. */
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

/** Each text, names of members included. */
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
