import { verb } from '../command.ts';
import { OUTPUT_ARGS } from '../output.ts';
import { BOOTSTRAP_ARGS } from './arguments.ts';

const NOTES =
  'The manifest says which keys there are, where each comes from and where it is stored: docs/bootstrap.md. Values are never printed.';

export const plan = verb({
  args: {
    ...BOOTSTRAP_ARGS,
    'detailed-exitcode': { type: 'boolean', description: 'Exit code 2 if something is to be done' },
    ...OUTPUT_ARGS,
  },
  examples: ['bootstrap plan', 'bootstrap plan --file stack.yaml --phase static --detailed-exitcode'],
  notes: NOTES,
  run: async (args, context) => (await import('./run.ts')).planKeys(args, context),
});

export const apply = verb({
  args: {
    ...BOOTSTRAP_ARGS,
    restore: { type: 'boolean', description: 'Store values again that somebody deleted' },
    ...OUTPUT_ARGS,
  },
  examples: ['bootstrap apply', 'bootstrap apply --file stack.yaml --only anythingllm --only jwt-secret'],
  notes: `${NOTES} A second run writes nothing.`,
  run: async (args, context) => (await import('./run.ts')).applyKeys(args, context),
});

export const status = verb({
  args: { ...BOOTSTRAP_ARGS, ...OUTPUT_ARGS },
  examples: ['bootstrap status', 'bootstrap status --only anythingllm --output json'],
  notes: NOTES,
  run: async (args, context) => (await import('./run.ts')).showStatus(args, context),
});

export const verify = verb({
  args: { ...BOOTSTRAP_ARGS, ...OUTPUT_ARGS },
  examples: ['bootstrap verify', '$ keyward bootstrap verify || keyward bootstrap apply'],
  notes: `${NOTES} It writes nothing.`,
  run: async (args, context) => (await import('./run.ts')).verifyKeys(args, context),
});
