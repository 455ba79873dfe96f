import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { loadMasterKey, Sealing } from '../../sealing/index.ts';
import { openStorage, type Storage } from '../../storage/index.ts';
import { CliError, EXIT } from '../exit.ts';

/** The database of this machine with its master key. This process does not become a node. */
export interface Local {
  storage: Storage;
  sealing: Sealing;
}

/** @throws CliError exit code 78 without a database: a wrong folder must not look like an empty record. */
export async function openLocal(config: Config): Promise<Local> {
  const storage = await openExisting(config);
  try {
    if (!hasMasterKey(config)) throw new CliError(noMasterKey(config), { exitCode: EXIT.configuration });
    const { key } = await loadMasterKey({ ...config.masterKey, dataDir: config.dataDir });
    return { storage, sealing: Sealing.open({ masterKey: key, previous: config.masterKey.previous }) };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** Asked before the master key is loaded: loading makes a missing one. */
export const hasMasterKey = ({ masterKey, dataDir }: Config): boolean =>
  masterKey.value !== undefined || masterKey.file !== undefined || existsSync(join(dataDir, 'master.key'));

export const noMasterKey = ({ dataDir }: Config): string =>
  `There is no master key: put the one of this database into ${join(dataDir, 'master.key')} (mode 0600), or set KEYWARD_MASTER_KEY.`;

/** @throws CliError exit code 78 without a database */
export async function openExisting(config: Config): Promise<Storage> {
  if (isFile(config) && !existsSync(config.database)) {
    throw new CliError(`There is no database ${config.database}.`, {
      exitCode: EXIT.configuration,
      hint: 'Set KEYWARD_DATA_DIR to its directory, or make a new one with keyward up.',
    });
  }
  return openStorage(config.database);
}

/** Opens the database; makes a missing one. */
export async function openOrMake(config: Config): Promise<Storage> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  return openStorage(config.database);
}

export const isFile = ({ database }: Config): boolean => !/^postgres(ql)?:/.test(database);
