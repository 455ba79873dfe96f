import { countable } from './amounts.ts';
import { rowId, SUMS, type Dimensions, type HourRow } from './counter-store.ts';
import { storable } from './storable.ts';

/** Combinations: beyond the first bound new ones lose model and worker, beyond the second the key too. */
const DETAILED_MAX = 50_000;
const KEYED_MAX = 60_000;

/** Series for Prometheus; beyond it models are not told apart. */
const TOTALS_MAX = 1_000;

/** Since this process started. */
export interface Total {
  /** 'ok', or the code of the refusal. */
  code: string;
  model: string;
  requests: number;
  tokensIn: number;
  tokensOut: number;
  /** Nano-dollars. */
  usdNano: number;
}

/** A row in memory, and the total of its code and model. */
export type Entry = HourRow & { total: Total };

/** Counts that are not yet written: one entry for each combination, bounded. */
export class Tally {
  readonly #entries = new Map<string, Entry>();
  readonly #totals: Totals;
  /** By the id of the key the entry of its latest count: a text of all six dimensions takes a fortieth of a request. */
  readonly #latest = new Map<string, Entry>();

  constructor(totals: Totals) {
    this.#totals = totals;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry to add to. */
  entryFor(dimensions: Dimensions): Entry {
    const latest = this.#latest.get(dimensions.key_id);
    if (latest !== undefined && isSame(latest, dimensions)) return latest;
    const entry = this.#lookUp(dimensions);
    this.#latest.set(dimensions.key_id, entry);
    return entry;
  }

  #lookUp(dimensions: Dimensions): Entry {
    const id = rowId(dimensions);
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const { hour, key_id, owner_id, model, worker, code } = dimensions;
    if (this.size >= DETAILED_MAX && (model !== '' || worker !== ''))
      return this.#lookUp({ ...dimensions, model: '', worker: '' });
    if (this.size >= KEYED_MAX && (key_id !== '' || owner_id !== ''))
      return this.#lookUp({ ...dimensions, key_id: '', owner_id: '' });
    const total = this.#totals.of(code, model);
    const entry = { hour, key_id, owner_id, model, worker, code, ...nothing(), total };
    this.#entries.set(id, entry);
    return entry;
  }

  /** Adds another tally, which the totals contain already. */
  merge(other: Tally): void {
    for (const entry of other.#entries.values()) addInto(this.entryFor(entry), entry);
  }

  /** With storable texts, rows that are then equal added up, in the order in which all processes write. */
  rows(): HourRow[] {
    const rows = new Map<string, HourRow>();
    for (const entry of this.#entries.values()) {
      const dimensions = {
        hour: entry.hour,
        key_id: storable(entry.key_id),
        owner_id: storable(entry.owner_id),
        model: storable(entry.model),
        worker: storable(entry.worker),
        code: storable(entry.code),
      };
      const id = rowId(dimensions);
      const row = rows.get(id) ?? { ...dimensions, ...nothing() };
      addInto(row, entry);
      rows.set(id, row);
    }
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }
}

/** All counts of this process, by code and model. */
export class Totals {
  readonly #totals = new Map<string, Total>();

  of(code: string, wantedModel: string): Total {
    const known = this.#totals.get(`${code}\0${wantedModel}`);
    if (known !== undefined) return known;
    const model = this.#totals.size < TOTALS_MAX ? wantedModel : '';
    const id = `${code}\0${model}`;
    const total = this.#totals.get(id) ?? { code, model, requests: 0, tokensIn: 0, tokensOut: 0, usdNano: 0 };
    this.#totals.set(id, total);
    return total;
  }

  all(): Iterable<Readonly<Total>> {
    return this.#totals.values();
  }
}

const isSame = (a: Dimensions, b: Dimensions): boolean =>
  a.key_id === b.key_id &&
  a.code === b.code &&
  a.model === b.model &&
  a.hour === b.hour &&
  a.owner_id === b.owner_id &&
  a.worker === b.worker;

function nothing(): Omit<HourRow, keyof Dimensions> {
  return { requests: 0, tokens_in: 0, tokens_out: 0, usd_nano: 0, gpu_ms: 0, estimated_requests: 0 };
}

function addInto(sum: HourRow, row: HourRow): void {
  for (const name of SUMS) sum[name] = countable(sum[name] + row[name]);
}
