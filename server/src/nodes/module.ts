import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { VERSION } from '../base/version.ts';
import type { Config } from '../config.ts';
import { defineModule } from '../storage/index.ts';
import type { Storage } from '../storage/index.ts';
import { nodesMigrations } from './migrations.ts';
import { Nodes } from './nodes.ts';

export const nodesModule = defineModule({
  migrations: nodesMigrations,
  open: async ({ config, ...parts }: { config: Config; storage: Storage; clock: Clock; logger: Logger }) => {
    const socketDir = join(config.dataDir, 'nodes');
    const nodes = new Nodes({ ...parts, version: VERSION, socketDir, database: config.database });
    await nodes.start();
    return { nodes };
  },
  stop: ({ nodes }) => nodes.stop(),
});
