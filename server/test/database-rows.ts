import { sql } from 'kysely';
import { openStorage } from '../src/storage/index.ts';

/** Runs one statement, that only reads, on a database that a server may use meanwhile. @param location as of `openStorage` */
export async function databaseRows<T>(location: string, statement: string): Promise<T[]> {
  const storage = await openStorage(location);
  try {
    return (await sql.raw<T>(statement).execute(storage.db)).rows;
  } finally {
    await storage.close();
  }
}

/** The same for a statement that writes. */
export async function changeDatabase(location: string, statement: string): Promise<void> {
  const storage = await openStorage(location);
  try {
    await storage.transaction((tx) => sql.raw(statement).execute(tx));
  } finally {
    await storage.close();
  }
}
