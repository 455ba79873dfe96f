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

/**
 * A storage directory of AnythingLLM. Nothing is written to it, nor to the target of a link in it: the database is
 * opened as immutable, or, with a log, as a copy. The database may be hostile: only stored columns of tables are
 * read, as a view or a computed column could run forever. Guarded by source.test.ts.
 */
export class Source {
  readonly folder: string;
  readonly #file: string;
  readonly #database: DatabaseSync;
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

  /**
   * @param scratchDir for a short-lived copy of a database with a log. Nobody else may read there.
   * @throws StartupError without a readable database.
   */
  static open(folder: string, scratchDir: string): Source {
    const named = join(folder, DATABASE);
    if (!existsSync(named))
      throw new StartupError(`There is no ${DATABASE} in ${folder}: ${hintFor(folder)}`);
    try {
      // The log is beside the target of a link.
      const file = realpathSync(named);
      if (!statSync(file).isFile()) throw new Error('it is not a file');
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

  /** Whether another program wrote to the database since it was opened: the rows may be inconsistent. */
  get hasChanged(): boolean {
    return stateOf(this.#file) !== this.#seen;
  }

  tables(): string[] {
    const sql = `select name from sqlite_master where ${IS_STORED} order by name`;
    return this.#reading(() => this.#database.prepare(sql).all()).map(({ name }) => String(name));
  }

  count(table: string): number {
    if (this.#columnsOf(table).length === 0) return 0;
    return this.#reading(() => {
      const row = this.#database.prepare(`select count(*) as many from ${quoted(table)}`).get();
      return Number(row?.['many'] ?? 0);
    });
  }

  /** All rows in the order of their ids; none if this version has no such table. */
  *rows(table: string): Generator<SourceRow> {
    const columns = this.#columnsOf(table);
    if (columns.length === 0) return;
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

  /** Stored columns only: `pragma_table_info` leaves out computed ones. Empty: there is no such table. */
  #columnsOf(table: string): string[] {
    const stored = `select name from sqlite_master where ${IS_STORED} and name = ?`;
    const sql = `select name from pragma_table_info((${stored}))`;
    return this.#reading(() => this.#database.prepare(sql).all(table)).map(({ name }) => String(name));
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw unreadable(this.#file, cause);
    }
  }
}

/** `immutable`: takes no lock, waits for no lock and makes no log. */
function openUnchanging(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.search = '?mode=ro&immutable=1';
  return checked(new DatabaseSync(url, { readOnly: true }), file);
}

/**
 * Reads the log too, from a copy: SQLite writes beside a database with a log. The copy is unlinked while it is open,
 * so that a killed process leaves no keys in clear text behind.
 */
function openCopy(file: string, scratchDir: string): DatabaseSync {
  for (const name of readdirSync(scratchDir))
    if (name.startsWith(COPY_PREFIX)) rmSync(join(scratchDir, name), { recursive: true, force: true });
  const folder = mkdtempSync(join(scratchDir, COPY_PREFIX));
  try {
    const copy = join(folder, DATABASE);
    // Copies the target of a link, never the link: the copy is written to.
    for (const part of ['', ...LOGS]) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
    const database = new DatabaseSync(copy);
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = delete');
    return checked(database, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An empty file is a database for SQLite. */
const ANY_TABLE = `select 1 from sqlite_master where ${IS_STORED} and name in ('workspaces', 'users', 'system_settings')`;

/** Finds a truncated file, or one that is not of SQLite or of AnythingLLM, before the import begins. */
function checked(database: DatabaseSync, file: string): DatabaseSync {
  try {
    // Functions and checks of the database do not run.
    database.exec('pragma trusted_schema = off; pragma ignore_check_constraints = on');
    const found = database.prepare('pragma quick_check(1)').get()?.['quick_check'];
    if (found !== 'ok') throw new Error(String(found));
    if (database.prepare(ANY_TABLE).get() === undefined) throw new Error('no table of AnythingLLM is in it');
    return database;
  } catch (cause) {
    database.close();
    throw unreadable(file, cause);
  }
}

/** Places of the storage directory below a folder that people name instead. */
const BELOW = ['storage', 'server/storage'];

function hintFor(folder: string): string {
  const places = [dirname(folder), ...BELOW.map((place) => join(folder, place))];
  const found = places.find((place) => existsSync(join(place, DATABASE)));
  if (found !== undefined) return `it is in ${found}.`;
  return 'name the storage directory of AnythingLLM, which contains it and the folder documents. An installation on PostgreSQL cannot be read.';
}

function unreadable(file: string, cause: unknown): StartupError {
  if ((cause as NodeJS.ErrnoException).code === 'EACCES')
    return new StartupError(
      `This user may not read ${file}: run the command as another user, or on a copy.`,
      {
        exitCode: 1,
        cause,
      },
    );
  const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new StartupError(
    `${file} cannot be read (${why}): stop AnythingLLM, and name a complete storage directory or backup.`,
    { exitCode: 1, cause },
  );
}

/** The names come from a database that may be hostile. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function stateOf(file: string): string {
  return ['', ...LOGS]
    .map((part) => statSync(file + part, { throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? '-' : `${stat.size}@${stat.mtimeMs}`))
    .join(' ');
}
