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
    local: { type: 'boolean', description: 'Verify the record in the database of this machine' },
    'public-key': {
      type: 'string',
      description:
        'A PEM file with a trusted public key; checkpoints of other signers are refused; repeatable',
    },
    checkpoint: {
      type: 'string',
      description: 'A checkpoint that you saved elsewhere (JSON file); repeatable',
    },
    ...OUTPUT_ARGS,
  },
  examples: [
    'audit verify record.ndjson --checkpoint checkpoint.json --public-key signer.pem',
    'audit verify --local',
  ],
  notes:
    'Without --checkpoint and --public-key it finds every change whose author did not recompute all later hashes.\n' +
    'The owner of the database could rewrite the whole record. Exit code 1: the record is broken.',
  run: async (args, context) => {
    if ((args.file === undefined) === (args.local !== true))
      throw usageError('Give either a file or --local, not both.', {
        example: 'keyward audit verify record.ndjson',
      });
    const { verifyRecord } = await import('./run-verify.ts');
    return verifyRecord(context, args);
  },
});
