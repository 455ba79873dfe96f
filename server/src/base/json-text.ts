const [QUOTE = 0, BACKSLASH] = Buffer.from('"\\');
const NEAR_CHARACTERS = 16;

/** The value of a JSON text; undefined for other text. The parser's own error would quote it. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The index of the quote that ends a string in JSON; the length of `text` where it is missing.
 * @param start behind the opening quote.
 */
export function endOfText(text: string, start: number): number {
  for (let at = start; at < text.length;) {
    // Near quotes by hand: a search for each of ten million escaped quotes would take a second.
    for (const near = at + NEAR_CHARACTERS; at < near && at < text.length;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      at += code === BACKSLASH ? 2 : 1;
    }
    const end = text.indexOf('"', at);
    if (end < 0) return text.length;
    let before = end - 1;
    while (before >= at && text.charCodeAt(before) === BACKSLASH) before--;
    // Two backslashes are an escaped one.
    if ((end - before) % 2 === 1) return end;
    at = end + 1;
  }
  return text.length;
}
