/** SQLite returns any of these types, whatever the column was declared as. */
export type SourceValue = null | bigint | number | string | Uint8Array;

const SECONDS_BELOW = 100_000_000_000;

/**
 * A row of a foreign table. Missing columns, as in older versions, and values of unexpected types read as `undefined`;
 * no method throws.
 */
export class SourceRow {
  readonly #values: Readonly<Record<string, SourceValue>>;

  constructor(values: Readonly<Record<string, SourceValue>>) {
    this.#values = values;
  }

  /** The length of all its texts. */
  get characters(): number {
    return Object.values(this.#values).reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
      0,
    );
  }

  /** A text or a number, without U+0000, which PostgreSQL refuses. */
  text(column: string): string | undefined {
    const value = this.#values[column];
    if (typeof value === 'string') return value.replaceAll('\0', '');
    return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
  }

  /** undefined also for a blank text. */
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

  /** A safe integer; fractions are cut off. */
  integer(column: string): number | undefined {
    const number = this.number(column);
    return number === undefined || !Number.isSafeInteger(Math.trunc(number)) ? undefined : Math.trunc(number);
  }

  /** The id of a row, from 1. */
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

  /** In ms since 1970. Source: ms, seconds, ISO 8601, or the text of SQLite, which is UTC. */
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
