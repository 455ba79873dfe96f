import { KeywardError } from '../base/errors.ts';

/** SQLITE_BUSY 5, READONLY 8, IOERR 10, CORRUPT 11, FULL 13, CANTOPEN 14, PROTOCOL 15: failures of the file. */
const SQLITE_UNAVAILABLE = new Set([5, 8, 10, 11, 13, 14, 15]);

/** PostgreSQL's classes 08 connection, 53 resources, 57P operator, 25006 read-only; and codes of the socket. */
const POSTGRES_UNAVAILABLE =
  /^(08|53|57P|25006|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)/;

/** Messages of `pg` and `node:sqlite` that have no code. */
const UNAVAILABLE_WORDS = [
  'connection terminated',
  'timeout exceeded when trying to connect',
  'query read timeout',
  'is not queryable',
  'cannot use a pool after calling end',
  'database is not open',
  'statement has been finalized',
  'connect ENOENT',
].map((words) => new RegExp(words, 'i'));

/** @returns `storage_unavailable` when the database, not the statement, is at fault; otherwise undefined. */
export function storageFailure(error: unknown): KeywardError | undefined {
  if (!(error instanceof Error) || error instanceof KeywardError) return undefined;
  const { errcode, code = '' } = error as { errcode?: number; code?: string };
  const unavailable =
    (errcode !== undefined && SQLITE_UNAVAILABLE.has(errcode % 256)) ||
    POSTGRES_UNAVAILABLE.test(code) ||
    UNAVAILABLE_WORDS.some((words) => words.test(error.message));
  if (!unavailable) return undefined;
  return new KeywardError('storage_unavailable', 'The database cannot be used right now.', {
    hint: 'Try again in a moment; GET /readyz says when it is back.',
    headers: { 'retry-after': '1' },
    cause: error,
  });
}

/** 40P01: deadlock; 40001: serialization failure. */
const CONFLICTS = new Set(['40P01', '40001']);

/** @returns `storage_unavailable` where PostgreSQL has aborted the transaction for another one: a retry succeeds. */
export function conflictFailure(error: unknown): KeywardError | undefined {
  if (!(error instanceof Error) || !CONFLICTS.has((error as { code?: string }).code ?? '')) return undefined;
  return new KeywardError('storage_unavailable', 'The database gave up this change for another one.', {
    hint: 'Try again in a moment.',
    headers: { 'retry-after': '1' },
    cause: error,
  });
}

/** Whether `conflictFailure` has made this. */
export const isConflict = (error: unknown): boolean =>
  error instanceof KeywardError && CONFLICTS.has((error.cause as { code?: string } | undefined)?.code ?? '');

export const closedFailure = (): KeywardError =>
  new KeywardError('storage_unavailable', 'The database is closed.');

/** PostgreSQL cannot store U+0000. Refused on SQLite too: its backups must restore into PostgreSQL. */
export function refuseNulCharacters(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'string' && value.includes('\0'))
      throw new KeywardError('invalid_input', 'Text cannot hold the character U+0000.');
  }
}
