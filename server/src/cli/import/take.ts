import { openCore } from '../../app.ts';
import type { Config } from '../../config.ts';
import { Documents } from '../../documents/index.ts';
import { importAnythingllm, type ImportOptions, type ImportReport } from '../../moving/index.ts';
import { vectors } from '../../retrieval/index.ts';
import { coverage } from '../../workspaces/index.ts';
import { quietLogger } from '../quiet-logger.ts';

type Take = Pick<ImportOptions, 'folder'> & Required<Pick<ImportOptions, 'progress'>>;

/** On the machine itself, by whoever may read the data directory; a server that runs meanwhile sees it at once. */
export async function take(config: Config, wanted: Take): Promise<ImportReport> {
  const core = await openCore(config, await quietLogger());
  try {
    const { storage, audit, clock, settings, keys, identity } = core;
    return await importAnythingllm({
      ...wanted,
      scratchDir: config.dataDir,
      storage,
      audit,
      clock,
      settings,
      documents: new Documents({ storage, clock, audit, coverage, vectors }),
      into: { identity, keys },
    });
  } finally {
    await core.stop();
  }
}
