/** Such as `1 request` or `2 requests`. Nothing else puts a number before a noun in the command line: counts.test.ts. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${pluralOf(count, noun, plural)}`;

/** The form of words that go with a number, such as `the job` and `the jobs`. */
export const pluralOf = (count: number, noun: string, plural = `${noun}s`): string =>
  count === 1 ? noun : plural;
