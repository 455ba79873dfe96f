import { verb } from '../command.ts';
import { OUTPUT_ARGS } from '../output.ts';

export default verb({
  args: {
    storage_dir: {
      type: 'positional',
      description: 'The folder that holds anythingllm.db and documents; it is only read',
      required: true,
    },
    'dry-run': { type: 'boolean', description: 'Say what would be taken and what not, and write nothing' },
    yes: { type: 'boolean', description: 'Take it without asking' },
    ...OUTPUT_ARGS,
  },
  examples: ['import anythingllm ./storage --dry-run', 'import anythingllm ./storage --yes --output json'],
  notes:
    'API keys, users with their passwords, workspaces, threads, chats, documents, widgets, invites and settings. Clients\n' +
    'keep their keys. Repeating it takes what is new and nothing twice; after a power cut it goes on where it was. Run it on\n' +
    "the machine of Keyward's data directory, also while the server runs, and with AnythingLLM stopped. The server makes\n" +
    'the vectors of the documents afterwards: keyward import status.',
  run: async (args, context) => {
    const { runImport } = await import('./run-anythingllm.ts');
    const { storage_dir: folder, 'dry-run': dryRun = false, yes = false, output } = args;
    return runImport(context, { folder, dryRun, yes, output });
  },
});
