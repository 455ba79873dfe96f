/** One key of a plan, as `keyward bootstrap plan --output json` prints it. */
export interface PlannedKey {
  id: string;
  action: string;
  source?: string;
  place?: string;
  reason?: string;
  steps?: string;
  copies?: string[];
}

export interface DiffLine {
  /** `+` is stored, `~` is replaced, `!` needs somebody, ` ` stays. */
  mark: '+' | '~' | '!' | ' ';
  text: string;
}

const MARKS: Record<string, DiffLine['mark']> = { none: ' ', create: '+', update: '~', note: '~' };

const isPlanned = (value: unknown): value is PlannedKey =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as PlannedKey).id === 'string' &&
  typeof (value as PlannedKey).action === 'string';

/** @returns undefined where the text is no plan */
export function readPlan(text: string): PlannedKey[] | undefined {
  try {
    const keys = (JSON.parse(text) as { keys?: unknown } | null)?.keys;
    return Array.isArray(keys) && keys.every(isPlanned) ? keys : undefined;
  } catch {
    return undefined;
  }
}

/** What a run would do to a key, a line for each of its places. */
export function diffOf({ id, action, source, place, copies = [] }: PlannedKey): DiffLine[] {
  const mark = MARKS[action] ?? '!';
  const from = source === undefined ? '' : ` from ${source}`;
  return [
    { mark, text: `${id}: ${place ?? 'no place'}${from}` },
    ...copies.map((copy): DiffLine => ({ mark, text: `${id}: ${copy} (copy)` })),
  ];
}
