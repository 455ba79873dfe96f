/** Linear time, where `/\/+$/` is quadratic on a long row of signs. Guarded by http/reading-times.test.ts. */
export function withoutTrailing(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
