import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { print } from '../output.ts';
import { findWorkspace, SLUG_ARG } from './find.ts';

export default verb({
  args: { slug: SLUG_ARG, ...CLIENT_ARGS },
  examples: ['workspaces delete staff'],
  notes: 'Its documents stay. To remove them: documents remove.',
  run: async (args, context) => {
    const client = await openClient(args, context);
    const { slug } = await findWorkspace(client, args.slug);
    await unwrap(client.DELETE('/v1/workspace/{slug}', { params: { path: { slug } }, parseAs: 'text' }));
    await print(context, args, { value: { slug, deleted: true } });
  },
});
