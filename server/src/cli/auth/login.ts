import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, clientFor, localUrl } from '../client.ts';
import { verb } from '../command.ts';
import { readCredential, storeCredential } from '../credentials/index.ts';
import { usageError } from '../exit.ts';
import { say } from '../io.ts';
import { print } from '../output.ts';
import { readSecret, refuseDamagedKey } from '../secret.ts';

const EXAMPLE = 'keyward auth login --key-stdin < key.txt';

export default verb({
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
    const source = { argument: args.key, fromStdin: args['key-stdin'], what: 'key', example: EXAMPLE };
    const key = isGiven
      ? await readSecret(context, source)
      : (config.client.apiKey ?? (await readSecret(context, source)));
    if (key === undefined)
      throw usageError('No key was given.', { hint: 'Give the key on stdin.', example: EXAMPLE });
    refuseDamagedKey(key, 'that was given');
    const before = await readCredential(context, environment);
    const url = args.url ?? config.client.url ?? before?.url ?? localUrl(config);
    const client = clientFor(url, key, context);
    const self = await unwrap(client.GET('/v1/keys/self'));
    const where = await storeCredential(context, environment, { url: client.url, key, keyId: self.key.id });
    say(io, `Stored in ${where === 'keyring' ? 'the keyring' : where} as client@${environment}.`);
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
