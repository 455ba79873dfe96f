import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { warn } from '../io.ts';
import { print } from '../output.ts';
import { given } from '../page.ts';
import { SETTING_ARGS, settingsOf, UPSTREAM_ID_ARG, upstreamId } from './settings.ts';

export default verb({
  args: {
    id: UPSTREAM_ID_ARG,
    name: { type: 'string', description: 'A new name' },
    'base-url': { type: 'string', description: 'A new address' },
    ...SETTING_ARGS,
    'clear-api-key': { type: 'boolean', description: 'Remove its credential' },
    enable: { type: 'boolean', description: 'Enable the upstream' },
    disable: { type: 'boolean', description: 'Disable the upstream' },
    ...CLIENT_ARGS,
  },
  examples: [
    'upstreams update openai --weight 3',
    'upstreams update up_2bVxYzAbCd78 --api-key-stdin < new-key.txt',
    'upstreams update up_2bVxYzAbCd78 --disable',
  ],
  notes: 'Replaces each named field as a whole; all others stay.',
  run: async (args, context) => {
    if (args.enable === true && args.disable === true) throw usageError('Give either --enable or --disable.');
    const body = {
      ...given({
        name: args.name,
        base_url: args['base-url'],
        enabled: args.enable === true ? true : args.disable === true ? false : undefined,
      }),
      ...(args['clear-api-key'] === true ? { api_key: null } : {}),
      ...(await settingsOf(args, context)),
    };
    if (Object.keys(body).length === 0)
      throw usageError('No change was given.', { hint: '--help lists the fields.' });
    const client = await openClient(args, context);
    const call = client.PATCH('/v1/upstreams/{id}', {
      params: { path: { id: await upstreamId(client, args.id) } },
      body,
    });
    const value = await unwrap(call);
    await print(context, args, { value });
    warn(context.io, value.warnings);
  },
});
