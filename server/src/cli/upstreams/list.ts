import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { PAGE_ARGS, pagesOf, printPages } from '../page.ts';
import { UPSTREAM_COLUMNS } from './settings.ts';

export default verb({
  args: { ...PAGE_ARGS, ...CLIENT_ARGS },
  examples: ['upstreams list'],
  run: async (args, context) => {
    const pages = pagesOf(args);
    const client = await openClient(args, context);
    await printPages(context, args, {
      pages,
      columns: UPSTREAM_COLUMNS,
      fetchPage: (query) => unwrap(client.GET('/v1/upstreams', { params: { query } })),
    });
  },
});
