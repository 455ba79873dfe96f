import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { ID_ARG, printChanged } from './show.ts';

export default verb({
  args: {
    id: ID_ARG,
    secret: {
      type: 'positional',
      description: 'Id of the secret from keys get: sec_ and 12 characters',
      required: true,
    },
    ...CLIENT_ARGS,
  },
  examples: ['keys end-secret key_4fT9aBcDeF12 sec_8sK2mNoPqR34'],
  run: async (args, context) => {
    const client = await openClient(args, context);
    const path = { id: args.id, secret_id: args.secret };
    const call = client.POST('/v1/keys/{id}/secrets/{secret_id}/end', { params: { path } });
    await printChanged(context, args, await unwrap(call));
  },
});
