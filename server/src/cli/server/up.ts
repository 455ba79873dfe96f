import { verb } from '../command.ts';
import { FORMS } from '../output.ts';

export default verb({
  args: {
    output: {
      type: 'enum',
      alias: 'o',
      options: FORMS,
      description: 'Format of the result. Default: text',
    },
  },
  examples: ['up', 'up --output json', '$ KEYWARD_LOCAL_MODEL=off keyward up'],
  notes:
    'Makes the data directory, the database and the first admin key, which it shows once. Then it starts the server\n' +
    'and waits until it answers a real question. The log is keyward.log in the data directory.',
  endsItself: true,
  run: async (args, context) => {
    const { up } = await import('./run-up.ts');
    return up(context, args);
  },
});
