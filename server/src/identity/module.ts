import type { KeysContext } from '../keys/index.ts';
import { defineModule } from '../storage/index.ts';
import { Identity, type Memberships } from './identity.ts';
import { identityMigrations } from './migrations.ts';

export const identityModule = defineModule({
  migrations: identityMigrations,
  open: (given: { keys: KeysContext; memberships: Memberships }) => ({ identity: new Identity(given) }),
});
