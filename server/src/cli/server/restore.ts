import { verb } from '../command.ts';
import { OUTPUT_ARGS } from '../output.ts';

export default verb({
  args: {
    file: { type: 'positional', description: 'A backup; - reads stdin', required: true },
    ...OUTPUT_ARGS,
  },
  examples: ['$ KEYWARD_DATA_DIR=./restored keyward restore keyward-backup.gz'],
  notes:
    'Into an empty database only, with no server running on it. Give the Keyward that follows the master key under\n' +
    'which the backup was made: put master.key into the data directory, or set KEYWARD_MASTER_KEY.',
  run: async (args, context) => {
    const { restoreBackup } = await import('./run-restore.ts');
    await restoreBackup(context, args);
  },
});
