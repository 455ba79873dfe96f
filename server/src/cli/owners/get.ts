import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print } from '../output.ts';
import { OWNER_ID_ARG, ownerId } from './show.ts';

export default verb({
  args: { id: OWNER_ID_ARG, ...CLIENT_ARGS },
  examples: ['owners get own_7hG3kLmNoP56'],
  run: async (args, context) => {
    const client = await openClient(args, context);
    const call = client.GET('/v1/owners/{id}', { params: { path: { id: await ownerId(client, args.id) } } });
    await print(context, args, { value: await unwrap(call) });
  },
});
