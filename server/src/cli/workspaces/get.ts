import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { membersText, print, tableText } from '../output.ts';
import { findWorkspace, SLUG_ARG } from './find.ts';

export default verb({
  args: { slug: SLUG_ARG, ...CLIENT_ARGS },
  examples: ['workspaces get staff'],
  run: async (args, context) => {
    const client = await openClient(args, context);
    const value = await findWorkspace(client, args.slug);
    await print(context, args, {
      value,
      table: () => {
        const { documents, threads, ...settings } = value;
        const rows = tableText(documents, {
          document: ({ docpath }) => docpath,
          pinned: ({ pinned }) => (pinned ? 'yes' : 'no'),
        });
        return [membersText({ ...settings, threads: threads.length }), rows].join('\n\n');
      },
    });
  },
});
