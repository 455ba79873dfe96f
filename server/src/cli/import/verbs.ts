import { verb } from '../command.ts';
import { OUTPUT_ARGS, print } from '../output.ts';

export const anythingllm = verb({
  args: {
    storage_dir: {
      type: 'positional',
      description: 'The folder with anythingllm.db and documents; the import only reads it',
      required: true,
    },
    'dry-run': {
      type: 'boolean',
      description: 'Print what the import would take and leave out, and write nothing',
    },
    yes: { type: 'boolean', description: 'Import without asking' },
    ...OUTPUT_ARGS,
  },
  examples: ['import anythingllm ./storage --dry-run', 'import anythingllm ./storage --yes --output json'],
  notes:
    'Imports API keys, users with passwords, workspaces, threads, chats, documents, widgets, invites and settings. Clients\n' +
    'keep their keys. The import is idempotent: another run takes only new things, also after an interruption. Run it on\n' +
    "the machine of Keyward's data directory, with AnythingLLM stopped. Keyward's server may run. The server makes\n" +
    'the vectors of the documents afterwards: keyward import status.',
  run: async (args, context) => {
    const { runImport } = await import('./anythingllm.ts');
    const { storage_dir: folder, 'dry-run': dryRun = false, yes = false, ...choice } = args;
    return runImport(context, { folder, dryRun, yes, ...choice });
  },
});

export const status = verb({
  args: OUTPUT_ARGS,
  examples: ['import status'],
  notes:
    'A running server embeds them one after the other. It retries a failed one, in the end every five minutes.',
  run: async (args, context) => {
    const [{ countImported }, { openExisting }] = await Promise.all([
      import('../../retrieval/index.ts'),
      import('../server/local.ts'),
    ]);
    const storage = await openExisting(context.config);
    try {
      const { left, failing, error } = await countImported(storage.db);
      await print(context, args, { value: { documents_left: left, failing, last_error: error } });
    } finally {
      await storage.close();
    }
  },
});
