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
import { dialectOf } from './dialect.ts';
import { storageFailure } from './failure.ts';
import { MIGRATIONS_TABLE, appliedIds } from './migrations.ts';
import { tableNames } from './schema.ts';
import type { Db, Storage } from './storage.ts';

export interface BackupProgress {
  table: string;
  /** Rows of this table so far. */
  rows: number;
}

export interface BackupOptions {
  /** Replaces an existing destination. */
  overwrite?: boolean;
  /** The time of the backup, ms since 1970. */
  nowMs: number;
  /** Called each 1000 rows and at the end of each table. */
  onProgress?: (progress: BackupProgress) => void;
}

/** Rows of one fetch from PostgreSQL: a row may hold a long text, and all of them are in memory. */
const FETCH_ROWS = 100;
const PROGRESS_ROWS = 1_000;
/** Size of a piece of lines, about. */
const PIECE_CHARS = 64 * 1024;

/**
 * Writes a snapshot of all rows in constant memory, without the master key: the keys and credentials of a backup cannot be
 * used without it. Keep it apart from the backups.
 * @param destination path of a file (mode 0600; it appears whole or not at all), `-` for stdout, or a stream,
 *   which is ended.
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
    const lines = Readable.from(backupText(tx, { ...options, footer }), { objectMode: false });
    // The command still writes to stdout.
    await pipeline(lines, createGzip(), stream, { end: stream !== process.stdout });
    return footer;
  });
}

async function* backupText(
  tx: Db,
  options: BackupOptions & { footer: BackupFooter },
): AsyncGenerator<string> {
  const { footer } = options;
  const hash = createHash('sha256');
  const tables = await tableNames(tx);
  if (!tables.includes(MIGRATIONS_TABLE))
    throw new StartupError('There is nothing to back up: Keyward has not used this database.', {
      exitCode: 1,
    });
  let piece = `${JSON.stringify(await headerOf(tx, options.nowMs))}\n`;
  for (const table of tables.filter((name) => name !== MIGRATIONS_TABLE)) {
    let rows = 0;
    for await (const row of rowsOf(tx, table)) {
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

const headerOf = async (tx: Db, nowMs: number): Promise<BackupHeader> => ({
  format: FORMAT,
  version: FORMAT_VERSION,
  created_at: isoTime(nowMs),
  dialect: dialectOf(tx),
  migrations: [...(await appliedIds(tx))].sort(),
});

async function* rowsOf(tx: Db, table: string): AsyncGenerator<Record<string, unknown>> {
  const all = sql<Record<string, unknown>>`select * from ${sql.id(table)}`;
  if (dialectOf(tx) === 'sqlite') {
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

/** Writes a file of mode 0600 under another name and renames it when it is complete and on the disk. */
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
    // `flush`: a backup must survive a power cut.
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
    throw new StartupError(`${path} exists: choose another name, or replace it with --force.`, {
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
