import { defineModule } from '../storage/index.ts';
import { workspacesMigrations } from './migrations.ts';
import { Workspaces, type WorkspacesOptions } from './workspaces.ts';

export const workspacesModule = defineModule({
  migrations: workspacesMigrations,
  open: (options: WorkspacesOptions) => ({ workspaces: new Workspaces(options) }),
});
