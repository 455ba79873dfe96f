import { verb } from '../command.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export default verb({
  args: OUTPUT_ARGS,
  examples: ['import status'],
  notes:
    'A running server embeds them one after the other. It retries a failed one, in the end every five minutes.',
  run: async (args, context) => {
    const [{ countWanted }, { openExisting }] = await Promise.all([
      import('../../moving/index.ts'),
      import('../server/local.ts'),
    ]);
    const storage = await openExisting(context.config);
    try {
      const { left, failing, error } = await countWanted(storage.db);
      await print(context, args, { value: { documents_left: left, failing, last_error: error } });
    } finally {
      await storage.close();
    }
  },
});
