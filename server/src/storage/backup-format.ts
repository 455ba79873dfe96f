import { StartupError } from '../base/errors.ts';
import { isObject } from '../base/is-object.ts';
import type { DialectName } from './storage.ts';

/** A backup is gzip of lines of JSON: a header, a line for each row, a footer. It has no types of one dialect alone. */
export const FORMAT = 'keyward-backup';
export const FORMAT_VERSION = 1;

export const LINE_BYTES_MAX = 256 * 1024 * 1024;

export type Value = null | string | number | Uint8Array;
export type Row = Record<string, Value>;

export interface BackupHeader {
  format: typeof FORMAT;
  version: number;
  /** ISO 8601. */
  created_at: string;
  dialect: DialectName;
  /** Ids of the steps of its schema. */
  migrations: string[];
}

export interface BackupFooter {
  /** Number of rows by table. */
  rows: Record<string, number>;
  /** Of all bytes before this line, hexadecimal. */
  sha256: string;
}

export type RowLine = { t: string; r: Row };
export type BackupLine = { row: RowLine } | { footer: BackupFooter };

export function encodeRow(table: string, row: Record<string, unknown>): string {
  const encoded = Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, encodeValue(value, `${table}.${column}`)]),
  );
  return JSON.stringify({ t: table, r: encoded });
}

function encodeValue(value: unknown, column: string): unknown {
  if (value === null || typeof value === 'string' || Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  // JSON would make null of it.
  if (typeof value === 'number') return { $number: String(value) };
  throw new Error(`The column ${column} holds a value that a backup cannot (${typeof value}).`);
}

/** @throws StartupError also for a backup of a newer Keyward. */
export function parseHeader(line: Buffer): BackupHeader {
  const header = parseJson(line) as Partial<BackupHeader> | null;
  if (header?.format !== FORMAT) throw damaged('it is not a backup of Keyward');
  const { version, created_at, dialect, migrations } = header;
  if (typeof version === 'number' && version > FORMAT_VERSION)
    throw new StartupError(
      `The backup was made by a newer Keyward (format ${version}): restore it with that version.`,
    );
  const ok =
    version === FORMAT_VERSION &&
    typeof created_at === 'string' &&
    (dialect === 'sqlite' || dialect === 'postgres') &&
    Array.isArray(migrations) &&
    migrations.every((id) => typeof id === 'string');
  if (!ok) throw damaged('its first line cannot be understood');
  return { format: FORMAT, version, created_at, dialect, migrations };
}

/** @throws StartupError when it is neither a row nor a footer. */
export function parseLine(line: Buffer): BackupLine {
  const parsed = parseJson(line);
  if (!isObject(parsed)) throw damaged('it has a line that cannot be understood');
  const { t: table, r: row, rows, sha256 } = parsed;
  if (typeof table === 'string' && isObject(row)) return { row: { t: table, r: decodeRow(row) } };
  if (typeof sha256 === 'string' && isObject(rows))
    return { footer: { rows: rows as Record<string, number>, sha256 } };
  throw damaged('it has a line that cannot be understood');
}

function decodeRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, decodeValue(value)]));
}

function decodeValue(value: unknown): Value {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (isObject(value) && typeof value['$bytes'] === 'string')
    return new Uint8Array(Buffer.from(value['$bytes'], 'base64'));
  if (isObject(value) && typeof value['$number'] === 'string') return Number(value['$number']);
  throw damaged('it has a value that cannot be understood');
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw damaged('it has a line that cannot be read', cause);
  }
}

export function damaged(why: string, cause?: unknown): StartupError {
  return new StartupError(
    `The backup cannot be restored: ${why}. Nothing was changed; take another backup.`,
    cause === undefined ? { exitCode: 1 } : { exitCode: 1, cause },
  );
}
