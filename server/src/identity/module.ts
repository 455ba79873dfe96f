import { defineModule } from '../storage/index.ts';
import { openIdentity, type Identity } from './identity.ts';
import { identityMigrations } from './migrations.ts';

export const identityModule = defineModule({
  migrations: identityMigrations,
  open: (given: Pick<Identity, 'keys' | 'memberships'>) => ({ identity: openIdentity(given) }),
});
