import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { isTerminal, say } from '../io.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export default verb({
  args: {
    file: { type: 'positional', description: 'Where to; - writes to stdout', required: true },
    force: { type: 'boolean', description: 'Replace a file that is there' },
    ...OUTPUT_ARGS,
  },
  examples: ['backup keyward-backup.gz', '$ keyward backup - | ssh elsewhere "cat > keyward-backup.gz"'],
  notes:
    'While the server runs, too: it is the database as it is at this moment. The master key is not in it; keep that\n' +
    'apart (master.key in the data directory, or wherever KEYWARD_MASTER_KEY comes from): without it no key works.',
  run: async (args, context) => {
    const { io, config } = context;
    if (args.file === '-' && isTerminal(io.stdout))
      throw usageError('A backup is not for a terminal: name a file, or pipe it on.');
    const [{ backup }, { openExisting }] = await Promise.all([
      import('../../storage/index.ts'),
      import('./local.ts'),
    ]);
    const storage = await openExisting(config);
    try {
      const { rows, sha256 } = await backup(storage, args.file, {
        nowMs: Date.now(),
        overwrite: args.force === true,
      });
      if (args.file !== '-') await print(context, args, { value: { file: args.file, rows, sha256 } });
      say(io, 'The master key is not in the backup: keep it too, and apart.');
    } finally {
      await storage.close();
    }
  },
});
