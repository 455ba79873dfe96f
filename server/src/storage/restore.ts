import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { sql } from 'kysely';
import { KeywardError, StartupError } from '../base/errors.ts';
import { damaged, type BackupFooter, type BackupHeader, type Row, type RowLine } from './backup-format.ts';
import type { BackupProgress } from './backup.ts';
import { readBackup, type BackupTarget } from './backup-reader.ts';
import { storageFailure } from './failure.ts';
import { MIGRATIONS_TABLE, appliedIds, migrateWithin, type Migration } from './migrations.ts';
import { columnNames, suspendForeignKeys, tableNames } from './schema.ts';
import type { Db, Storage } from './storage.ts';

export interface RestoreOptions {
  /** All steps of the schema that this Keyward knows. */
  migrations: readonly Migration[];
  /** The time of the steps, ms since 1970. */
  nowMs: number;
  /** Called each 1000 rows. */
  onProgress?: (progress: BackupProgress) => void;
}

/** Rows and bytes of one statement, at most. */
const BATCH_ROWS = 100;
const BATCH_BYTES = 1024 * 1024;
/** SQLite's limit is 32766, PostgreSQL's 65535. */
const BATCH_VALUES = 10_000;
const PROGRESS_ROWS = 1_000;

/**
 * Fills an empty database from a backup of either dialect, in one transaction. The schema is then the one of the backup:
 * call `migrate` next. This Keyward needs the master key under which the backup was made.
 * @param source path of a file, `-` for stdin, or a stream.
 * @throws StartupError when the database has rows, or the backup is truncated, changed, or newer.
 */
export async function restore(
  storage: Storage,
  source: Readable | string,
  options: RestoreOptions,
): Promise<BackupFooter> {
  let from: Readable | undefined;
  try {
    const opened = typeof source === 'string' ? await openSource(source) : source;
    from = opened;
    return await storage.transaction((tx) => restoreWithin(tx, { ...options, from: opened }), {
      runsOnce: true,
    });
  } catch (error) {
    throw restoreFailure(error);
  } finally {
    from?.destroy();
  }
}

async function openSource(path: string): Promise<Readable> {
  if (path === '-') return process.stdin;
  const file = await open(path);
  return file.createReadStream();
}

async function restoreWithin(tx: Db, options: RestoreOptions & { from: Readable }): Promise<BackupFooter> {
  await refuseOccupied(tx);
  const restoration = new Restoration(tx, options);
  let footer: BackupFooter | undefined;
  await pipeline(options.from, createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
    footer = await readBackup(chunks, restoration);
  });
  if (footer === undefined) throw damaged('it is truncated');
  await restoration.finish();
  return footer;
}

async function hasRows(tx: Db, table: string): Promise<boolean> {
  const { rows } = await sql`select 1 from ${sql.id(table)} limit 1`.execute(tx);
  return rows.length > 0;
}

async function refuseOccupied(tx: Db): Promise<void> {
  for (const table of await tableNames(tx)) {
    if (table !== MIGRATIONS_TABLE && (await hasRows(tx, table)))
      throw new StartupError(
        `The database already holds data (in ${table}): restore into a new, empty database.`,
        { exitCode: 1 },
      );
  }
}

class Restoration implements BackupTarget {
  readonly #tx: Db;
  readonly #options: RestoreOptions;
  readonly #columns = new Map<string, ReadonlySet<string>>();
  #checkForeignKeys = async (): Promise<void> => undefined;
  #batch: Row[] = [];
  #batchTable = '';
  #batchBytes = 0;
  #tableRows = 0;

  constructor(tx: Db, options: RestoreOptions) {
    this.#tx = tx;
    this.#options = options;
  }

