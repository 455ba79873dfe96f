import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print, tableText } from '../output.ts';

export default verb({
  args: CLIENT_ARGS,
  examples: ['models list'],
  run: async (args, context) => {
    const client = await openClient(args, context);
    const { data } = await unwrap(client.GET('/v1/models'));
    await print(context, args, {
      value: { items: data, next_cursor: null },
      table: () => tableText(data, { model: ({ id }) => id, 'served by': ({ owned_by }) => owned_by }),
    });
  },
});
