import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { given } from '../page.ts';
import { durationSeconds } from '../parse.ts';
import { END_RUNNING_ARG, ID_ARG, printSecret } from './show.ts';

export default verb({
  args: {
    id: ID_ARG,
    overlap: {
      type: 'string',
      description: 'How long the old secret works, such as 2h. 0 ends it at once. Default: 24h',
    },
    'when-quiet': { type: 'boolean', description: 'End the old secret when it falls out of use' },
    'quiet-for': {
      type: 'string',
      description: 'With --when-quiet: the duration without a use. Default: 1h',
    },
    'end-running': END_RUNNING_ARG,
    ...CLIENT_ARGS,
  },
  examples: ['keys rotate key_4fT9aBcDeF12', 'keys rotate key_4fT9aBcDeF12 --when-quiet --quiet-for 2h'],
  notes: 'secrets[].last_used_at of keyward keys get shows whether the old secret is still in use.',
  run: async (args, context) => {
    const body = given({
      overlap_seconds: args.overlap === undefined ? undefined : durationSeconds('overlap', args.overlap),
      end: args['when-quiet'] === true ? ('quiet' as const) : undefined,
      quiet_seconds:
        args['quiet-for'] === undefined ? undefined : durationSeconds('quiet-for', args['quiet-for']),
      running: args['end-running'] === true ? ('end' as const) : undefined,
    });
    const client = await openClient(args, context);
    const call = client.POST('/v1/keys/{id}/rotate', { params: { path: { id: args.id } }, body });
    await printSecret(context, args, await unwrap(call));
  },
});
