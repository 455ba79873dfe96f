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

export interface Into {
  identity: Identity;
  keys: KeysContext;
}

export interface ImportOptions {
  /** The storage directory of AnythingLLM. */
  folder: string;
  /** A folder that nobody else can read, for a copy of the database. */
  scratchDir: string;
  storage: Storage;
  audit: Audit;
  clock: Clock;
  settings: Settings;
  /** Left out: a dry run, which reads everything and writes nothing. It needs no master key. */
  into?: Into;
  /** Called now and then. */
  progress?: (kind: Kind, done: number, total: number) => void;
}

/** One run of an import. */
export interface Move extends Omit<ImportOptions, 'folder' | 'scratchDir'> {
  source: Source;
  documents: Documents;
  targets: Targets;
  report: Report;
  /** Names that this run has given, such as `workspace docs`: a dry run does not find them in the database. */
  claimed: Set<string>;
}

/** The reference of others to a thing: its number in the source, or the location of a document. */
export type Ref = number | string;

/** The ids that things of the source have got here. */
export class Targets {
  readonly #ids = new Map<string, string>();

  set(kind: Kind, ref: Ref, target: string): void {
    this.#ids.set(`${kind} ${ref}`, target);
  }

  /** @returns undefined: it is not in the source, was left out, or was removed here since. */
  text(kind: Kind, ref: Ref | undefined): string | undefined {
    return this.#ids.get(`${kind} ${ref}`);
  }

  number(kind: Kind, ref: Ref | undefined): number | undefined {
    const target = this.text(kind, ref);
    return target === undefined ? undefined : Number(target);
  }
}

/** A thing of the source. */
export interface Thing<R> {
  /** Identifies the thing in every run: noted when it is taken. */
  sourceId: string;
  ref: Ref;
  /** For the report; never a secret. */
  label: string;
  row: R;
  /** Its size in memory, about. Default: small. */
  characters?: number;
}

/** A thing in the form of Keyward with the changes for the report, or the reason why it is left out. */
export type Prepared<T> = { ready: T; changed?: string[] } | { left: string };

export const gone = (name: string): { left: string } => ({ left: `its ${name} is gone or was left out` });

interface Preparing<R, T> {
  kind: Kind;
  /** Writes nothing: a dry run gives the same report. */
  prepare(thing: Thing<R>, move: Move, db: Db): Promise<Prepared<T>> | Prepared<T>;
  /** @returns the id of the new thing. */
  write(tx: Db, ready: T, move: Move, into: Into): Promise<number | string>;
}

/** How the things of one kind are taken. */
export interface Step<R, T> extends Preparing<R, T> {
  /** undefined: they are not in the database. */
  table?: string;
  count(source: Source): number;
  things(source: Source): Iterable<Thing<R>>;
  /** Of those that were taken before: the ids that still exist. Left out: nothing refers to them. */
  stillThere?(db: Db, targets: readonly string[], move: Move): Promise<Set<string>>;
}

interface RowStep<T> extends Preparing<SourceRow, T> {
  table: string;
  /** A column whose value the report may show. */
  named?: string;
  /** The ids that still exist. Left out: nothing refers to the things. */
  present?: (db: Db, ids: readonly number[]) => Promise<ReadonlySet<number>>;
}

/** A step that takes the rows of a table. */
export function rowStep<T>({ named, present, ...step }: RowStep<T>): Step<SourceRow, T> {
  return {
    ...step,
    count: (source) => source.count(step.table),
    things: (source) => rowsOf(source, step.table, named),
    ...(present && {
      stillThere: async (db, targets) => new Set([...(await present(db, targets.map(Number)))].map(String)),
    }),
  };
}

export function* rowsOf(source: Source, table: string, named?: string): Generator<Thing<SourceRow>> {
  for (const row of source.rows(table)) {
    const id = row.id('id');
    // Another installation has the same numbers, but not with the same times.
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
  /** Names differ within it. Default: everywhere. */
  place?: string;
  wanted: string;
  isTaken: (name: string) => Promise<boolean>;
}

/** The wanted name, or with a number appended if something here or in this run has it. */
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
