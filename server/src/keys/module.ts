import type { Config } from '../config.ts';
import { defineModule } from '../storage/index.ts';
import { openKeys, type KeysOptions } from './index.ts';
import { keysMigrations } from './migrations.ts';
import { QuietSweeper } from './quiet.ts';

export const keysModule = defineModule({
  migrations: keysMigrations,
  open: (given: Omit<KeysOptions, 'prefix'> & { config: Config }) => {
    const keys = openKeys({ ...given, prefix: given.config.keyPrefix });
    return { keys, sweeper: new QuietSweeper(keys) };
  },
  start: ({ sweeper }) => sweeper.start(),
  stop: async ({ keys, sweeper }) => {
    await sweeper.stop();
    await keys.lastUsed.stop();
  },
});
