import { KeywardApiError, unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, clientFor, findAccess } from '../client.ts';
import { verb } from '../command.ts';
import { credentialNames } from '../credentials/index.ts';
import { EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { print } from '../output.ts';

export default verb({
  args: CLIENT_ARGS,
  examples: ['auth status', 'auth status --environment staging'],
  run: async (args, context) => {
    const stored_credentials = await credentialNames(context);
    const { url, key, source } = await findAccess(args, context);
    const unauthenticated = async (reason: string): Promise<number> => {
      say(context.io, `Not authenticated at ${url}: ${reason}. keyward auth login`);
      await print(context, args, { value: { status: 'not_authenticated', stored_credentials, url, reason } });
      return EXIT.notAuthenticated;
    };
    if (key === undefined) return unauthenticated('there is no key');
    try {
      const { key: known, limits, budgets } = await unwrap(clientFor(url, key, context).GET('/v1/keys/self'));
      const { id, name, owner, role, scopes, state, expires_at } = known;
      await print(context, args, {
        value: {
          status: 'authenticated',
          stored_credentials,
          url,
          source,
          key: { id, name, owner, role, scopes, state, expires_at },
          limits,
          budgets,
        },
      });
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof KeywardApiError) || error.status !== 401) throw error;
      return unauthenticated('the server refuses this key');
    }
  },
});
