import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print } from '../output.ts';
import { UPSTREAM_ID_ARG, upstreamId } from './settings.ts';

export default verb({
  args: { id: UPSTREAM_ID_ARG, ...CLIENT_ARGS },
  examples: ['upstreams remove openai'],
  run: async (args, context) => {
    const client = await openClient(args, context);
    const id = await upstreamId(client, args.id);
    await unwrap(client.DELETE('/v1/upstreams/{id}', { params: { path: { id } } }));
    await print(context, args, { value: { id, removed: true } });
  },
});
