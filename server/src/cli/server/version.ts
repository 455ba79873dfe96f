import { BUILD, COMMIT, VERSION } from '../../base/version.ts';
import { verb } from '../command.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export const version = verb({
  args: OUTPUT_ARGS,
  examples: ['version', '$ keyward version --json'],
  notes: 'That of this program. keyward status shows the version of the server on this machine.',
  run: (args, context) => {
    // A script that reads the one line gets it; --json has the parts.
    const isText = args.output === undefined && args.format === undefined && args.json !== true;
    const choice = isText ? { output: 'table' } : args;
    return print(context, choice, {
      value: { version: VERSION, commit: COMMIT },
      table: () => `keyward ${BUILD}`,
    });
  },
});
