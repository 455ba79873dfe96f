import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { isTerminal, say } from '../io.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export default verb({
  args: {
    file: { type: 'positional', description: 'File to write; - writes to stdout', required: true },
    force: { type: 'boolean', description: 'Replace an existing file' },
    ...OUTPUT_ARGS,
  },
  examples: ['backup keyward-backup.gz', '$ keyward backup - | ssh elsewhere "cat > keyward-backup.gz"'],
  notes:
    'Works while the server runs, and is a consistent snapshot. The backup does not contain the master key. Keep that\n' +
    'elsewhere (master.key in the data directory, or the source of KEYWARD_MASTER_KEY). Without it no key works.',
  run: async (args, context) => {
    const { io, config } = context;
    if (args.file === '-' && isTerminal(io.stdout))
      throw usageError('A backup cannot go to a terminal: name a file, or pipe the output.');
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
      say(io, 'The backup does not contain the master key: keep the master key too, elsewhere.');
    } finally {
      await storage.close();
    }
  },
});
