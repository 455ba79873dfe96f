import { countable } from './amounts.ts';
import { rowId, SUMS, type Dimensions, type HourRow } from './counter-store.ts';
import { storable } from './storable.ts';

/** Combinations kept apart; past the first bound new ones lose model and worker, past the second the key too. */
const DETAILED_MAX = 50_000;
const KEYED_MAX = 60_000;

/** Series that Prometheus is shown; past it models are no longer told apart. */
const TOTALS_MAX = 1_000;

/** Since this process started; only ever grows. */
export interface Total {
  /** 'ok', or what the requests were refused with. */
  code: string;
  model: string;
  requests: number;
  tokensIn: number;
  tokensOut: number;
}

/** A row that is still being added to, and the total of its code and model. */
export type Entry = HourRow & { total: Total };

/** What was counted and is not yet written: one entry per combination, bounded. */
export class Tally {
  /** By the id of the key: making a text of all six dimensions took a fortieth of a request. */
  readonly #entries = new Map<string, Entry[]>();
  readonly #totals: Totals;
  #size = 0;

  constructor(totals: Totals) {
    this.#totals = totals;
  }

  get size(): number {
    return this.#size;
  }

  /** The entry to add to. */
  entryFor(dimensions: Dimensions): Entry {
    const { hour, key_id, owner_id, model, worker, code } = dimensions;
    const ofKey = this.#entries.get(key_id);
    // One tally is of a second: a key has few of them.
    for (const one of ofKey ?? []) {
      const isSame = one.code === code && one.model === model && one.worker === worker;
      if (isSame && one.hour === hour && one.owner_id === owner_id) return one;
    }
    if (this.size >= DETAILED_MAX && (model !== '' || worker !== ''))
      return this.entryFor({ ...dimensions, model: '', worker: '' });
    if (this.size >= KEYED_MAX && (key_id !== '' || owner_id !== ''))
      return this.entryFor({ ...dimensions, key_id: '', owner_id: '' });
    const total = this.#totals.of(code, model);
    const entry = { hour, key_id, owner_id, model, worker, code, ...nothing(), total };
    if (ofKey === undefined) this.#entries.set(key_id, [entry]);
    else ofKey.push(entry);
    this.#size++;
    return entry;
  }

  /** Adds what another tally holds; totals have it already. */
  merge(other: Tally): void {
    for (const entry of other.#all()) addInto(this.entryFor(entry), entry);
  }

  /** As they are stored: texts made storable, rows that became equal added up, in the order all processes write. */
  rows(): HourRow[] {
    const rows = new Map<string, HourRow>();
    for (const entry of this.#all()) {
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

  *#all(): Generator<Entry> {
    for (const entries of this.#entries.values()) yield* entries;
  }
}

/** What the process has counted altogether, by code and model. */
export class Totals {
  readonly #totals = new Map<string, Total>();

  of(code: string, wantedModel: string): Total {
    const known = this.#totals.get(`${code}\0${wantedModel}`);
    if (known !== undefined) return known;
    const model = this.#totals.size < TOTALS_MAX ? wantedModel : '';
    const id = `${code}\0${model}`;
    const total = this.#totals.get(id) ?? { code, model, requests: 0, tokensIn: 0, tokensOut: 0 };
    this.#totals.set(id, total);
    return total;
  }

  all(): Iterable<Readonly<Total>> {
    return this.#totals.values();
  }
}

function nothing(): Omit<HourRow, keyof Dimensions> {
  return { requests: 0, tokens_in: 0, tokens_out: 0, usd_nano: 0, gpu_ms: 0, estimated_requests: 0 };
}

function addInto(sum: HourRow, row: HourRow): void {
  for (const name of SUMS) sum[name] = countable(sum[name] + row[name]);
}
