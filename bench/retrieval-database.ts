import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from '../server/src/app.ts';
import type { LocalModel } from '../server/src/models/index.ts';
import { retrievalOn } from '../server/src/retrieval/retrieval-on.fixture.ts';
import { migrate, openStorage } from '../server/src/storage/index.ts';

/** Retrieval on a new SQLite database of its own. */
export async function openRetrieval(localModel?: LocalModel) {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-retrieval-'));
  const storage = await openStorage(join(folder, 'keyward.db'));
  await migrate(storage, MIGRATIONS, Date.now());
  const opened = retrievalOn(storage, {}, localModel);
  const close = async (): Promise<void> => {
    await opened.stop();
    await storage.close();
    rmSync(folder, { recursive: true });
  };
  return { ...opened, storage, close };
}
