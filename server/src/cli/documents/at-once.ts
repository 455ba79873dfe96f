/** A document takes a round trip, a write to the disk and the time of the model: those of a few run beside each other. */
const AT_ONCE = 4;

/**
 * Does the same with each item, a few at a time. After a failure no further one begins.
 * @returns the results, in the order of the items.
 * @throws the first failure, once all that had begun have ended.
 */
export async function aFewAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const left = items.entries();
  const results: Result[] = [];
  const failures: unknown[] = [];
  const inTurn = async (): Promise<void> => {
    for (const [at, item] of left) {
      try {
        results[at] = await work(item);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
  if (failures.length > 0) throw failures[0];
  return results;
}
