import { CLIENT_ARGS, findAccess } from '../client.ts';
import { verb } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { write } from '../io.ts';
import { print } from '../output.ts';

export default verb({
  args: CLIENT_ARGS,
  examples: ['auth token', '$ export KEYWARD_API_KEY="$(keyward auth token)"'],
  notes: 'Prints the text of the key alone, for use in $(…). --output json prints {"token": …}.',
  run: async (args, context) => {
    const { url, key } = await findAccess(args, context);
    if (key === undefined) {
      throw new CliError(`There is no key for ${url}.`, {
        exitCode: EXIT.notAuthenticated,
        example: 'keyward auth login',
      });
    }
    if (args.output === 'json' || args.output === 'yaml')
      await print(context, args, { value: { token: key } });
    else await write(context.io, `${key}\n`);
  },
});
