import type { Config } from '../config.ts';
import type { KeysContext } from '../keys/index.ts';
import { defineModule } from '../storage/index.ts';
import { Identity, type Memberships } from './identity.ts';
import { identityMigrations } from './migrations.ts';
import { OidcProvider } from './oidc/provider.ts';

export const identityModule = defineModule({
  migrations: identityMigrations,
  open: (given: { config: Config; keys: KeysContext; memberships: Memberships }) => {
    const { oidc: settings } = given.config;
    const oidc = settings && new OidcProvider({ settings, logger: given.keys.logger });
    return { identity: new Identity(given), oidc };
  },
  start: ({ oidc }) => oidc?.start(),
  stop: async ({ oidc }) => oidc?.stop(),
});
