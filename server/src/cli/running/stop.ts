import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { say } from '../io.ts';
import { print } from '../output.ts';
import { given } from '../page.ts';

export default verb({
  args: {
    id: { type: 'positional', description: 'Id from running list: run_…', required: false },
    key: { type: 'string', description: 'All requests of the key with this id' },
    owner: { type: 'string', description: 'All requests of the owner with this id' },
    tag: { type: 'string', description: 'All requests of keys with this tag' },
    ...CLIENT_ARGS,
  },
  examples: ['running stop run_4fT9aBcDeF12_1a', 'running stop --key key_4fT9aBcDeF12'],
  notes: 'The keys stay active. To end a key with its requests: keys revoke.',
  run: async (args, context) => {
    const wish = given({ key: args.key, owner: args.owner, tag: args.tag });
    const named = Object.keys(wish).length + (args.id === undefined ? 0 : 1);
    if (named !== 1) throw usageError('Give the id of a request, or one of --key, --owner and --tag.');
    const client = await openClient(args, context);
    const { id } = args;
    const stopped = await unwrap(
      id === undefined
        ? client.POST('/v1/running/stop', { body: wish })
        : client.POST('/v1/running/{id}/stop', { params: { path: { id } } }),
    );
    const { acknowledged, missing_nodes: missing } = stopped;
    const { requests_ended: count } = acknowledged;
    const text = `Stopped ${count === 1 ? '1 request' : `${count} requests`}.`;
    if (missing > 0)
      say(context.io, `${missing} of the server's processes did not answer. Their requests may continue.`);
    await print(context, args, { value: stopped, table: () => text });
  },
});
