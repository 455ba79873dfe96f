import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { print } from '../output.ts';
import { documentsIn } from './stored.ts';

export default verb({
  args: {
    location: { type: 'positional', description: 'folder/name from documents list', required: true },
    ...CLIENT_ARGS,
  },
  repeatsLast: true,
  examples: ['documents remove custom-documents/report.pdf-6f1c.json'],
  run: async (args, context) => {
    const names = context.all('location');
    const client = await openClient(args, context);
    const known = new Set((await documentsIn(client)).map(({ location }) => location));
    const missing = names.find((name) => !known.has(name));
    if (missing !== undefined) {
      throw new CliError(`There is no document ${missing}; nothing was removed.`, {
        exitCode: EXIT.notFound,
        hint: 'keyward documents list shows all documents.',
      });
    }
    await unwrap(client.DELETE('/v1/system/remove-documents', { body: { names } }));
    await print(context, args, { value: { removed: names } });
  },
});