  /** Makes the schema of the backup. */
  async header({ migrations: wanted }: BackupHeader): Promise<void> {
    const { migrations: all, nowMs } = this.#options;
    const unknown = wanted.filter((id) => !all.some((step) => step.id === id));
    if (unknown.length > 0)
      throw new StartupError(
        `The backup was made by a newer Keyward (it has ${unknown.join(', ')}): restore it with that version.`,
      );
    await this.#refuseAhead(wanted);
    const known = all.filter((step) => wanted.includes(step.id));
    await migrateWithin(this.#tx, { known, nowMs });
    this.#checkForeignKeys = await suspendForeignKeys(this.#tx);
    for (const table of await tableNames(this.#tx)) {
      if (table === MIGRATIONS_TABLE) continue;
      this.#columns.set(table, new Set(await columnNames(this.#tx, table)));
      // The backup has the rows that a step of the schema inserts. On an append-only table PostgreSQL refuses an
      // empty `delete` too.
      if (await hasRows(this.#tx, table)) await sql`delete from ${sql.id(table)}`.execute(this.#tx);
    }
  }

  /** Steps of the schema that the database has run, and the backup has not, would miss the rows of the backup. */
  async #refuseAhead(wanted: string[]): Promise<void> {
    if (!(await tableNames(this.#tx)).includes(MIGRATIONS_TABLE)) return;
    const ahead = [...(await appliedIds(this.#tx))].filter((id) => !wanted.includes(id));
    if (ahead.length > 0)
      throw new StartupError(
        `The database is newer than the backup (it has ${ahead.join(', ')}): restore into a new, empty database.`,
        { exitCode: 1 },
      );
  }

  async row({ t: table, r: row }: RowLine, bytes: number): Promise<void> {
    const columns = this.#columns.get(table);
    const unknown = Object.keys(row).find((name) => columns?.has(name) !== true);
    if (columns === undefined || unknown !== undefined)
      throw damaged(`it has a row of ${table} that does not fit its schema`);
    if (table !== this.#batchTable || !sameColumns(this.#batch[0], row)) await this.#flush();
    if (table !== this.#batchTable) this.#tableRows = 0;
    this.#batchTable = table;
    this.#batch.push(row);
    this.#batchBytes += bytes;
    this.#tableRows += 1;
    if (this.#tableRows % PROGRESS_ROWS === 0) this.#options.onProgress?.({ table, rows: this.#tableRows });
    const values = this.#batch.length * Object.keys(row).length;
    if (this.#batch.length >= BATCH_ROWS || this.#batchBytes >= BATCH_BYTES || values >= BATCH_VALUES)
      await this.#flush();
  }

  async #flush(): Promise<void> {
    const rows = this.#batch;
    const [first] = rows;
    if (first === undefined) return;
    this.#batch = [];
    this.#batchBytes = 0;
    const names = Object.keys(first);
    const tuples = rows.map((row) => sql`(${sql.join(names.map((name) => row[name]))})`);
    const columns = sql.join(names.map((name) => sql.id(name)));
    try {
      await sql`insert into ${sql.id(this.#batchTable)} (${columns}) values ${sql.join(tuples)}`.execute(
        this.#tx,
      );
    } catch (error) {
      if (error instanceof KeywardError) throw error;
      // The driver's text may quote a value.
      throw damaged(`the database refuses a row of ${this.#batchTable}`, error);
    }
  }

  /** After the backup was verified. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#checkForeignKeys();
  }
}

function sameColumns(a: Row | undefined, b: Row): boolean {
  if (a === undefined) return true;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b);
}

/** 23503 foreign_key_violation; 787 SQLITE_CONSTRAINT_FOREIGNKEY, at the commit. */
function pointsNowhere(error: { code?: string; errcode?: number; message: string }): boolean {
  return (
    error.code === '23503' || error.errcode === 787 || /FOREIGN KEY constraint failed/.test(error.message)
  );
}

function restoreFailure(error: unknown): unknown {
  if (error instanceof StartupError || error instanceof KeywardError || !(error instanceof Error))
    return error;
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return damaged('it is truncated', error);
  if (code.startsWith('Z_')) return damaged('it is damaged, or not a backup of Keyward', error);
  if (pointsNowhere(error)) return damaged('a row refers to a row that is not in it', error);
  if (syscall === 'open' || syscall === 'read')
    return new StartupError(`The backup cannot be read (${error.message}).`, { exitCode: 1, cause: error });
  return storageFailure(error) ?? error;
}
