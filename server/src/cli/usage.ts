import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from './client.ts';
import { verb } from './command.ts';
import { printUsage, USAGE_ARGS, usageQuery } from './usage-report.ts';

export default verb({
  args: { ...USAGE_ARGS, ...CLIENT_ARGS },
  examples: ['usage', 'usage --from 30d --step day --group-by owner,model'],
  run: async (args, context) => {
    const query = usageQuery(args);
    const client = await openClient(args, context);
    await printUsage(context, args, await unwrap(client.GET('/v1/usage', { params: { query } })));
  },
});
