import { existsSync, mkdirSync } from 'node:fs';
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
    return { storage, sealing: await openSealing(config) };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** With the master key that is there. @throws StartupError where it is missing */
export async function openSealing({ masterKey, dataDir }: Config): Promise<Sealing> {
  const { key } = await loadMasterKey({ ...masterKey, dataDir });
  return Sealing.open({ masterKey: key, previous: masterKey.previous });
}

/** @throws CliError exit code 78 without a database */
export async function openExisting(config: Config): Promise<Storage> {
  refuseMissing(config);
  return openStorage(config.database);
}

/**
 * Only `up`, `serve` and `restore` make an instance: in the wrong directory, anything else would work on an empty one, and
 * its keys would open nothing. @throws CliError exit code 78
 */
export function refuseMissing(config: Config): void {
  if (!isFile(config) || existsSync(config.database)) return;
  throw new CliError(`There is no database ${config.database}.`, {
    exitCode: EXIT.configuration,
    hint: 'Set KEYWARD_DATA_DIR to its directory, or make a new one with keyward up.',
  });
}

/** Opens the database; makes a missing one. */
export async function openOrMake(config: Config): Promise<Storage> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  return openStorage(config.database);
}

export const isFile = ({ database }: Config): boolean => !/^postgres(ql)?:/.test(database);
