import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from '../../app.ts';
import { systemClock } from '../../base/clock.ts';
import type { Config } from '../../config.ts';
import { Documents } from '../../documents/index.ts';
import { importAnythingllm } from '../../moving/index.ts';
import type { ImportOptions, ImportReport } from '../../moving/index.ts';
import { Sealing } from '../../sealing/index.ts';
import { Settings } from '../../settings/index.ts';
import { migrate, openStorage } from '../../storage/index.ts';
import type { Storage } from '../../storage/index.ts';
import { CliError, EXIT } from '../exit.ts';
import { pendingSteps } from '../server/examine-database.ts';
import { isFile } from '../server/local.ts';

type Look = Pick<ImportOptions, 'folder'> & Required<Pick<ImportOptions, 'progress'>>;

/** What an import would say. Nothing is written: where there is no database yet, none comes into being. */
export async function lookAt(config: Config, look: Look): Promise<ImportReport> {
  const scratchDir = mkdtempSync(join(tmpdir(), 'keyward-import-'));
  try {
    const storage = await openForLooking(config, scratchDir);
    try {
      return await importAnythingllm({ ...look, ...readersOf(storage), scratchDir });
    } finally {
      await storage.close();
    }
  } finally {
    rmSync(scratchDir, { recursive: true, force: true });
  }
}

async function openForLooking(config: Config, scratchDir: string): Promise<Storage> {
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

function readersOf(storage: Storage): Pick<ImportOptions, 'storage' | 'clock' | 'settings' | 'documents'> {
  const clock = systemClock;
  // No sealed value is read: any master key does, and the real one need not be there.
  const sealing = Sealing.open({ masterKey: randomBytes(32), previous: [] });
  const settings = new Settings({ storage, sealing, clock });
  return { storage, clock, settings, documents: new Documents({ storage, clock }) };
}
