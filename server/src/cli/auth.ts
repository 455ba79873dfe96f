import { KeywardApiError, unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, clientFor, findAccess, localUrl, noKey } from './client.ts';
import { verb } from './command.ts';
import { credentialNames, readCredential, removeCredential, storeCredential } from './credentials/index.ts';
import { EXIT, usageError } from './exit.ts';
import { say, write } from './io.ts';
import { isStructured, OUTPUT_ARGS, print } from './output.ts';
import { readSecret, refuseDamagedKey } from './secret.ts';

const EXAMPLE = 'keyward auth login --key-stdin < key.txt';

export const login = verb({
  args: {
    key: {
      type: 'positional',
      required: false,
      description: 'The key; - reads stdin. Default: ask for it on the terminal',
    },
    ...CLIENT_ARGS,
  },
  examples: [
    'auth login',
    'auth login --key-stdin --url https://keyward.example.org < key.txt',
    'auth login --environment staging --url https://staging.example.org',
  ],
  notes:
    'The server checks the key before the command stores it: in the keyring of the desktop if there is one\n' +
    '(secret-tool), otherwise in a file that only you can read.',
  run: async (args, context) => {
    const { io, config } = context;
    const environment = args.environment ?? 'default';
    const isGiven = args.key !== undefined || args['key-stdin'] === true;
    const source = { argument: args.key, fromStdin: args['key-stdin'], name: 'key', example: EXAMPLE };
    const fromVariable = isGiven ? undefined : config.client.apiKey;
    const key = fromVariable ?? (await readSecret(context, source));
    if (key === undefined)
      throw usageError('No key was given.', { hint: 'Give the key on stdin.', example: EXAMPLE });
    refuseDamagedKey(key, 'that was given');
    const before = await readCredential(context, environment);
    const url = args.url ?? config.client.url ?? before?.url ?? localUrl(config);
    const client = clientFor(url, key, context);
    const self = await unwrap(client.GET('/v1/keys/self'));
    const where = await storeCredential(context, environment, { url: client.url, key, keyId: self.key.id });
    const what = fromVariable === undefined ? 'Stored' : 'Stored the key of KEYWARD_API_KEY';
    say(io, `${what} in ${where === 'keyring' ? 'the keyring' : where} as client@${environment}.`);
    const { id, name, role, expires_at } = self.key;
    await print(context, args, {
      value: {
        status: 'authenticated',
        credential: `client@${environment}`,
        stored_in: where,
        url: client.url,
        key: { id, name, role, expires_at },
      },
    });
  },
});

export const status = verb({
  args: CLIENT_ARGS,
  examples: ['auth status', 'auth status --environment staging'],
  run: async (args, context) => {
    const stored_credentials = await credentialNames(context);
    const { url, key, source } = await findAccess(args, context);
    const unauthenticated = async (reason: string): Promise<number> => {
      say(context.io, `Not authenticated at ${url}: ${reason}. To log in: keyward auth login`);
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

export const logout = verb({
  args: {
    environment: {
      type: 'string',
      description: 'Name of the stored credential. Default: default',
      valueHint: 'name',
    },
    ...OUTPUT_ARGS,
  },
  examples: ['auth logout', 'auth logout --environment staging'],
  notes: 'The key itself stays active. To end it: keyward keys revoke.',
  run: async (args, context) => {
    const environment = args.environment ?? 'default';
    const removed = await removeCredential(context, environment);
    if (!removed) say(context.io, `There was no stored credential client@${environment}.`);
    if (context.config.client.apiKey !== undefined)
      say(context.io, 'KEYWARD_API_KEY is still set, and commands use it.');
    await print(context, args, {
      value: { status: 'logged_out', credential: `client@${environment}`, removed },
    });
  },
});

export const token = verb({
  args: CLIENT_ARGS,
  examples: ['auth token', '$ export KEYWARD_API_KEY="$(keyward auth token)"'],
  notes: 'Prints the text of the key alone, for use in $(…). --output json prints {"token": …}.',
  run: async (args, context) => {
    const { url, key } = await findAccess(args, context);
    if (key === undefined) throw noKey(url);
    if (isStructured(args)) await print(context, args, { value: { token: key } });
    else await write(context.io, `${key}\n`);
  },
});
