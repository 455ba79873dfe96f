import { verb } from '../command.ts';

export default verb({
  args: {},
  examples: ['serve', '$ KEYWARD_PORT=8080 KEYWARD_LOCAL_MODEL=off keyward serve'],
  notes:
    'Settings come from the environment and a .env file; keyward doctor checks them. The log goes to stderr.',
  endsItself: true,
  run: async (_args, context) => {
    const { serve } = await import('./run-server.ts');
    await serve(context);
  },
});
