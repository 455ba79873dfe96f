import { verb } from '../command.ts';
import { OUTPUT_ARGS } from '../output.ts';

export default verb({
  args: {
    file: { type: 'positional', description: 'A backup; - reads stdin', required: true },
    ...OUTPUT_ARGS,
  },
  examples: ['$ KEYWARD_DATA_DIR=./restored keyward restore keyward-backup.gz'],
  notes:
    'Needs an empty database without a running server. The restored Keyward needs the master key of the backup:\n' +
    'put master.key into the data directory, or set KEYWARD_MASTER_KEY.',
  run: async (args, context) => {
    const { restoreBackup } = await import('./run-restore.ts');
    await restoreBackup(context, args);
  },
});
