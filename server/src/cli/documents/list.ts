import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print, tableText } from '../output.ts';
import { documentsIn } from './stored.ts';

export default verb({
  args: {
    folder: { type: 'string', description: 'Only documents of this folder' },
    ...CLIENT_ARGS,
  },
  examples: ['documents list', `$ keyward documents list --output json | jq -r '.items[].location'`],
  run: async (args, context) => {
    const client = await openClient(args, context);
    const items = await documentsIn(client, args.folder);
    await print(context, args, {
      value: { items, next_cursor: null },
      table: () =>
        tableText(items, {
          location: ({ location }) => location,
          title: ({ title }) => title,
          words: ({ words }) => words,
          embedded: ({ embedded }) => (embedded ? 'yes' : 'no'),
        }),
    });
  },
});
