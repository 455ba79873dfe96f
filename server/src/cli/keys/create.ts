import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { say, warn } from '../io.ts';
import { print } from '../output.ts';
import { given } from '../parse.ts';
import { warnOfSameName } from '../things/same-name.ts';
import { HOLDING_ARGS, holdingsOf } from './holdings.ts';
import { keyIdIn, keysNamedLike } from './key-id.ts';
import { withOwnerIds } from './owner-ids.ts';
import { warnOfUnknown } from './unknown-selections.ts';
import { saySecretOnce, secretText, type Key } from './show.ts';

export const create = verb({
  args: {
    name: { type: 'positional', required: false, description: 'Name of the key' },
    owner: { type: 'string', description: "Id or name of its owner. Default: the maker's own owner" },
    parent: {
      type: 'string',
      description: 'The parent key (id or name). The child counts against it and ends with it',
    },
    ...HOLDING_ARGS,
    'idempotency-key': {
      type: 'string',
      description: 'Makes the command idempotent: a repeat with the same value makes no second key',
    },
    local: { type: 'boolean', description: 'Work on the data directory, without a server and without a key' },
    ...CLIENT_ARGS,
  },
  examples: [
    'keys create "my app" --role client --expires-in 90d --budget 10usd/month',
    'keys create ci --scope models:use --model "openai/*" --limit 60/minute',
    'keys create agent --scope models:use --parent key_4fT9aBcDeF12 --expires-in 5m --budget "20000 tokens/total"',
    'keys create --local',
  ],
  notes:
    'Only the result contains the secret. Use --local if the admin key is lost: anybody who can read the data\n' +
    'directory gets an admin key, or a key with the given role or scopes.',
  run: async (args, context) => {
    const { name, owner, parent, 'idempotency-key': idempotency } = args;
    if (args.local !== true && name === undefined)
      throw usageError('The key needs a name.', { example: 'keyward keys create "my app" --role client' });
    const body = {
      name: name ?? 'made locally',
      ...given({ owner, parent }),
      ...holdingsOf(args, context),
    };
    const show = async (value: { key: Key; secret: string }): Promise<void> => {
      await print(context, args, { value, table: () => secretText(value) });
      saySecretOnce(value, context);
      const { id } = value.key;
      say(context.io, `Its use: keyward keys usage ${id}   To end it: keyward keys revoke ${id}`);
    };
    if (args.local === true) {
      const { createLocally } = await import('./create-locally.ts');
      return show(await createLocally(context, body));
    }
    const client = await openClient(args, context);
    const header = given({ 'idempotency-key': idempotency });
    const ids = given({ parent: await keyIdIn(client, parent) });
    const named = { ...(await withOwnerIds(client, body)), ...ids };
    const { warnings, ...minted } = await unwrap(
      client.POST('/v1/keys', { body: named, params: { header } }),
    );
    await show(minted);
    warn(context.io, warnings);
    const made = { noun: 'key', remove: 'keys revoke', id: minted.key.id, name: body.name };
    await warnOfSameName(context.io, made, () => keysNamedLike(client, body.name));
    await warnOfUnknown(client, body.selectors, context.io);
  },
});
