import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { OUTPUT_ARGS } from '../output.ts';

export default verb({
  args: {
    file: {
      type: 'positional',
      required: false,
      description: 'An export (keyward audit export); - reads stdin',
    },
    local: { type: 'boolean', description: 'The record in the database of this machine instead' },
    'public-key': {
      type: 'string',
      description: 'A PEM file: checkpoints signed by others are refused; repeatable',
    },
    checkpoint: {
      type: 'string',
      description: 'A checkpoint that was saved elsewhere (JSON file); repeatable',
    },
    ...OUTPUT_ARGS,
  },
  examples: [
    'audit verify record.ndjson --checkpoint checkpoint.json --public-key signer.pem',
    'audit verify --local',
  ],
  notes:
    'Without --checkpoint and --public-key it finds every change by somebody who did not recompute the rest;\n' +
    'who owns the database could rewrite all of it. Ends with 1 when the record is broken.',
  run: async (args, context) => {
    if ((args.file === undefined) === (args.local !== true))
      throw usageError('Give either a file or --local.', { example: 'keyward audit verify record.ndjson' });
    const { verifyRecord } = await import('./run-verify.ts');
    return verifyRecord(context, args);
  },
});
