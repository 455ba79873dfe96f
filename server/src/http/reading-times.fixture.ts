/** Linear is 8, the square 64. */
const TIMES = 8;
const GROWTH_MAX = 24;
/** Below it the clock says nothing. */
const FLOOR_MS = 4;
/** Something else may hold up a run: the shortest counts. */
const RUNS = 4;

/** A row of `unit` that has so many characters. */
export const row = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

async function millisecondsOf(read: (hostile: string) => unknown, hostile: string): Promise<number> {
  const startedMs = performance.now();
  try {
    await read(hostile);
  } catch {
    // It may be refused, if only in time.
  }
  return performance.now() - startedMs;
}

/** @returns the units of which a row that is eight times as long takes more than 24 times as long to read. */
export async function slowUnits(
  units: readonly string[],
  smallLength: number,
  read: (hostile: string) => unknown,
): Promise<string[]> {
  const slow: string[] = [];
  for (const unit of units) {
    const [small, large] = [row(unit, smallLength), row(unit, smallLength * TIMES)];
    let [smallMs, largeMs] = [FLOOR_MS, Infinity];
    for (let run = 0; run < RUNS && largeMs > GROWTH_MAX * smallMs; run++) {
      smallMs = Math.max(smallMs, await millisecondsOf(read, small));
      largeMs = Math.min(largeMs, await millisecondsOf(read, large));
    }
    if (largeMs > GROWTH_MAX * smallMs) slow.push(`${JSON.stringify(unit)}: ${largeMs.toFixed(0)} ms`);
  }
  return slow;
}
