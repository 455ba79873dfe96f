import { verb } from '../command.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export default verb({
  args: OUTPUT_ARGS,
  examples: ['migrate'],
  notes: 'serve and up do the same at start. The command refuses a database of a newer Keyward.',
  run: async (args, context) => {
    const [{ MIGRATIONS }, { migrate }, { openOrMake }] = await Promise.all([
      import('../../app.ts'),
      import('../../storage/index.ts'),
      import('./local.ts'),
    ]);
    const storage = await openOrMake(context.config);
    try {
      const applied = await migrate(storage, MIGRATIONS, Date.now());
      await print(context, args, { value: { database: storage.dialect, applied, steps: MIGRATIONS.length } });
    } finally {
      await storage.close();
    }
  },
});
