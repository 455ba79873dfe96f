import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from '../../app.ts';
import { Audit } from '../../audit/index.ts';
import { systemClock } from '../../base/clock.ts';
import { VERSION } from '../../base/version.ts';
import type { Config } from '../../config.ts';
import { importAnythingllm, type ImportOptions, type ImportReport } from '../../moving/index.ts';
import { Nodes } from '../../nodes/index.ts';
import { Sealing } from '../../sealing/index.ts';
import { Settings } from '../../settings/index.ts';
import { migrate, openStorage, type Storage } from '../../storage/index.ts';
import { CliError, EXIT } from '../exit.ts';
import { pendingSteps } from '../server/examine-database.ts';
import { quietLogger } from '../server/core.ts';
import { isFile } from '../server/local.ts';

type From = Pick<ImportOptions, 'folder' | 'progress'>;

/** The report of an import that writes nothing, and makes no database. */
export async function dryRun(config: Config, from: From): Promise<ImportReport> {
  const scratchDir = mkdtempSync(join(tmpdir(), 'keyward-import-'));
  try {
    const storage = await openForReading(config, scratchDir);
    try {
      return await importAnythingllm({ ...from, ...(await readersOf(storage, config)), scratchDir });
    } finally {
      await storage.close();
    }
  } finally {
    rmSync(scratchDir, { recursive: true, force: true });
  }
}

async function openForReading(config: Config, scratchDir: string): Promise<Storage> {
  if (isFile(config) && !existsSync(config.database)) {
    const storage = await openStorage(join(scratchDir, 'empty.db'));
    await migrate(storage, MIGRATIONS, Date.now());
    return storage;
  }
  const storage = await openStorage(config.database);
  const pending = await pendingSteps(storage);
  if (pending.length === 0) return storage;
  await storage.close();
  throw new CliError('The database is of an older version.', {
    exitCode: EXIT.configuration,
    hint: 'Migrate it to this version first.',
    example: 'keyward migrate',
  });
}

async function readersOf(
  storage: Storage,
  { database, keyPrefix }: Config,
): Promise<Omit<ImportOptions, 'folder' | 'scratchDir'>> {
  const logger = await quietLogger();
  const clock = systemClock;
  // Nothing sealed is read, so any master key does: a new machine has none yet.
  const sealing = Sealing.open({ masterKey: randomBytes(32), previous: [] });
  const settings = new Settings({ storage, sealing, clock });
  // Never started: it announces nothing.
  const nodes = new Nodes({ storage, clock, logger, version: VERSION, socketDir: '', database });
  const audit = new Audit({ storage, nodes, clock, keyPrefix });
  return { storage, audit, clock, settings };
}
