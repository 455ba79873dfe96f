import { verb } from '../command.ts';
import { removeCredential } from '../credentials/index.ts';
import { say } from '../io.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export default verb({
  args: {
    environment: {
      type: 'string',
      description: 'Name of the stored credential. Default: default',
      valueHint: 'name',
    },
    ...OUTPUT_ARGS,
  },
  examples: ['auth logout', 'auth logout --environment staging'],
  notes: 'The key itself stays active. To end it: keyward keys revoke.',
  run: async (args, context) => {
    const environment = args.environment ?? 'default';
    const removed = await removeCredential(context, environment);
    if (!removed) say(context.io, `There was no stored credential client@${environment}.`);
    if (context.config.client.apiKey !== undefined)
      say(context.io, 'KEYWARD_API_KEY is still set, and is used.');
    await print(context, args, {
      value: { status: 'logged_out', credential: `client@${environment}`, removed },
    });
  },
});
