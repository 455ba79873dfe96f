import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StartupError } from '../base/errors.ts';
import { SourceRow } from './source-row.ts';

const DATABASE = 'anythingllm.db';
const LOGS = ['-wal', '-journal'] as const;
const COPY_PREFIX = 'import-';
/** A table with rows of its own: neither a view nor a virtual table. */
const IS_STORED = "type = 'table' and rootpage > 0";

export interface SourceOptions {
  /** Where a copy may lie for a moment, when there is a log to be read with the database. Nobody else may read there. */
  scratchDir: string;
}

/**
 * A storage directory of AnythingLLM. Nothing in it is ever written, nor where a link in it leads: the database is opened as a
 * file that does not change, or, where a log lies beside it, a copy of both. A database may come from anybody: only its
 * tables are read, and of those the stored columns; a view or a computed column could run without end. Guarded by
 * source.test.ts.
 */
export class Source {
  readonly folder: string;
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #columns = new Map<string, string[]>();
  readonly #seen: string;

  private constructor(
    folder: string,
    { file, database, seen }: { file: string; database: DatabaseSync; seen: string },
  ) {
    this.folder = folder;
    this.#file = file;
    this.#database = database;
    this.#seen = seen;
  }

  /** @throws StartupError where there is no readable database. */
  static open(folder: string, { scratchDir }: SourceOptions): Source {
    const named = join(folder, DATABASE);
    if (!existsSync(named))
      throw new StartupError(`There is no ${DATABASE} in ${folder}: ${hintFor(folder)}`);
    try {
      // Where a link leads: there is the log, too.
      const file = realpathSync(named);
      if (!statSync(file).isFile()) throw new Error('it is no file');
      accessSync(file, constants.R_OK);
      const seen = stateOf(file);
      const database = LOGS.some((log) => sizeOf(file + log) > 0)
        ? openCopy(file, scratchDir)
        : openUnchanging(file);
      return new Source(folder, { file, database, seen });
    } catch (cause) {
      if (cause instanceof StartupError) throw cause;
      throw unreadable(named, cause);
    }
  }

  /** Whether somebody wrote to the database since it was opened: then what was read may be neither old nor new. */
  get hasChanged(): boolean {
    return stateOf(this.#file) !== this.#seen;
  }

  /** Names, in order. */
  tables(): string[] {
    const sql = `select name from sqlite_master where ${IS_STORED} order by name`;
    return this.#reading(() => this.#database.prepare(sql).all()).map(({ name }) => String(name));
  }

  has(table: string): boolean {
    return this.#columnsOf(table).length > 0;
  }

  count(table: string): number {
    if (!this.has(table)) return 0;
    return this.#reading(() => {
      const row = this.#database.prepare(`select count(*) as many from ${quoted(table)}`).get();
      return Number(row?.['many'] ?? 0);
    });
  }

  /** Every row in the order of its making, one at a time; none where this version has no such table. */
  *rows(table: string): Generator<SourceRow> {
    if (!this.has(table)) return;
    const columns = this.#columnsOf(table);
    const order = columns.includes('id') ? 'id' : 'rowid';
    const statement = this.#reading(() =>
      this.#database.prepare(
        `select ${columns.map(quoted).join(', ')} from ${quoted(table)} order by ${order}`,
      ),
    );
    statement.setReadBigInts(true);
    const rows = statement.iterate();
    for (;;) {
      const { done, value } = this.#reading(() => rows.next());
      if (done === true) return;
      yield new SourceRow(value);
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Those that are stored: `pragma_table_info` leaves out computed ones. */
  #columnsOf(table: string): string[] {
    let columns = this.#columns.get(table);
    if (columns === undefined) {
      const rows = this.#reading(() =>
        this.#database
          .prepare(
            `select name from pragma_table_info((select name from sqlite_master where ${IS_STORED} and name = ?))`,
          )
          .all(table),
      );
      columns = rows.map(({ name }) => String(name));
      this.#columns.set(table, columns);
    }
    return columns;
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw unreadable(this.#file, cause);
    }
  }
}

/** `immutable`: no lock is taken, no log is made, and a lock of somebody else's is not waited for. */
function openUnchanging(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.search = '?mode=ro&immutable=1';
  return checked(new DatabaseSync(url, { readOnly: true }), file);
}

/**
 * What is only in the log is read too: of a copy, as reading a log writes beside the database.
 * The copy's names are taken away while it is open, so that a process which is killed leaves no clear-text keys behind.
 */
function openCopy(file: string, scratchDir: string): DatabaseSync {
  for (const name of readdirSync(scratchDir))
    if (name.startsWith(COPY_PREFIX)) rmSync(join(scratchDir, name), { recursive: true, force: true });
  const folder = mkdtempSync(join(scratchDir, COPY_PREFIX));
  try {
    const copy = join(folder, DATABASE);
    // What is copied is what a link leads to, never the link: the copy is written to.
    for (const part of ['', ...LOGS]) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
    const database = new DatabaseSync(copy);
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = delete');
    return checked(database, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that was cut off, or is none of SQLite's, shows here and not half-way. */
function checked(database: DatabaseSync, file: string): DatabaseSync {
  try {
    // Its own functions and checks are not run.
    database.exec('pragma trusted_schema = off; pragma ignore_check_constraints = on');
    const found = database.prepare('pragma quick_check(1)').get()?.['quick_check'];
    if (found !== 'ok') throw new Error(String(found));
    return database;
  } catch (cause) {
    database.close();
    throw unreadable(file, cause);
  }
}

/** Where the storage directory of an installation lies, from where people look for it. */
const BELOW = ['storage', 'server/storage'];

function hintFor(folder: string): string {
  const places = [dirname(folder), ...BELOW.map((place) => join(folder, place))];
  const found = places.find((place) => existsSync(join(place, DATABASE)));
  if (found !== undefined) return `it is in ${found}.`;
  return 'name the storage directory of AnythingLLM, which holds it and the folder documents. One that keeps its data in PostgreSQL cannot be read.';
}

function unreadable(file: string, cause: unknown): StartupError {
  if ((cause as NodeJS.ErrnoException).code === 'EACCES')
    return new StartupError(`${file} may not be read by this user: run this as one who may, or on a copy.`, {
      exitCode: 1,
      cause,
    });
  const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new StartupError(
    `${file} cannot be read (${why}): stop AnythingLLM, and name a storage directory or a backup of it that is whole.`,
    { exitCode: 1, cause },
  );
}

/** Names of tables come from the database itself. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function stateOf(file: string): string {
  return ['', ...LOGS]
    .map((part) => statSync(file + part, { throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? '-' : `${stat.size}@${stat.mtimeMs}`))
    .join(' ');
}
