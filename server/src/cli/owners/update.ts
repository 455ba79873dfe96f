import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { BOUND_ARGS, boundsOf } from '../keys/holdings.ts';
import { LAST_ADMIN_ARG } from '../keys/state-verb.ts';
import { print } from '../output.ts';
import { given } from '../page.ts';
import { KINDS, OWNER_ID_ARG, ownerId } from './show.ts';

const CLEARABLE = ['limits', 'budgets'] as const;

export default verb({
  args: {
    id: OWNER_ID_ARG,
    name: { type: 'string', description: 'A new name' },
    kind: { type: 'enum', options: KINDS, description: 'Kind of the owner' },
    ...BOUND_ARGS,
    clear: { type: 'string', description: `Field to clear: ${CLEARABLE.join(', ')}; repeatable` },
    'last-admin': LAST_ADMIN_ARG,
    ...CLIENT_ARGS,
  },
  examples: [
    'owners update own_7hG3kLmNoP56 --name "Ada King"',
    'owners update own_7hG3kLmNoP56 --budget 20usd/month --clear limits',
  ],
  notes:
    'Limits and budgets hold for all keys of the owner together. They replace the existing ones; past use still counts\n' +
    'used.',
  run: async (args, context) => {
    const cleared = clearedOf(context.all('clear'));
    const body = {
      ...given({ name: args.name, kind: args.kind as 'person' | undefined }),
      ...cleared,
      ...boundsOf(context),
    };
    if (Object.keys(body).length === 0)
      throw usageError('Give --name, --kind, --limit, --budget or --clear.');
    const client = await openClient(args, context);
    const meant = args['last-admin'] === true ? { last_admin: true } : {};
    const call = client.PATCH('/v1/owners/{id}', {
      params: { path: { id: await ownerId(client, args.id) } },
      body: { ...body, ...meant },
    });
    await print(context, args, { value: await unwrap(call) });
  },
});

function clearedOf(words: string[]): { limits?: []; budgets?: [] } {
  const unknown = words.find((word) => !CLEARABLE.some((known) => known === word));
  if (unknown !== undefined) throw usageError(`--clear must be one of ${CLEARABLE.join(', ')}.`);
  return Object.fromEntries(words.map((word) => [word, []]));
}
