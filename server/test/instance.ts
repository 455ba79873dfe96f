import { sql } from 'kysely';
import pino from 'pino';
import { openCore } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { mintLocally } from '../src/keys/index.ts';
import { openStorage } from '../src/storage/index.ts';

/**
 * Makes the database, the master key and an admin key before the first server starts, without the cost of a process.
 * @param environment as for `keyward serve`
 * @returns the admin key
 */
export async function makeInstance(environment: Record<string, string>): Promise<string> {
  const core = await openCore(readConfig(environment), pino({ level: 'silent' }), { mayMake: true });
  try {
    return (await mintLocally(core.keys, 'tests')).secret;
  } finally {
    await core.stop();
  }
}

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
