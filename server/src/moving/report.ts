/** The kinds of things in AnythingLLM, in the order in which they are taken. */
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
  /** In the source. */
  found: number;
  /** By this run. */
  taken: number;
  /** Taken by an earlier run. */
  known: number;
  left_out: number;
}

/** A remark on some things. */
export interface Remark {
  kind: Kind;
  reason: string;
  /** Number in the source, with the name if there is one. Never a secret. */
  things: string[];
}

/** `admitted`: users log in by name from now on. `no administrator`: not yet, as nobody could administer. */
export type Users = 'unchanged' | 'admitted' | 'no administrator';

export interface ImportReport {
  dry_run: boolean;
  /** Tables with rows that the import does not read. */
  not_taken: { table: string; rows: number }[];
  users: Users;
  /** Another program wrote to the source during the import: repeat it with AnythingLLM stopped. */
  source_changed: boolean;
  counts: KindCount[];
  left_out: Remark[];
  /** Taken with a change. */
  changed: Remark[];
}

export class Report {
  readonly #counts = KINDS.map((kind): KindCount => ({ kind, found: 0, taken: 0, known: 0, left_out: 0 }));
  readonly #leftOut: Remark[] = [];
  readonly #changed: Remark[] = [];

  count(kind: Kind, became: 'taken' | 'known' | 'left_out'): void {
    const count = this.#counts.find((item) => item.kind === kind);
    if (count === undefined) return;
    count.found++;
    count[became]++;
  }

  leftOut(kind: Kind, thing: string, reason: string): void {
    this.count(kind, 'left_out');
    remark(this.#leftOut, { kind, reason, thing });
  }

  changed(kind: Kind, thing: string, reason: string): void {
    remark(this.#changed, { kind, reason, thing });
  }

  view(): Pick<ImportReport, 'counts' | 'left_out' | 'changed'> {
    return { counts: this.#counts, left_out: this.#leftOut, changed: this.#changed };
  }
}

function remark(
  remarks: Remark[],
  { kind, reason, thing }: { kind: Kind; reason: string; thing: string },
): void {
  const known = remarks.find((item) => item.kind === kind && item.reason === reason);
  if (known === undefined) remarks.push({ kind, reason, things: [thing] });
  else known.things.push(thing);
}
