import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print } from '../output.ts';
import { OWNER_ID_ARG, ownerId } from './show.ts';

export default verb({
  args: { id: OWNER_ID_ARG, ...CLIENT_ARGS },
  examples: ['owners delete own_7hG3kLmNoP56'],
  notes: 'All its keys end at once, permanently. To end them temporarily: owners suspend.',
  run: async (args, context) => {
    const client = await openClient(args, context);
    const id = await ownerId(client, args.id);
    const call = client.DELETE('/v1/owners/{id}', { params: { path: { id } } });
    await print(context, args, { value: { id, state: 'deleted', ...(await unwrap(call)) } });
  },
});
