import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { printUsage, USAGE_ARGS, usageQuery } from '../usage-report.ts';
import { ID_ARG } from './show.ts';

export default verb({
  args: { id: ID_ARG, ...USAGE_ARGS, ...CLIENT_ARGS },
  examples: [
    'keys usage key_4fT9aBcDeF12',
    'keys usage key_4fT9aBcDeF12 --from 7d --step day --group-by model',
  ],
  run: async (args, context) => {
    const params = { path: { id: args.id }, query: usageQuery(args) };
    const client = await openClient(args, context);
    await printUsage(context, args, await unwrap(client.GET('/v1/keys/{id}/usage', { params })));
  },
});
