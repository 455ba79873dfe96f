import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { BOUND_ARGS, boundsOf } from '../keys/holdings.ts';
import { print } from '../output.ts';
import { KINDS } from './show.ts';

export default verb({
  args: {
    name: {
      type: 'positional',
      description: 'Name of the owner; it must be unique',
      required: true,
    },
    kind: { type: 'enum', options: KINDS, default: 'person', description: 'Kind of the owner' },
    ...BOUND_ARGS,
    ...CLIENT_ARGS,
  },
  examples: ['owners create "Ada Lovelace" --budget 20usd/month', 'owners create search --kind team'],
  notes: 'Limits and budgets hold for all keys of the owner together.',
  run: async (args, context) => {
    const client = await openClient(args, context);
    const body = { name: args.name, kind: args.kind as 'person', ...boundsOf(context) };
    await print(context, args, { value: await unwrap(client.POST('/v1/owners', { body })) });
  },
});
