import { PostgresAdapter } from 'kysely';
import type { Db, DialectName } from './storage.ts';

/** Of a database or a transaction: for statements that only one of the two knows. */
export const dialectOf = (db: Db): DialectName =>
  db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
