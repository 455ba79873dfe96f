import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Documents } from '../documents/index.ts';
import type { Identity } from '../identity/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import type { Kind, Report } from './report.ts';
import type { Source } from './source.ts';
import type { SourceRow } from './source-row.ts';
import type { Ref, Targets } from './targets.ts';

/** One run of an import. */
export interface Move {
  source: Source;
  storage: Storage;
  audit: Audit;
  clock: Clock;
  /** Nothing is written; everything is looked at as if it were. */
  dryRun: boolean;
  targets: Targets;
  report: Report;
  /** Names that this run has given already, such as `workspace docs`: a dry run does not find them in the database. */
  claimed: Set<string>;
  settings: Settings;
  documents: Documents;
  /** Left out in a dry run, as is what needs the master key. */
  identity?: Identity | undefined;
  keys?: KeysContext | undefined;
  /** Told now and then while one kind takes long. */
  progress: (kind: Kind, done: number, total: number) => void;
}

/** A thing of the source as it was found. */
export interface Thing<R> {
  /** The same in every run, and of no other thing: what is noted when it is taken. */
  sourceId: string;
  ref: Ref;
  /** For the report; never a secret. */
  label: string;
  row: R;
  /** About how much it takes in memory; left out: little. */
  characters?: number;
}

/** What a thing would become. `left`: it is left out, for this reason. `changed`: what is not as it was. */
export type Prepared<T> = { ready: T; changed?: string[] } | { left: string };

/** How the things of one kind are taken. */
export interface Step<R, T> {
  kind: Kind;
  count(source: Source): number;
  things(source: Source): Iterable<Thing<R>> | AsyncIterable<Thing<R>>;
  /** Looks, and writes nothing: a dry run says the same. */
  prepare(db: Db, thing: Thing<R>, move: Move): Promise<Prepared<T>> | Prepared<T>;
  /** @returns the id of what it became. */
  write(tx: Db, ready: T, move: Move): Promise<number | string>;
  /** Those that are still there of what was taken before. Left out: nothing refers to them. */
  stillThere?(db: Db, targets: readonly string[], move: Move): Promise<Set<string>>;
}

/** The rows of a table that has numbers; `named`: a column whose value may be shown. */
export function* rowsOf(source: Source, table: string, named?: string): Generator<Thing<SourceRow>> {
  for (const row of source.rows(table)) {
    const id = row.id('id');
    // A number alone could be another installation's; together with the moment it was given it is this one's.
    const sourceId = `${id ?? '?'}@${row.text('createdAt') ?? ''}`;
    yield {
      sourceId,
      ref: id ?? -1,
      label: labelOf(id, named && row.filled(named)),
      row,
      characters: row.characters,
    };
  }
}

const LABEL_MAX_CHARACTERS = 80;

function labelOf(id: number | undefined, name: string | undefined): string {
  const number = String(id ?? 'without a number');
  return name === undefined ? number : `${number} (${name.slice(0, LABEL_MAX_CHARACTERS)})`;
}

interface WantedName {
  kind: Kind;
  /** Within which names differ; everywhere, if left out. */
  place?: string;
  wanted: string;
  isTaken: (name: string) => Promise<boolean>;
}

/** A name that nothing has yet, here or earlier in this run: the wanted one, or with a number behind it. */
export async function freeName(
  move: Pick<Move, 'claimed'>,
  { kind, place = '', wanted, isTaken }: WantedName,
): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    const claim = `${kind} ${place}${name}`;
    if (move.claimed.has(claim) || (await isTaken(name))) continue;
    move.claimed.add(claim);
    return name;
  }
}
