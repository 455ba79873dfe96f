/**
 * A text without the `signs` at its end. A regular expression such as `/\/+$/` would begin anew at each sign, and take time with
 * the square of a long row of them. Guarded by http/reading-times.test.ts.
 */
export function withoutTrailing(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
