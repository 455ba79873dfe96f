import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { print } from '../output.ts';
import { given } from '../page.ts';
import { KINDS, OWNER_ID_ARG, ownerId } from './show.ts';

export default verb({
  args: {
    id: OWNER_ID_ARG,
    name: { type: 'string', description: 'A new name' },
    kind: { type: 'enum', options: KINDS, description: 'What it is' },
    ...CLIENT_ARGS,
  },
  examples: ['owners update own_7hG3kLmNoP56 --name "Ada King"'],
  run: async (args, context) => {
    const body = given({ name: args.name, kind: args.kind as 'person' | undefined });
    if (Object.keys(body).length === 0) throw usageError('Give --name or --kind.');
    const client = await openClient(args, context);
    const call = client.PATCH('/v1/owners/{id}', {
      params: { path: { id: await ownerId(client, args.id) } },
      body,
    });
    await print(context, args, { value: await unwrap(call) });
  },
});
