import { existsSync } from 'node:fs';
import { MIGRATIONS } from '../../app.ts';
import type { Config } from '../../config.ts';
import { checkMasterKey, loadMasterKey, Sealing } from '../../sealing/index.ts';
import { migrate, openStorage, type Storage } from '../../storage/index.ts';
import { ok, warn, type Finding } from './finding.ts';
import { hasMasterKey, isFile } from './local.ts';

/** Tries the migration and the master key, and rolls both back. @throws StartupError */
export async function databaseCheck(config: Config): Promise<Finding> {
  if (isFile(config) && !existsSync(config.database)) return ok('none yet; keyward up creates it');
  const storage = await openStorage(config.database);
  try {
    await storage.checkWritable();
    const nowMs = Date.now();
    const pending = await pendingSteps(storage);
    if (pending.length > 0)
      return warn(`${pending.length} migrations are missing.`, 'keyward migrate, or keyward up');
    if (!hasMasterKey(config)) return ok(`${storage.dialect}, writable`);
    const { key } = await loadMasterKey({ ...config.masterKey, dataDir: config.dataDir });
    const sealing = Sealing.open({ masterKey: key, previous: config.masterKey.previous });
    const { missing } = await tried(storage, (trial) => checkMasterKey(trial, sealing, nowMs));
    if (missing.length === 0) return ok(`${storage.dialect}, writable, schema and master key fit`);
    return warn(
      `Older master keys are missing (${missing.join(', ')}): keys and credentials made under them are refused.`,
      'add them to KEYWARD_PREVIOUS_MASTER_KEYS',
    );
  } finally {
    await storage.close();
  }
}

/** The migrations that a database lacks. */
export const pendingSteps = (storage: Storage): Promise<string[]> =>
  tried(storage, (trial) => migrate(trial, MIGRATIONS, Date.now()));

class TakenBack extends Error {}

/** Runs a change and rolls it back. @returns its result. */
async function tried<T>(storage: Storage, work: (trial: Storage) => Promise<T>): Promise<T> {
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
