import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print, tableText } from '../output.ts';

export default verb({
  args: CLIENT_ARGS,
  examples: ['workspaces list'],
  run: async (args, context) => {
    const client = await openClient(args, context);
    const { workspaces: items } = await unwrap(client.GET('/v1/workspaces'));
    await print(context, args, {
      value: { items, next_cursor: null },
      table: () =>
        tableText(items, {
          slug: ({ slug }) => slug,
          name: ({ name }) => name,
          mode: ({ chatMode }) => chatMode,
          threads: ({ threads }) => threads.length,
          created: ({ createdAt }) => createdAt,
        }),
    });
  },
});
