/** What there is in an AnythingLLM, in the order in which it is taken. */
export const KINDS = [
  'setting',
  'user',
  'key',
  'extension key',
  'workspace',
  'member',
  'suggested message',
  'thread',
  'document',
  'placement',
  'chat',
  'embed',
  'embed chat',
  'prompt variable',
  'invite',
] as const;
export type Kind = (typeof KINDS)[number];

export interface KindCount {
  kind: Kind;
  /** There are in the source. */
  found: number;
  /** Taken by this run. */
  taken: number;
  /** Taken by an earlier one. */
  known: number;
  left_out: number;
}

/** Things of which the same is to be said. */
export interface Remark {
  kind: Kind;
  reason: string;
  /** Number in the source, with the name where there is one. Never a secret. */
  things: string[];
}

/** `admitted`: users log in by name from now on. `no administrator`: not yet, as nobody could administer. */
export type Users = 'unchanged' | 'admitted' | 'no administrator';

export interface ImportReport {
  dry_run: boolean;
  /** Tables with rows that nobody reads: there is nothing here that they could become. */
  not_taken: { table: string; rows: number }[];
  users: Users;
  /** Somebody wrote to the source while it was read: repeat it with AnythingLLM stopped. */
  source_changed: boolean;
  counts: KindCount[];
  left_out: Remark[];
  /** Taken, but not as it was. */
  changed: Remark[];
}

/** Keeps count while things are taken. */
export class Report {
  readonly #counts = new Map<Kind, KindCount>();
  readonly #leftOut = new Map<string, Remark>();
  readonly #changed = new Map<string, Remark>();

  taken(kind: Kind): void {
    this.#of(kind).found++;
    this.#of(kind).taken++;
  }

  known(kind: Kind): void {
    this.#of(kind).found++;
    this.#of(kind).known++;
  }

  leftOut(kind: Kind, thing: string, reason: string): void {
    this.#of(kind).found++;
    this.#of(kind).left_out++;
    remark(this.#leftOut, { kind, reason, thing });
  }

  changed(kind: Kind, thing: string, reason: string): void {
    remark(this.#changed, { kind, reason, thing });
  }

  count(kind: Kind): KindCount {
    return { ...this.#of(kind) };
  }

  view(dryRun: boolean): Pick<ImportReport, 'dry_run' | 'counts' | 'left_out' | 'changed'> {
    return {
      dry_run: dryRun,
      counts: KINDS.map((kind) => this.count(kind)),
      left_out: [...this.#leftOut.values()],
      changed: [...this.#changed.values()],
    };
  }

  #of(kind: Kind): KindCount {
    let count = this.#counts.get(kind);
    if (count === undefined) {
      count = { kind, found: 0, taken: 0, known: 0, left_out: 0 };
      this.#counts.set(kind, count);
    }
    return count;
  }
}

function remark(
  remarks: Map<string, Remark>,
  { kind, reason, thing }: { kind: Kind; reason: string; thing: string },
): void {
  const key = `${kind} ${reason}`;
  const known = remarks.get(key);
  if (known === undefined) remarks.set(key, { kind, reason, things: [thing] });
  else known.things.push(thing);
}
