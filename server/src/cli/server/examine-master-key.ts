import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { checkMasterKey, findMasterKey, hasKnownMasterKey, Sealing } from '../../sealing/index.ts';
import { openStorage } from '../../storage/index.ts';
import { pendingSteps, tried } from './examine-database.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { isFile } from './local.ts';

/** Whether there is a master key, and whether it is the one of the database. @throws StartupError where it is not */
export async function masterKeyCheck(config: Config): Promise<Finding> {
  const found = await findMasterKey({ ...config.masterKey, dataDir: config.dataDir });
  const where = {
    variable: 'in KEYWARD_MASTER_KEY',
    file: 'in the file of KEYWARD_MASTER_KEY_FILE',
    generated: 'beside the database',
    none: 'none yet; keyward up creates one',
  }[found?.source ?? 'none'];
  if (isFile(config) && !existsSync(config.database)) return ok(where);
  const storage = await openStorage(config.database);
  try {
    if ((await pendingSteps(storage)).length > 0)
      return warn(
        `${where}; not compared with the database, which is of an older version.`,
        'keyward migrate',
      );
    if (found === undefined)
      return (await hasKnownMasterKey(storage))
        ? fail(
            'There is a database but no master key, so all its keys would be refused.',
            'restore master.key, or set KEYWARD_MASTER_KEY',
          )
        : ok(where);
    const sealing = Sealing.open({ masterKey: found.key, previous: config.masterKey.previous });
    const { missing } = await tried(storage, (trial) => checkMasterKey(trial, sealing, Date.now()));
    if (missing.length === 0) return ok(`${where}; it fits the database; keep a copy, separate from backups`);
    return warn(
      `Older master keys are missing (${missing.join(', ')}): keys and credentials made under them are refused.`,
      'add them to KEYWARD_PREVIOUS_MASTER_KEYS',
    );
  } finally {
    await storage.close();
  }
}
