import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print } from '../output.ts';
import { ID_ARG, keyText, selfText } from './show.ts';

export default verb({
  args: { id: ID_ARG, ...CLIENT_ARGS },
  examples: ['keys get key_4fT9aBcDeF12', 'keys get self'],
  notes:
    'self is the key that the command line uses. It shows the rest of all limits and budgets that the key counts against:\n' +
    'its own, those of its ancestors, and those of their owners. It needs no scope.',
  run: async (args, context) => {
    const client = await openClient(args, context);
    if (args.id === 'self') {
      const value = await unwrap(client.GET('/v1/keys/self'));
      return print(context, args, { value, table: () => selfText(value.key, value) });
    }
    const value = await unwrap(client.GET('/v1/keys/{id}', { params: { path: { id: args.id } } }));
    await print(context, args, { value, table: () => keyText(value) });
  },
});
