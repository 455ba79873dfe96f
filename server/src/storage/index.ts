import { openPostgres } from './postgres/postgres.ts';
import type { Waiting } from './postgres/postgres-start.ts';
import { openSqlite } from './sqlite.ts';
import type { Storage } from './storage.ts';

export type { Waiting } from './postgres/postgres-start.ts';
export { backup, type BackupOptions, type BackupProgress } from './backup.ts';
export type { BackupFooter } from './backup-format.ts';
export { restore, type RestoreOptions } from './restore.ts';
export { idLike, nextId, storageMigrations } from './sequences.ts';
export { storageFailure } from './failure.ts';
export { migrate, type ColumnTypes, type Migration } from './migrations.ts';
export { defineModule, type Module, type Opening } from './module.ts';
export { booksOf, currentPermit, underPermit, withoutPermit, type Permit } from './permit.ts';
export type { Db, DialectName, Storage, TransactionOptions } from './storage.ts';
export { allById, allRows } from './all-rows.ts';
export { claimRows } from './claim.ts';
export {
  fencedBy,
  LeaseLostError,
  refuseLost,
  renewLease,
  taking,
  underLease,
  type Held,
  type UnderLease,
} from './lease.ts';
export { inParts } from './parts.ts';
export { foldCase } from './text.ts';
export { Together } from './together.ts';
export { anyOf, dialectOf, insertRows, rowsOfIds, runEach, unchanged } from './dialect.ts';

/**
 * @param location a `postgres://` URL, or the path of an SQLite file.
 * @param waiting for a PostgreSQL that cannot be reached yet. @default it is refused at once
 */
export async function openStorage(location: string, waiting?: Waiting): Promise<Storage> {
  return /^postgres(ql)?:\/\//.test(location) ? openPostgres(location, waiting) : openSqlite(location);
}
