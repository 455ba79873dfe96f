import type { Config } from '../config.ts';
import type { KeysContext } from '../keys/index.ts';
import { defineModule } from '../storage/index.ts';
import { Identity, type Memberships } from './identity.ts';
import { identityMigrations } from './migrations.ts';
import type { OidcProvider } from './oidc/provider.ts';

export const identityModule = defineModule({
  migrations: identityMigrations,
  open: async (given: { config: Config; keys: KeysContext; memberships: Memberships }) => ({
    identity: new Identity(given),
    oidc: await openProvider(given),
  }),
  start: ({ oidc }) => oidc?.start(),
  stop: async ({ oidc }) => oidc?.stop(),
});

/** @returns undefined: none is configured, and its library is not loaded. */
async function openProvider(given: { config: Config; keys: KeysContext }): Promise<OidcProvider | undefined> {
  const { oidc: settings } = given.config;
  if (settings === undefined) return undefined;
  const { OidcProvider } = await import('./oidc/provider.ts');
  return new OidcProvider({ settings, logger: given.keys.logger });
}
