import { unwrap, type components } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { say } from '../io.ts';
import type { Columns } from '../output.ts';
import { PAGE_ARGS, pagesOf, printPages } from '../page.ts';

const COLUMNS: Columns<components['schemas']['RunningRequest']> = {
  id: ({ id }) => id,
  key: ({ key_id }) => key_id,
  route: ({ route }) => route,
  model: ({ model }) => model,
  seconds: ({ age_seconds }) => String(age_seconds),
  'tokens in': ({ tokens_in }) => String(tokens_in),
  'tokens out': ({ tokens_out }) => String(tokens_out),
};

export default verb({
  args: { ...PAGE_ARGS, ...CLIENT_ARGS },
  examples: ['running list', 'running list --all --output json'],
  notes: 'Without the scope keys:read it lists only requests of your own key.',
  run: async (args, context) => {
    const pages = pagesOf(args);
    const client = await openClient(args, context);
    await printPages(context, args, {
      pages,
      columns: COLUMNS,
      fetchPage: async (query) => {
        const page = await unwrap(client.GET('/v1/running', { params: { query } }));
        const { missing_nodes: missing } = page;
        if (missing > 0)
          say(
            context.io,
            `${missing} of the server's processes did not answer. Their requests are missing here.`,
          );
        return page;
      },
    });
  },
});
