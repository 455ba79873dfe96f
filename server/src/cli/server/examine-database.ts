import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { MIGRATIONS } from '../../app.ts';
import type { Config } from '../../config.ts';
import { migrate, openStorage, type Storage } from '../../storage/index.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { isFile } from './local.ts';

/** Tries a write and the migration, and rolls both back. @throws StartupError */
export async function databaseCheck(config: Config): Promise<Finding> {
  if (isFile(config) && !existsSync(config.database)) return ok('none yet; keyward up creates it');
  const storage = await openStorage(config.database);
  try {
    if (storage.dialect === 'sqlite') {
      const damage = await damageOf(storage);
      if (damage !== undefined)
        return fail(
          `The database file is damaged: ${damage}`,
          'stop Keyward, copy the data directory, and restore a backup into a new one: keyward restore',
        );
    }
    await storage.checkWritable();
    const pending = await pendingSteps(storage);
    if (pending.length > 0)
      return warn(`${pending.length} migrations are missing.`, 'keyward migrate, or keyward up');
    return ok(`${storage.dialect}, writable, with the schema of this version`);
  } finally {
    await storage.close();
  }
}

/** Reads every page of the file. @returns the first fault */
async function damageOf({ db }: Storage): Promise<string | undefined> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db);
  const [first] = rows;
  return first === undefined || first.quick_check === 'ok' ? undefined : first.quick_check;
}

/** The migrations that a database lacks. */
export const pendingSteps = (storage: Storage): Promise<string[]> =>
  tried(storage, (trial) => migrate(trial, MIGRATIONS, Date.now()));

class TakenBack extends Error {}

/** Runs a change and rolls it back. @returns its result. */
export async function tried<T>(storage: Storage, work: (trial: Storage) => Promise<T>): Promise<T> {
  const trial: Storage = {
    dialect: storage.dialect,
    db: storage.db,
    snapshot: (read) => storage.snapshot(read),
    checkWritable: () => storage.checkWritable(),
    close: () => Promise.resolve(),
    transaction: async (change, options) => {
      const outcome: { value?: Awaited<ReturnType<typeof change>> } = {};
      const taken = storage.transaction(async (tx) => {
        outcome.value = await change(tx);
        throw new TakenBack();
      }, options);
      await taken.catch((error: unknown) => {
        if (!(error instanceof TakenBack)) throw error;
      });
      return outcome.value as Awaited<ReturnType<typeof change>>;
    },
  };
  return work(trial);
}
