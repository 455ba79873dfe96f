/** What SQLite gives for a column, whatever the column was declared as. */
export type SourceValue = null | bigint | number | string | Uint8Array;

const SECONDS_BELOW = 100_000_000_000;

/**
 * A row of somebody else's table. Columns that are missing in older versions, and values of another type than
 * declared, read as `undefined`: nothing that is read here throws.
 */
export class SourceRow {
  readonly #values: Readonly<Record<string, SourceValue>>;

  constructor(values: Readonly<Record<string, SourceValue>>) {
    this.#values = values;
  }

  /** Of all its texts together. */
  get characters(): number {
    return Object.values(this.#values).reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
      0,
    );
  }

  /** Text, or a number as it is written. U+0000, which no database of ours takes, is left out. */
  text(column: string): string | undefined {
    const value = this.#values[column];
    if (typeof value === 'string') return value.replaceAll('\0', '');
    return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
  }

  /** The same, and nothing where it is empty. */
  filled(column: string): string | undefined {
    const text = this.text(column);
    return text === undefined || text.trim() === '' ? undefined : text;
  }

  number(column: string): number | undefined {
    const value = this.#values[column];
    if (value === null || value === undefined || value instanceof Uint8Array || value === '')
      return undefined;
    const number = Number(value);
    return Number.isFinite(number) ? number : undefined;
  }

  /** A whole number that fits. */
  integer(column: string): number | undefined {
    const number = this.number(column);
    return number === undefined || !Number.isSafeInteger(Math.trunc(number)) ? undefined : Math.trunc(number);
  }

  /** A number that names a row: from 1. */
  id(column: string): number | undefined {
    const number = this.integer(column);
    return number === undefined || number < 1 ? undefined : number;
  }

  flag(column: string): boolean | undefined {
    const value = this.#values[column];
    if (value === 'true' || value === 'false') return value === 'true';
    const number = this.number(column);
    return number === undefined ? undefined : number !== 0;
  }

  /** Milliseconds since 1970: written as such, as seconds, as ISO 8601, or as SQLite's own text, which is UTC. */
  time(column: string): number | undefined {
    const number = this.number(column);
    if (number !== undefined) return timeOf(number);
    const text = this.text(column);
    if (text === undefined) return undefined;
    const ms = Date.parse(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(text) ? `${text.replace(' ', 'T')}Z` : text);
    return Number.isNaN(ms) ? undefined : ms;
  }
}

function timeOf(number: number): number | undefined {
  const ms = Math.trunc(number < SECONDS_BELOW ? number * 1000 : number);
  return ms >= 0 && ms <= 8_640_000_000_000_000 ? ms : undefined;
}
