/** Values in one statement: both databases limit their number. */
const BATCH = 500;

/** Parts of a list. @param size of a part */
export function* batches<T>(items: readonly T[], size = BATCH): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
