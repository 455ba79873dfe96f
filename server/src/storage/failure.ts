import { KeywardError } from '../base/errors.ts';

export interface Cause {
  message: string;
  hint: string;
  /** It will not pass by itself. */
  lasts?: true;
}

const PASSING: Cause = {
  message: 'The database cannot be used right now.',
  hint: 'Try again in a moment; GET /readyz says when it is back.',
};
const DAMAGED: Cause = {
  message: 'The database file is damaged.',
  hint: 'Stop Keyward, copy the data directory, and restore a backup into a new one: keyward restore.',
  lasts: true,
};
const FULL: Cause = {
  message: 'The disk of the database is full: nothing was changed.',
  hint: 'Free space on it. Keyward goes on by itself then.',
};

/** Failures of the file, by the result code of SQLite: BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB. */
const SQLITE: Partial<Record<number, Cause>> = {
  5: PASSING,
  8: {
    message: 'The database file cannot be written.',
    hint: 'Check its owner and mode, and whether its disk is mounted for reading only.',
  },
  10: {
    message: 'The disk of the database reports an error.',
    hint: 'Check whether it is full, and the log of the system for faults of the disk.',
  },
  11: DAMAGED,
  13: FULL,
  14: {
    message: 'The database file cannot be opened.',
    hint: 'Check that it is there, its owner and mode, and the number of open files.',
  },
  15: PASSING,
  26: DAMAGED,
};

export const READ_ONLY: Cause = {
  message: 'The database is set to read-only and accepts no writes.',
  hint: 'Check default_transaction_read_only of the database and its role, and that KEYWARD_DATABASE_URL names the primary.',
};

/** Disk full, damaged data and indexes, read-only. */
const POSTGRES: Partial<Record<string, Cause>> = {
  '53100': FULL,
  XX001: DAMAGED,
  XX002: DAMAGED,
  '25006': READ_ONLY,
};

/** PostgreSQL's classes 08 connection, 53 resources, 57P operator; and codes of the socket. */
const POSTGRES_UNAVAILABLE =
  /^(08|53|57P|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)/;

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
  const cause = causeOf(error);
  return cause === undefined ? undefined : storageError(cause, error);
}

export function storageError({ message, hint, lasts }: Cause, cause?: Error): KeywardError {
  return new KeywardError('storage_unavailable', message, {
    hint,
    ...(lasts === true ? {} : { headers: { 'retry-after': '1' } }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function causeOf(error: Error): Cause | undefined {
  const { errcode, code = '' } = error as { errcode?: number; code?: string };
  const known = errcode === undefined ? POSTGRES[code] : SQLITE[errcode % 256];
  if (known !== undefined) return known;
  const isAway =
    POSTGRES_UNAVAILABLE.test(code) || UNAVAILABLE_WORDS.some((words) => words.test(error.message));
  return isAway ? PASSING : undefined;
}

/** Whether PostgreSQL is away or starts, which may pass; a wrong password, user or database does not. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Error && causeOf(error) === PASSING;

/** Whether the database is damaged: it stays so. */
export const isDamage = (error: unknown): boolean =>
  error instanceof KeywardError && error.cause instanceof Error && causeOf(error.cause) === DAMAGED;

/** Why a file of SQLite cannot be opened, and what to do. */
export function openingAdvice(error: unknown): string {
  const cause = error instanceof Error ? causeOf(error) : undefined;
  return cause === undefined || cause === PASSING
    ? "Check KEYWARD_DATA_DIR and the file's owner and mode."
    : cause.hint;
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
