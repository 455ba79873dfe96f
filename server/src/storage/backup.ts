import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sql } from 'kysely';
import { isoTime } from '../base/clock.ts';
import { KeywardError, StartupError } from '../base/errors.ts';
import { FORMAT, FORMAT_VERSION, LINE_BYTES_MAX, encodeRow } from './backup-format.ts';
import type { BackupFooter, BackupHeader } from './backup-format.ts';
import { storageFailure } from './failure.ts';
import { MIGRATIONS_TABLE, appliedIds } from './migrations.ts';
import { tableNames } from './schema.ts';
import type { Db, DialectName, Storage } from './storage.ts';

export interface BackupProgress {
  table: string;
  /** Rows of this table so far. */
  rows: number;
}

export interface BackupOptions {
  /** Tables that mean nothing elsewhere, such as the leases of live nodes. */
  exclude?: readonly string[];
  /** Replace a destination that exists. */
  overwrite?: boolean;
  /** The time the backup will bear, in ms since 1970. */
  nowMs: number;
  /** Called about each 1000 rows and at the end of each table. */
  onProgress?: (progress: BackupProgress) => void;
}

/** Rows asked of PostgreSQL at once: a row may hold a long text, and all of them are in memory. */
const FETCH_ROWS = 100;
const PROGRESS_ROWS = 1_000;
/** Lines are handed on in pieces of about this size. */
const PIECE_CHARS = 64 * 1024;

/**
 * Writes all rows of a database, as they are at this moment, while others go on writing; memory does not grow
 * with their number. The master key is no part of it: it lives outside the database, and without it the stored
 * keys and credentials of this backup are of no use to anybody. Keep it, apart from the backups.
 * @param destination path of a file (mode 0600; it appears whole or not at all), `-` for stdout, or a stream,
 *   which is ended.
 * @returns what the footer says.
 * @throws StartupError when the destination exists or cannot be written, KeywardError `storage_unavailable`.
 */
export async function backup(
  storage: Storage,
  destination: Writable | string,
  options: BackupOptions,
): Promise<BackupFooter> {
  if (typeof destination !== 'string') return writeBackup(storage, destination, options);
  if (destination === '-') return writeBackup(storage, process.stdout, options);
  return writeFileWhole(destination, options, (stream) => writeBackup(storage, stream, options));
}

async function writeBackup(
  storage: Storage,
  stream: Writable,
  options: BackupOptions,
): Promise<BackupFooter> {
  return storage.snapshot(async (tx) => {
    const footer: BackupFooter = { rows: {}, sha256: '' };
    const lines = Readable.from(backupText(tx, storage.dialect, { ...options, footer }), {
      objectMode: false,
    });
    // Others may still want to write to stdout.
    await pipeline(lines, createGzip(), stream, { end: stream !== process.stdout });
    return footer;
  });
}

async function* backupText(
  tx: Db,
  dialect: DialectName,
  options: BackupOptions & { footer: BackupFooter },
): AsyncGenerator<string> {
  const { footer } = options;
  const hash = createHash('sha256');
  let piece = `${JSON.stringify(await headerOf(tx, dialect, options.nowMs))}\n`;
  for (const table of await chosenTables(tx, dialect, options.exclude ?? [])) {
    let rows = 0;
    for await (const row of rowsOf(tx, dialect, table)) {
      const line = `${encodeRow(table, row)}\n`;
      if (line.length > LINE_BYTES_MAX / 3) refuseLong(line, table);
      piece += line;
      rows += 1;
      if (rows % PROGRESS_ROWS === 0) options.onProgress?.({ table, rows });
      if (piece.length < PIECE_CHARS) continue;
      hash.update(piece);
      yield piece;
      piece = '';
    }
    footer.rows[table] = rows;
    options.onProgress?.({ table, rows });
  }
  footer.sha256 = hash.update(piece).digest('hex');
  yield `${piece}${JSON.stringify(footer)}\n`;
}

async function headerOf(tx: Db, dialect: DialectName, nowMs: number): Promise<BackupHeader> {
  if (!(await tableNames(tx, dialect)).includes(MIGRATIONS_TABLE))
    throw new StartupError('There is nothing to back up: Keyward has not used this database.', {
      exitCode: 1,
    });
  const migrations = [...(await appliedIds(tx))].sort();
  return { format: FORMAT, version: FORMAT_VERSION, created_at: isoTime(nowMs), dialect, migrations };
}

async function chosenTables(tx: Db, dialect: DialectName, exclude: readonly string[]): Promise<string[]> {
  const tables = await tableNames(tx, dialect);
  const missing = exclude.filter((name) => !tables.includes(name));
  // A misspelt name would quietly put a table into the backup that was to stay out.
  if (missing.length > 0)
    throw new Error(`There is no table ${missing.join(', ')} to leave out of the backup.`);
  return tables.filter((name) => name !== MIGRATIONS_TABLE && !exclude.includes(name));
}

async function* rowsOf(tx: Db, dialect: DialectName, table: string): AsyncGenerator<Record<string, unknown>> {
  const all = sql<Record<string, unknown>>`select * from ${sql.id(table)}`;
  if (dialect === 'sqlite') {
    for await (const { rows } of tx.getExecutor().stream(all.compile(tx), FETCH_ROWS)) yield* rows;
    return;
  }
  await sql`declare backup_rows no scroll cursor for ${all}`.execute(tx);
  for (;;) {
    const fetch = sql<Record<string, unknown>>`fetch ${sql.lit(FETCH_ROWS)} from backup_rows`;
    const { rows } = await fetch.execute(tx);
    yield* rows;
    if (rows.length < FETCH_ROWS) break;
  }
  await sql`close backup_rows`.execute(tx);
}

function refuseLong(line: string, table: string): void {
  if (Buffer.byteLength(line) > LINE_BYTES_MAX)
    throw new StartupError(`A row of ${table} is too large for a backup (${LINE_BYTES_MAX} bytes).`, {
      exitCode: 1,
    });
}

/** Writes a file of mode 0600 beside its place and moves it there when it is complete and on the disk. */
async function writeFileWhole<T>(
  path: string,
  options: BackupOptions,
  write: (stream: Writable) => Promise<T>,
): Promise<T> {
  refuseExisting(path, options);
  const partial = `${path}.partial-${randomBytes(4).toString('hex')}`;
  let file: FileHandle | undefined;
  try {
    file = await open(partial, 'wx', 0o600);
    // `flush`: what is called a backup has to survive the power cut it was made for.
    const result = await write(file.createWriteStream({ flush: true }));
    refuseExisting(path, options);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await file?.close();
    await rm(partial, { force: true });
    throw fileFailure(error, path);
  }
}

function refuseExisting(path: string, { overwrite = false }: BackupOptions): void {
  if (!overwrite && existsSync(path))
    throw new StartupError(`${path} exists: choose another name, or say that it may be overwritten.`, {
      exitCode: 1,
    });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function fileFailure(error: unknown, path: string): unknown {
  if (error instanceof StartupError || error instanceof KeywardError) return error;
  const failure = storageFailure(error);
  if (failure !== undefined) return failure;
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new StartupError(`The backup ${path} cannot be written (${message}).`, {
    exitCode: 1,
    cause: error,
  });
}
