import { MIGRATIONS } from '../../app.ts';
import { StartupError } from '../../base/errors.ts';
import { checkMasterKey } from '../../sealing/index.ts';
import { migrate, restore, type Storage } from '../../storage/index.ts';
import type { Context } from '../command.ts';
import { CliError } from '../exit.ts';
import { say } from '../io.ts';
import { print, type OutputChoice } from '../output.ts';
import { openOrMake, openSealing } from './local.ts';
import { findProcess } from './pid-file.ts';

interface Choice extends OutputChoice {
  file: string;
}

export async function restoreBackup(context: Context, choice: Choice): Promise<void> {
  const { config, io } = context;
  const running = await findProcess(config.dataDir);
  if (running !== undefined) {
    throw new CliError(`A server is running on ${config.dataDir} (process ${running.pid}).`, {
      hint: 'Stop the server first: a restore needs exclusive use of the database.',
      example: 'keyward down',
    });
  }
  const storage = await openOrMake(config);
  try {
    const nowMs = Date.now();
    const { rows } = await restore(storage, choice.file, { migrations: MIGRATIONS, nowMs });
    const applied = await migrate(storage, MIGRATIONS, nowMs);
    const master_key = await masterKeyState(context, storage);
    await print(context, choice, { value: { file: choice.file, rows, applied, master_key } });
    if (master_key !== 'ok') say(io, `The rows are restored, but: ${master_key}`);
  } finally {
    await storage.close();
  }
}

/** `ok`, or the step that is missing before the keys of the backup work. */
async function masterKeyState({ config }: Context, storage: Storage): Promise<string> {
  try {
    await checkMasterKey(storage, await openSealing(config), Date.now());
    return 'ok';
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
}
