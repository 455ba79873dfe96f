import { join } from 'node:path';
import { VERSION } from '../base/version.ts';
import { defineModule, type Opening } from '../storage/index.ts';
import { nodesMigrations } from './migrations.ts';
import { Nodes } from './nodes.ts';

export const nodesModule = defineModule({
  migrations: nodesMigrations,
  open: async ({ config, ...given }: Opening) => {
    const socketDir = join(config.dataDir, 'nodes');
    const nodes = new Nodes({ ...given, version: VERSION, socketDir, database: config.database });
    await nodes.start();
    return { nodes };
  },
  stop: ({ nodes }) => nodes.stop(),
});
