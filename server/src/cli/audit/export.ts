import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { OUTPUT_ARGS } from '../output.ts';

export default verb({
  args: {
    file: { type: 'positional', required: false, description: 'File to write. Default: stdout' },
    local: { type: 'boolean', description: 'Export the database of this machine (required)' },
    ...OUTPUT_ARGS,
  },
  examples: [
    'audit export --local > record.ndjson',
    '$ keyward audit export --local | keyward audit verify -',
  ],
  run: async (args, context) => {
    if (args.local !== true)
      throw usageError('An export needs --local, on the machine of the server.', {
        example: 'keyward audit export --local > record.ndjson',
      });
    const { exportRecord } = await import('./run-export.ts');
    await exportRecord(context, args);
  },
});
