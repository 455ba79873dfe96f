/** Such as `1 request` or `2,000 requests`. Nothing else puts a number before a noun: server/src/counts.test.ts. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count.toLocaleString(undefined, { maximumFractionDigits: 9 })} ${pluralOf(count, noun, plural)}`;

/** The form of a noun behind a number, or of words that go with it, such as `the job` and `the jobs`. */
export const pluralOf = (count: number, noun: string, plural = `${noun}s`): string =>
  count === 1 ? noun : plural;
